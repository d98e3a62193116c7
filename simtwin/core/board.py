"""The settings of every scope, and what is in force where.

Written whole or not at all; read as snapshots. What a key meets is found anew only after a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any

import msgspec

from simtwin.core.fault import SettingsError
from simtwin.core.in_force import InForce, in_force, in_force_doc
from simtwin.core.lanes import MOST_LANES
from simtwin.core.merge_patch import merge_patch
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.core.settings import OF_CONNECTIONS, Settings, Vocabulary, parse

#: Of a lane's settings, in bytes of JSON: with a thousand lanes a key comes to 64 MB at most.
LARGEST_LANE = 64 * 1024
#: Snapshots are remembered for the keys at work; more than this many at once are found anew.
_MOST_SNAPSHOTS = 4_096


_NAMES: Mapping[type[Scope], str] = {
    Operator: "operator",
    OfTenant: "tenant",
    OfKey: "key",
    OfLane: "lane",
}


class Board:
    """Settings by scope.

    Args:
        vocabulary: the kinds, profiles and words that settings can name.
        command_line: what the twin was started with; the farthest scope.
        began: when that was (ns).
    """

    def __init__(self, vocabulary: Vocabulary, command_line: Settings, began: int = 0) -> None:
        self.vocabulary = vocabulary
        self._command_line = command_line.set_at(began)
        self._own: dict[Scope, Settings] = {}
        # Lanes with settings of their own, by key; those that were set longest ago first.
        self._lanes: dict[OfKey, dict[OfLane, None]] = {}
        self._snapshots: dict[Scope, InForce] = {}
        # Scopes whose rules are told in load, for which all traffic is counted.
        self._loaded: set[Scope | None] = set()
        self._note(None, self._command_line)

    @property
    def counts_traffic(self) -> bool:
        """Whether any scope has a rule that is told in load."""
        return bool(self._loaded)

    def own(self, scope: Scope) -> Settings | None:
        """What this very scope sets, None where it sets nothing."""
        return self._own.get(scope)

    def in_force(self, scope: Scope) -> InForce:
        """What holds in a scope, field by field from the nearest scope that sets it."""
        if isinstance(scope, OfLane) and scope not in self._own:
            # Lanes come and go, and most of them set nothing.
            scope = scope.key
        snapshot = self._snapshots.get(scope)
        if snapshot is None:
            if len(self._snapshots) >= _MOST_SNAPSHOTS:
                self._snapshots.clear()
            snapshot = self._snapshots[scope] = in_force(self._layers(scope), self.vocabulary)
        return snapshot

    def put(self, scope: Scope, doc: object, now: int) -> None:
        """Replace what a scope sets: its timelines and leases begin now (ns).

        Lanes are bounded: of more than `MOST_LANES` of a key the one that was set longest ago falls
        back to its key.

        Raises:
            SettingsError: the document cannot be; nothing has changed.
        """
        self._set(scope, parse(doc, self.vocabulary).set_at(now))

    def patch(self, scope: Scope, patch: object, now: int) -> None:
        """Change what a scope sets by a merge patch (RFC 7396).

        The timelines and leases of profiles that stay listed, and of rules that the patch does not
        name, go on.

        Raises:
            SettingsError: the document that results cannot be; nothing has changed.
        """
        own = self._own.get(scope) or Settings()
        made = parse(merge_patch(own.doc, patch), self.vocabulary)
        named = patch if isinstance(patch, Mapping) else {}
        fresh = {
            name
            for name, field in (("", "rules"), (OF_CONNECTIONS, "connections"))
            if field in named
        }
        kept = {name: since for name, since in own.since.items() if name not in fresh}
        self._set(scope, made.set_at(now, kept))

    def delete(self, scope: Scope) -> None:
        """Let a scope fall back to the farther ones."""
        self._loaded.discard(scope)
        if isinstance(scope, OfLane) and scope.key in self._lanes:
            lanes = self._lanes[scope.key]
            lanes.pop(scope, None)
            if not lanes:
                del self._lanes[scope.key]
        if self._own.pop(scope, None) is None:
            self._snapshots.pop(scope, None)
        else:
            self._snapshots.clear()

    def forget(self, key: OfKey) -> None:
        """Let go of what a key and its lanes set: the key is gone."""
        for lane in list(self._lanes.get(key, ())):
            self.delete(lane)
        self.delete(key)

    def restart(self, scope: Scope, now: int) -> None:
        """Let the timelines of what a scope sets begin now (ns), and of all scopes inside it."""
        for each, settings in self._own.items():
            if _is_inside(each, scope):
                self._own[each] = settings.restarted(now)
        if isinstance(scope, Operator):
            self._command_line = self._command_line.restarted(now)
        self._snapshots.clear()

    def _set(self, scope: Scope, settings: Settings) -> None:
        if not isinstance(scope, Operator):
            self._refuse_connections(settings)
        if isinstance(scope, OfLane):
            _require_small(settings)
            self._make_room(scope)
        self._own[scope] = settings
        self._note(scope, settings)
        self._snapshots.clear()

    def _make_room(self, scope: OfLane) -> None:
        lanes = self._lanes.setdefault(scope.key, {})
        lanes.pop(scope, None)
        lanes[scope] = None
        if len(lanes) > MOST_LANES:
            self.delete(next(iter(lanes)))

    def _refuse_connections(self, settings: Settings) -> None:
        """Nobody but the operator says what happens to everybody's connections."""
        only = "what happens to connections is the operator's to say"
        if settings.connections is not None:
            raise SettingsError(only, "connections")
        for index, name in enumerate(settings.profiles or ()):
            if self.vocabulary.profiles[name].connections:
                raise SettingsError(f"{only}, and {name} says it", f"profiles[{index}]")

    def _note(self, scope: Scope | None, settings: Settings) -> None:
        profiles = (self.vocabulary.profiles[name] for name in settings.profiles or ())
        rules = chain(settings.rules or (), *(profile.rules for profile in profiles))
        if any(rule.when.load is not None for rule in rules):
            self._loaded.add(scope)
        else:
            self._loaded.discard(scope)

    def told(self, scope: Scope) -> dict[str, Any]:
        """A scope as `GET /_twin/settings` tells it: own, in force, and from which scope."""
        own = self._own.get(scope)
        now = self.in_force(scope)
        told: dict[str, dict[str, Any]] = {
            "own": {} if own is None else dict(own.doc),
            "in_force": in_force_doc(now),
            "from": dict(now.origin),
        }
        if not isinstance(scope, Operator):
            del told["in_force"]["connections"], told["from"]["connections"]
        return told

    def _layers(self, scope: Scope) -> list[tuple[str, Settings]]:
        """What the scopes around this one set, the nearest first."""
        nearest: list[Scope] = [scope]
        if isinstance(scope, OfLane):
            nearest.append(scope.key)
        if isinstance(scope, OfLane | OfKey):
            nearest.append(OfTenant(scope.tenant_id))
        if not isinstance(scope, Operator):
            nearest.append(Operator())
        layers = [(_NAMES[type(each)], self._own[each]) for each in nearest if each in self._own]
        return [*layers, ("command line", self._command_line)]


def _require_small(settings: Settings) -> None:
    """What one of a thousand lanes may set: less than a key may."""
    if settings.limits is not None:
        raise SettingsError("a lane has none of its own: they are its key's", "limits")
    size = len(msgspec.json.encode(settings.doc))
    if size > LARGEST_LANE:
        raise SettingsError(
            f"a lane's settings have at most {LARGEST_LANE:,} bytes as JSON, not {size:,}"
        )


def _is_inside(scope: Scope, other: Scope) -> bool:
    """Whether a scope is the other one, or a part of it."""
    match other:
        case Operator():
            return True
        case OfTenant(tenant_id):
            return not isinstance(scope, Operator) and scope.tenant_id == tenant_id
        case OfKey():
            return scope == other or (isinstance(scope, OfLane) and scope.key == other)
        case _:
            return scope == other

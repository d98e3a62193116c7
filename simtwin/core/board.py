"""The settings of every scope, and what is in force where.

Written whole or not at all; read as snapshots. What a key meets is found anew only after a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.core.merge_patch import merge_patch
from simtwin.core.scope import OfKey, OfTenant, Operator, Scope
from simtwin.core.settings import InForce, Settings, Vocabulary, in_force, in_force_doc, parse

#: Snapshots are remembered for the keys at work; more than this many at once are found anew.
_MOST_SNAPSHOTS = 4_096


_NAMES: Mapping[type[Scope], str] = {Operator: "operator", OfTenant: "tenant", OfKey: "key"}


class Board:
    """Settings by scope.

    Args:
        vocabulary: the kinds, profiles and words that settings can name.
        command_line: what the twin was started with; the farthest scope.
    """

    def __init__(self, vocabulary: Vocabulary, command_line: Settings) -> None:
        self.vocabulary = vocabulary
        self._command_line = command_line
        self._own: dict[Scope, Settings] = {}
        self._snapshots: dict[Scope, InForce] = {}

    def own(self, scope: Scope) -> Settings | None:
        """What this very scope sets, None where it sets nothing."""
        return self._own.get(scope)

    def in_force(self, scope: Scope) -> InForce:
        """What holds in a scope, field by field from the nearest scope that sets it."""
        snapshot = self._snapshots.get(scope)
        if snapshot is None:
            if len(self._snapshots) >= _MOST_SNAPSHOTS:
                self._snapshots.clear()
            snapshot = self._snapshots[scope] = in_force(self._layers(scope), self.vocabulary)
        return snapshot

    def put(self, scope: Scope, doc: object) -> None:
        """Replace what a scope sets.

        Raises:
            SettingsError: the document cannot be; nothing has changed.
        """
        self._own[scope] = parse(doc, self.vocabulary)
        self._snapshots.clear()

    def patch(self, scope: Scope, patch: object) -> None:
        """Change what a scope sets by a merge patch (RFC 7396).

        Raises:
            SettingsError: the document that results cannot be; nothing has changed.
        """
        own = self._own.get(scope)
        self.put(scope, merge_patch({} if own is None else own.doc, patch))

    def delete(self, scope: Scope) -> None:
        """Let a scope fall back to the farther ones."""
        if self._own.pop(scope, None) is None:
            self._snapshots.pop(scope, None)
        else:
            self._snapshots.clear()

    def told(self, scope: Scope) -> dict[str, Any]:
        """A scope as `GET /_twin/settings` tells it: own, in force, and from which scope."""
        own = self._own.get(scope)
        now = self.in_force(scope)
        return {
            "own": {} if own is None else own.doc,
            "in_force": in_force_doc(now),
            "from": dict(now.origin),
        }

    def _layers(self, scope: Scope) -> list[tuple[str, Settings]]:
        """What the scopes around this one set, the nearest first."""
        nearest: list[Scope] = [scope]
        if isinstance(scope, OfKey):
            nearest.append(OfTenant(scope.tenant_id))
        if not isinstance(scope, Operator):
            nearest.append(Operator())
        layers = [(_NAMES[type(each)], self._own[each]) for each in nearest if each in self._own]
        return [*layers, ("command line", self._command_line)]

"""What the requests of a run met, one by one, so that another run meets the same.

    {"version": 1, "seed": 7, "profiles": {"overloaded": "summary = …"},
     "fates": {"1/1": {"": [[0, "529"], [3, "stall(after_events=2, seconds=9)", ["silence"]]]}}}

The fates of each key, by its scope, and lane ("" is that of requests which name none): the ordinal
of a request, the item of a script that says what it met, the rules of its faults where it was not a
script, and `true` where limits are charged all the same. What is not listed is `ok`.

The seed and the rules' names are there because a fault may draw chance (jitter) by them. Profiles
are there by their content, for what they make the twin say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import msgspec

from simtwin.core.fault import Fired, Kinds, SettingsError, effective, make
from simtwin.core.lane import Told
from simtwin.core.lanes import lane_name
from simtwin.core.profile import Profile
from simtwin.core.profile import parse as parse_profile
from simtwin.core.quote import quote
from simtwin.core.script import RULE, part
from simtwin.core.script import parse as parse_script
from simtwin.core.settings import LARGEST_SEED, MOST_PROFILES

VERSION = 1
#: More requests than one run makes; see `schedule.MOST`.
MOST_ORDINAL = 1_000_000_000
#: As `rule.LONGEST_NAME`, with room for the number of one that is called like another.
LONGEST_RULE = 80
#: The scope of a key that was made, as "tenant/key", or of one that was not, by its digest.
_SCOPE = re.compile(r"[0-9]{1,12}/[0-9]{1,12}|[0-9a-f]{64}")


class _Doc(msgspec.Struct, forbid_unknown_fields=True):
    version: int
    seed: int
    fates: dict[str, dict[str, list[list[Any]]]]
    profiles: dict[str, str] = {}  # msgspec copies it


@attrs.frozen
class Fates:
    """The fates of a run by scope, lane and ordinal; a value, read with `parse`."""

    seed: int
    profiles: Mapping[str, Profile]
    of: Mapping[str, Mapping[str, Mapping[int, Told]]]
    _places: Mapping[str, str] = attrs.field(init=False, eq=False, repr=False)

    @_places.default
    def _in_order(self) -> Mapping[str, str]:
        made = sorted((scope for scope in self.of if "/" in scope), key=_numbers)
        others = sorted(scope for scope in self.of if "/" not in scope)
        return {f"1/{number}": scope for number, scope in enumerate([*made, *others], 1)}

    def scope(self, own: str) -> str:
        """Whose fates a key meets: the n-th key of the first tenant those of the n-th in the run.

        So a run can be met again by a program with one key, whichever key of whichever tenant it
        was recorded with. Any other key meets its own.
        """
        return self._places.get(own, own)

    @property
    def only_lane(self) -> str | None:
        """The lane that all of them are of; None where there are others, or it has no name."""
        lanes = {name for of in self.of.values() for name in of}
        return next(iter(lanes)) or None if len(lanes) == 1 else None

    def lane(self, scope: str, lane: str | None) -> Mapping[int, Told]:
        """What the requests of a lane meet, by ordinal."""
        return self.of.get(scope, {}).get(lane or "", {})


def parse(doc: bytes, kinds: Kinds) -> Fates:
    """The fates that a document lists.

    Raises:
        SettingsError: it lists none, with the place where it goes wrong.
    """
    try:
        given = msgspec.json.decode(doc, type=_Doc)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SettingsError(str(error)) from None
    except RecursionError:
        raise SettingsError("is nested too deeply") from None
    if given.version != VERSION:
        raise SettingsError(f"must be {VERSION}, not {given.version}", "version")
    if not 0 <= given.seed <= LARGEST_SEED:
        raise SettingsError(f"must be a whole number from 0 to {LARGEST_SEED}", "seed")
    if len(given.profiles) > MOST_PROFILES:
        raise SettingsError(f"at most {MOST_PROFILES} can be listed", "profiles")
    profiles = {name: parse_profile(text, name, kinds) for name, text in given.profiles.items()}
    reader = _Reader(kinds)
    return Fates(
        given.seed,
        profiles,
        {scope: reader.key(scope, lanes) for scope, lanes in given.fates.items()},
    )


def fate(
    ordinal: int, fired: Sequence[tuple[str, str, Mapping[str, Any]]], *, charge: bool
) -> list[Any]:
    """One fate as it is listed.

    Args:
        ordinal: which request of its lane it is of.
        fired: the rule, the kind and the settings of each fault.
        charge: whether limits are charged although the answer is replaced.
    """
    item = _item([(kind, settings) for _, kind, settings in fired])
    rules = [rule for rule, _, _ in fired]
    if charge:
        return [ordinal, item, rules, True]
    return [ordinal, item] if all(rule == RULE for rule in rules) else [ordinal, item, rules]


def document(
    seed: int,
    profiles: Mapping[str, str],
    fates: Mapping[str, Mapping[str, Mapping[int, list[Any]]]],
) -> dict[str, Any]:
    """The document that `parse` reads: fates by scope, lane and ordinal, profiles as TOML."""
    listed = {
        scope: {
            lane: [of[ordinal] for ordinal in sorted(of)]
            for lane, of in sorted(lanes.items())
            if of
        }
        for scope, lanes in sorted(fates.items())
    }
    return {"version": VERSION, "seed": seed, "profiles": dict(profiles), "fates": listed}


def _item(faults: Sequence[tuple[str, Mapping[str, Any]]]) -> str | list[dict[str, Any]]:
    """Faults as the item of a script; as tables where no script can say them."""
    try:
        return "+".join(part(kind, settings) for kind, settings in faults)
    except ValueError:
        return [{kind: dict(settings)} for kind, settings in faults]


def _numbers(scope: str) -> tuple[int, ...]:
    return tuple(map(int, scope.split("/")))


class _Reader:
    """Reads fates, each item once: most requests of a run met one of a few."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._read: dict[str, tuple[Fired, ...]] = {}

    def key(self, scope: str, lanes: Mapping[str, list[list[Any]]]) -> dict[str, dict[int, Told]]:
        path = f"fates[{quote(scope)}]"
        if not _SCOPE.fullmatch(scope):
            raise SettingsError("is no scope of a key, such as '1/1'", path)
        for lane in filter(None, lanes):
            try:
                lane_name(lane)
            except SettingsError as error:
                raise SettingsError(error.message, path) from None
        return {lane: dict(self._lane(lane, of, path)) for lane, of in lanes.items()}

    def _lane(self, lane: str, of: list[list[Any]], path: str) -> Iterator[tuple[int, Told]]:
        path = f"{path}[{quote(lane)}]"
        last = -1
        for index, given in enumerate(of):
            try:
                ordinal, told = self._fate(given)
            except SettingsError as error:
                raise SettingsError(error.message, f"{path}[{index}]") from None
            if ordinal <= last:
                raise SettingsError("ordinals go up from one to the next", f"{path}[{index}]")
            last = ordinal
            yield ordinal, told

    def _fate(self, given: list[Any]) -> tuple[int, Told]:
        match given:
            case [int(ordinal), item]:
                fired, charge = self._fired(item), False
            case [int(ordinal), item, list(rules)]:
                fired, charge = _called(self._fired(item), rules), False
            case [int(ordinal), item, list(rules), bool(charge)]:
                fired = _called(self._fired(item), rules)
            case _:
                raise SettingsError("must be [ordinal, item], then rules and whether to charge")
        if isinstance(ordinal, bool) or not 0 <= ordinal <= MOST_ORDINAL:
            raise SettingsError(f"an ordinal is a whole number from 0 to {MOST_ORDINAL:,}")
        return ordinal, Told(fired, charge)

    def _fired(self, item: object) -> tuple[Fired, ...]:
        if isinstance(item, str):
            if item not in self._read:
                self._read[item] = self._item(item)
            return self._read[item]
        if not isinstance(item, list) or not all(
            isinstance(table, dict) and len(table) == 1 for table in item
        ):
            raise SettingsError(f"must be an item of a script, or tables, not {quote(item)}")
        parts = [(kind, settings) for table in item for kind, settings in table.items()]
        return effective(Fired(RULE, kind, make(self._kinds, kind, said)) for kind, said in parts)

    def _item(self, text: str) -> tuple[Fired, ...]:
        script = parse_script(text, self._kinds)
        if script.total != 1 or script.loop:
            raise SettingsError(f"must be one item of a script, not {quote(text)}")
        return effective(script.items[0].faults)


def _called(fired: tuple[Fired, ...], rules: list[Any]) -> tuple[Fired, ...]:
    """The faults under the names of the rules that they came from."""
    if len(rules) != len(fired):
        raise SettingsError(f"names {len(rules)} rules for {len(fired)} faults")
    for name in rules:
        # They go into a header, and a slash parts a name from what is drawn under it.
        if (
            not isinstance(name, str)
            or not 0 < len(name) <= LONGEST_RULE
            or not (name.isascii() and name.isprintable() and name == name.strip())
            or "/" in name
        ):
            raise SettingsError(f"no rule can be called {quote(name)}")
    return tuple(attrs.evolve(each, rule=name) for each, name in zip(fired, rules, strict=True))

"""A schedule of faults as a value that can be made smaller, and what smaller is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import msgspec

from simtwin.core.fates import Fates, document, fate, parse
from simtwin.core.fault import Kinds, as_settings
from simtwin.core.script import RULE

#: The places of a fault, by the settings that name them.
PLACES = ("after_events", "at_byte", "at_token", "at_head_byte", "characters")
#: The simplest kinds first: the rank of one is its place here.
KINDS = ("refuse", "disconnect", "truncate", "error_event", "hang", "stall", "latency")
#: The plainest refusal there is.
PLAINEST = 500


@attrs.frozen
class Part:
    """One fault of a request.

    Args:
        kind: what it is called.
        settings: its own.
        rule: which rule it came from; `script` for none in particular.
    """

    kind: str
    settings: Mapping[str, Any]
    rule: str = RULE


@attrs.frozen
class Met:
    """What one request meets.

    Args:
        scope: of its key, and the name of its lane.
        ordinal: which request of the lane it is, from 0.
        parts: its faults, in order.
        charge: whether limits are charged although the answer is replaced.
    """

    scope: str
    lane: str
    ordinal: int
    parts: tuple[Part, ...]
    charge: bool = False


@attrs.frozen
class Schedule:
    """What the requests of a run meet.

    Args:
        seed: decides what is answered.
        profiles: those that had a part in it, as TOML, by name.
        mets: the requests that meet something, in order.
    """

    seed: int
    profiles: Mapping[str, str]
    mets: tuple[Met, ...]

    @property
    def faults(self) -> int:
        """How many faults there are."""
        return sum(len(met.parts) for met in self.mets)


def schedule_of(fates: Fates) -> Schedule:
    """The schedule that fates tell."""
    return Schedule(
        fates.seed,
        {name: profile.text for name, profile in fates.profiles.items()},
        tuple(
            Met(
                scope,
                lane,
                ordinal,
                tuple(Part(f.kind, as_settings(f.fault), f.rule) for f in told.fired),
                told.charge,
            )
            for scope, lanes in fates.of.items()
            for lane, of in lanes.items()
            for ordinal, told in of.items()
            if told.fired
        ),
    )


def doc_of(schedule: Schedule) -> dict[str, Any]:
    """The document of a replay token that tells a schedule."""
    found: dict[str, dict[str, dict[int, list[Any]]]] = {}
    for met in schedule.mets:
        fired = [(part.rule, part.kind, part.settings) for part in met.parts]
        of = found.setdefault(met.scope, {}).setdefault(met.lane, {})
        of[met.ordinal] = fate(met.ordinal, fired, charge=met.charge)
    return document(schedule.seed, schedule.profiles, found)


def fates_of(schedule: Schedule, kinds: Kinds) -> Fates:
    """The fates that a schedule tells.

    Raises:
        SettingsError: a fault in it cannot be.
    """
    return parse(msgspec.json.encode(doc_of(schedule)), kinds)


def size(schedule: Schedule) -> tuple[float, ...]:
    """How large a schedule is: of two the one that is less by the first number that differs.

    Faults, requests that meet one, how simple their kinds are, what there is beside (profiles,
    rules, charges), how much is set, how long is waited, how far into an answer it comes, how far
    into the run.
    """
    parts = [part for met in schedule.mets for part in met.parts]
    beside = len(schedule.profiles) + sum(met.charge for met in schedule.mets)
    return (
        len(parts),
        len(schedule.mets),
        sum(rank(part) for part in parts),
        beside + sum(part.rule != RULE for part in parts),
        sum(len(part.settings) for part in parts),
        sum(_number(part, name) for part in parts for name in part.settings if is_wait(name)),
        sum(_number(part, name) for part in parts for name in PLACES),
        sum(met.ordinal for met in schedule.mets),
    )


def rank(part: Part) -> int:
    """How simple a fault is; the plainest has 0."""
    if part.kind == "refuse" and part.settings.get("status") == PLAINEST:
        return 0
    return 1 + (KINDS.index(part.kind) if part.kind in KINDS else len(KINDS))


def is_wait(name: str) -> bool:
    """Whether a setting is a time that passes, or that a client is told to wait."""
    return name == "retry_after" or name.endswith("seconds")


def _number(part: Part, name: str) -> float:
    value = part.settings.get(name, 0)
    return float(value) if isinstance(value, (int, float)) else 0.0

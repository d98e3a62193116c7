"""What a client met in a test, as one word that another run meets again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from simtwin.core.fates import Fates, document, fate, parse
from simtwin.core.fault import Kinds
from simtwin.core.replay_token import pack, unpack
from simtwin.verdicts.attempt import Attempt


def token_of(attempts: Iterable[Attempt], seed: int, scope: Callable[[str], str]) -> str | None:
    """The replay token of attempts, None where it would be too long for one word.

    Args:
        attempts: what was asked, of any number of keys and lanes.
        seed: what the twin drew chance by.
        scope: the scope of a key, by its id.
    """
    found: dict[str, dict[str, dict[int, list[Any]]]] = {}
    for attempt in attempts:
        entry = attempt.entry
        if entry.ordinal is None:
            continue
        lane = found.setdefault(scope(entry.key), {}).setdefault(entry.lane or "", {})
        if entry.fired:
            faults = [(each.rule, each.kind, each.settings) for each in entry.fired]
            charge = any(each.charge for each in entry.fired)
            lane[entry.ordinal] = fate(entry.ordinal, faults, charge=charge)
    return pack(document(seed, {}, found))


def fates_of(token: str, kinds: Kinds) -> Fates:
    """What a replay token says.

    Raises:
        SettingsError: it is none.
    """
    return parse(unpack(token), kinds)

"""What a client met in a test, as one word that another run meets again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from simtwin.core.fates import Fates, document, parse
from simtwin.core.fault import Kinds
from simtwin.core.recount import Recount
from simtwin.core.replay_token import pack, unpack
from simtwin.verdicts.attempt import Attempt


def token_of(attempts: Iterable[Attempt], seed: int, scope: Callable[[str], str]) -> str | None:
    """The replay token of attempts, None where it would be too long for one word.

    Args:
        attempts: what was asked, of any number of keys and lanes.
        seed: what the twin drew chance by.
        scope: the scope of a key, by its id.
    """
    recount = Recount()
    for attempt in attempts:
        recount.add(scope(attempt.entry.key), attempt.entry)
    return pack(document(seed, {}, recount.met))


def fates_of(token: str, kinds: Kinds) -> Fates:
    """What a replay token says.

    Raises:
        SettingsError: it is none.
    """
    return parse(unpack(token), kinds)

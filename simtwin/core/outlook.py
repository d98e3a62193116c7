"""What will happen to the next requests of a key, computed as the twin itself would.

Nothing is simulated but arrivals: requests come one after another, evenly spaced, each a call of its
own, with nobody else about, and succeed where no rule fires. What hangs on anything else than the
number of the request is said so by `words.depends_on`.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from simtwin.core.asked import Asked
from simtwin.core.bucket import NS
from simtwin.core.commons import Commons, Who
from simtwin.core.fault import Fired
from simtwin.core.lane import Lane, Schedule, admit, settled
from simtwin.core.schedule import Rule

#: The more, the longer whoever asks waits: about 20 microseconds for a request and a rule.
MOST_REQUESTS = 10_000


@attrs.frozen
class Foreseen:
    """One request to come.

    Args:
        number: which it is, from 1.
        seconds: when it comes.
        rules: the rules that fire on it.
        faults: what of theirs has an effect.
    """

    number: int
    seconds: float
    rules: tuple[str, ...]
    faults: tuple[Fired, ...]


def outlook(
    rules: Sequence[Rule], asked: Asked, *, seed: int, scope: str, requests: int, gap: float
) -> list[Foreseen]:
    """The fates of the first requests of a key.

    Args:
        rules: the rules in force.
        asked: what every request is.
        seed: decides all chance.
        scope: whose chance it is.
        requests: how many.
        gap: seconds from one to the next; the first comes at 0.
    """
    lane, commons, who = Lane(0), Commons(), Who("tenant", "key")
    of_others = [rule for rule in rules if rule.when.of_others]
    foreseen = []
    for number in range(requests):
        now = round(number * gap * NS)
        share = commons.enter(of_others, asked, who, now, counts_traffic=True)
        schedule = Schedule(tuple(rules), None, seed, scope, around=share.around)
        lane, fate = admit(lane, now, asked, schedule)
        commons.decided(share, fate.rules, now)
        commons.leave(share)
        lane = settled(lane, fate, fate.rules, None, succeeded=not fate.rules)
        foreseen.append(Foreseen(number + 1, number * gap, fate.rules, fate.fired))
    return foreseen

"""How far the rules of a lane are: what each has looked at, and what became of that.

A value, small and bounded: a tally for each rule in force that has looked at a request, and, where
a rule counts attempts, how often each call of late was tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs
import msgspec

#: Calls that have not succeeded yet, of late: as many as one client has under way at once and gave
#: up, with room to spare; 150 bytes each.
MOST_CALLS = 256


class Tally(msgspec.Struct, frozen=True, gc=False):
    """One rule in numbers. Times are ns.

    Args:
        looked: how many requests it has looked at.
        fired: on how many of them it fired.
        reached: how many of those answers came to the place of its fault.
        succeeded: how many it looked at since it first fired and that were answered in whole, with
            a 2xx; counted only where the rule wants to know.
        began: when it first fired.
        last: when it last looked, where the rule wants to know.
        bad: whether it is in a burst.
        over: whether the client has recovered.
    """

    looked: int = 0
    fired: int = 0
    reached: int = 0
    succeeded: int = 0
    began: int | None = None
    last: int | None = None
    bad: bool = False
    over: bool = False


UNTOUCHED = Tally()

_NO_TALLIES: Mapping[str, Tally] = MappingProxyType({})
_NO_CALLS: Mapping[str, int] = MappingProxyType({})


@attrs.frozen
class Course:
    """The rules of a lane.

    Args:
        tallies: one for each rule that has looked at a request, by its name.
        calls: how often each call was tried that has not succeeded yet, the latest last.
    """

    tallies: Mapping[str, Tally] = _NO_TALLIES
    calls: Mapping[str, int] = _NO_CALLS

    def attempt(self, call: str) -> tuple[Course, int]:
        """One more request of a call; which attempt that is, from 1."""
        attempt = self.calls.get(call, 0) + 1
        calls = {each: tried for each, tried in self.calls.items() if each != call}
        if len(calls) >= MOST_CALLS:
            del calls[next(iter(calls))]
        calls[call] = attempt
        return Course(self.tallies, calls), attempt

    def settled(
        self, reached: Iterable[str], watched: Iterable[str], call: str | None, *, succeeded: bool
    ) -> Course:
        """An answer is over.

        Args:
            reached: the rules whose faults took effect.
            watched: the rules that looked at it and want to know whether it succeeded.
            call: what call it was, where attempts are counted.
            succeeded: whether it was answered in whole, with a 2xx.
        """
        tallies = dict(self.tallies)
        for name in reached:
            # A rule that is no longer in force has no tally any more.
            if name in tallies:
                tally = tallies[name]
                tallies[name] = msgspec.structs.replace(tally, reached=tally.reached + 1)
        if not succeeded:
            return Course(tallies, self.calls)
        for name in watched:
            if name in tallies and tallies[name].began is not None:
                tally = tallies[name]
                tallies[name] = msgspec.structs.replace(tally, succeeded=tally.succeeded + 1)
        calls = self.calls
        if call in calls:
            calls = {each: tried for each, tried in calls.items() if each != call}
        return Course(tallies, calls)


#: Where every lane begins; one value for all of them.
START = Course()

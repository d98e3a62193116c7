"""Which attempts belong together: what a client tried again is one call.

Nobody tells a server that, so it is found from evidence, the strongest first:

    high     the client says it: `x-simtwin-call` or `idempotency-key` is the same, or, at the same
             question, `traceparent` is, or the SDK's retry count is one more than that of a failed
             attempt
    medium   the same key asked for the same again, in the same lane, after the attempt before had failed and ended,
             soon enough to be its retry
    low      the same, but late, or by another program

What overlaps in time is a hedge or parallel work and never a retry; what comes after an answer that
was whole is a new call; and what goes on from a conversation asks another question: a new turn. Where
the SDK's own retry of an attempt comes, what had been taken for it before is a call of its own: that
is how workers who ask the same, a little apart, are told from one client that is in a hurry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

import attrs

from simtwin.verdicts.attempt import Attempt, Which

Confidence = Literal["high", "medium", "low"]
_RANKS: dict[Confidence, int] = {"low": 0, "medium": 1, "high": 2}

#: How long after a failure the same question is taken for its retry: a minute of patience, or twice
#: what the client was told to wait.
SOON = 60.0
#: How long after it may still be one; later on it is somebody who asks again.
LATE = 600.0
#: Calls that wait for a retry of the same question, at most: parallel samples of one prompt.
MOST_WAITING = 64
#: What the official SDK tries again, beside 5xx and lost connections.
_PASSING = frozenset((408, 409, 429))


@attrs.frozen
class Call:
    """A client's call: the attempts that it made, in order.

    Args:
        attempts: at least one.
        evidence: how sure each attempt after the first is joined to the one before it.

    Attributes:
        waits: seconds from the end of each attempt to the beginning of the next.
    """

    attempts: tuple[Attempt, ...]
    evidence: tuple[Confidence, ...] = ()
    waits: tuple[float, ...] = attrs.field(init=False)

    @waits.default
    def _waits(self) -> tuple[float, ...]:
        pairs = zip(self.attempts, self.attempts[1:], strict=False)
        return tuple(round(later.began - earlier.ended, 6) for earlier, later in pairs)

    @property
    def confidence(self) -> Confidence:
        """That of the weakest evidence; "high" for a single attempt."""
        return min(self.evidence, key=_RANKS.__getitem__, default="high")

    @property
    def succeeded(self) -> bool:
        """Whether the last attempt got a whole, successful answer."""
        return not self.attempts[-1].failed


def at_least(confidence: Confidence, least: Confidence) -> bool:
    """Whether something is as sure as `least`."""
    return _RANKS[confidence] >= _RANKS[least]


def calls(attempts: Iterable[Attempt], least: Confidence = "medium") -> tuple[Call, ...]:
    """The calls that attempts make up, in the order of their first ones.

    Args:
        attempts: in any order.
        least: the weakest evidence that joins two.
    """
    joining = Joining(least)
    for attempt in sorted(attempts, key=lambda each: (each.began, each.entry.id)):
        joining.add(attempt)
    return joining.calls()


@attrs.define(eq=False)
class _Link:
    """An attempt in its call: what it tries again, how sure that is, and what tries it again."""

    attempt: Attempt
    before: _Link | None = None
    evidence: Confidence = "high"
    after: _Link | None = None


class Joining:
    """Attempts on their way into calls; they are added in the order in which they began."""

    def __init__(self, least: Confidence = "medium") -> None:
        self._least = least
        self._links: list[_Link] = []
        # What may still be tried again, by who asks for what.
        self._waiting: dict[Which, list[_Link]] = {}
        # What was taken to be tried again, though the SDK's own retry of it may still come.
        self._doubted: dict[Which, list[_Link]] = {}

    def add(self, attempt: Attempt) -> None:
        """Join an attempt to the call that it belongs to, or begin one."""
        which = attempt.which
        waiting = self._waiting.get(which, [])
        doubted = self._doubted.get(which, []) if attempt.retry_count else []
        before, evidence = self._tried_before(attempt, waiting, doubted)
        link = _Link(attempt, before, evidence)
        self._links.append(link)
        if before is not None:
            if before.after is not None:
                # It was not given up, so what had been taken for its retry is a call of its own.
                before.after.before = None
                doubted.remove(before)
            else:
                waiting.remove(before)
            before.after = link
            if evidence != "high" and _sdk_tries_again(before.attempt):
                kept = [*self._doubted.get(which, []), before]
                self._doubted[which] = kept[-MOST_WAITING:]
        # What was answered whole is tried again by nobody.
        if attempt.failed:
            self._waiting[which] = [*waiting, link][-MOST_WAITING:]
        elif waiting:
            self._waiting[which] = waiting
        else:
            self._waiting.pop(which, None)

    def _tried_before(
        self, attempt: Attempt, waiting: Iterable[_Link], doubted: Iterable[_Link]
    ) -> tuple[_Link | None, Confidence]:
        """What an attempt tries again on the best evidence; of what is as sure, what waited longest."""
        best: tuple[int, float] | None = None
        found: _Link | None = None
        evidence: Confidence = "high"
        for links, least in ((waiting, self._least), (doubted, "high")):
            for link in links:
                sure = _evidence(link.attempt, attempt)
                if sure is None or not at_least(sure, least):
                    continue
                rank = (_RANKS[sure], -link.attempt.ended)
                if best is None or rank > best:
                    best, found, evidence = rank, link, sure
        return found, evidence

    def calls(self) -> tuple[Call, ...]:
        """The calls so far."""
        return tuple(_call(link) for link in self._links if link.before is None)


def _call(first: _Link) -> Call:
    attempts, evidence = [first.attempt], []
    link = first.after
    while link is not None:
        attempts.append(link.attempt)
        evidence.append(link.evidence)
        link = link.after
    return Call(tuple(attempts), tuple(evidence))


def _sdk_tries_again(attempt: Attempt) -> bool:
    """Whether the official SDK, which counts, may try it again by itself: not after a head of 200."""
    if attempt.retry_count is None or attempt.should_retry is False:
        return False
    status = attempt.status
    return attempt.should_retry is True or status is None or status in _PASSING or status >= 500


def overlapping(attempts: Iterable[Attempt]) -> Iterator[tuple[Attempt, Attempt]]:
    """Attempts at the same question that began while another was under way, with that one.

    Args:
        attempts: in the order in which they began.
    """
    latest: dict[Which, Attempt] = {}
    for attempt in attempts:
        before = latest.get(attempt.which)
        if before is not None and attempt.began < before.ended:
            yield before, attempt
        if before is None or attempt.ended > before.ended:
            latest[attempt.which] = attempt


def _evidence(last: Attempt, attempt: Attempt) -> Confidence | None:
    """How sure it is that an attempt tries again what was tried before; None: it does not."""
    if not last.failed or attempt.began < last.ended:
        return None
    if attempt.name is not None:
        return "high"
    wait = attempt.began - last.ended
    if wait > max(LATE, 2 * (last.retry_after or 0.0)):
        return None
    if attempt.entry.call is not None and attempt.entry.call == last.entry.call:
        return "high"
    counts = (last.retry_count, attempt.retry_count)
    if last.entry.user_agent != attempt.entry.user_agent:
        return "low"
    if counts[0] is not None and counts[1] == counts[0] + 1:
        return "high"
    return "medium" if wait <= max(SOON, 2 * (last.retry_after or 0.0)) else "low"

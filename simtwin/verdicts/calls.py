"""Which attempts belong together: what a client tried again is one call.

Nobody tells a server that, so it is found from evidence, the strongest first:

    high     the client says it: `x-simtwin-call` or `traceparent` is the same, or the SDK's
             retry count is one more than that of a failed attempt at the same
    medium   the same key asked for the same again, after the attempt before had failed and ended,
             soon enough to be its retry

What overlaps in time is a hedge or parallel work and never a retry; and what comes after an answer
that was whole is a new call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import attrs

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.question import question

Confidence = Literal["high", "medium"]

#: How long after a failure the same question is taken for its retry: a minute of patience, or twice
#: what the client was told to wait.
SOON = 60.0


@attrs.frozen
class Call:
    """A client's call: the attempts that it made, in order.

    Args:
        attempts: at least one.
        confidence: that of the weakest evidence that joins them; "high" for a single attempt.
    """

    attempts: tuple[Attempt, ...]
    confidence: Confidence = "high"

    @property
    def waits(self) -> tuple[float, ...]:
        """Seconds from the end of each attempt to the beginning of the next."""
        pairs = zip(self.attempts, self.attempts[1:], strict=False)
        return tuple(round(later.began - earlier.ended, 6) for earlier, later in pairs)

    @property
    def succeeded(self) -> bool:
        """Whether the last attempt got a whole, successful answer."""
        return not self.attempts[-1].failed


def calls(attempts: Iterable[Attempt]) -> tuple[Call, ...]:
    """The calls that attempts make up, in the order of their first ones."""
    found: list[Call] = []
    # What may still be tried again, by who asks for what.
    waiting: dict[tuple[str, str | bytes], int] = {}
    for attempt in sorted(attempts, key=lambda each: (each.began, each.entry.id)):
        which = (attempt.entry.key, attempt.entry.call or question(attempt))
        index = waiting.get(which)
        evidence = None if index is None else _evidence(found[index].attempts, attempt)
        if index is None or evidence is None:
            waiting[which] = len(found)
            found.append(Call((attempt,)))
        else:
            call = found[index]
            weakest: Confidence = "medium" if "medium" in (evidence, call.confidence) else "high"
            found[index] = Call((*call.attempts, attempt), weakest)
    return tuple(found)


def _evidence(before: Sequence[Attempt], attempt: Attempt) -> Confidence | None:
    """How sure it is that an attempt tries again what was tried before; None: it does not."""
    last = before[-1]
    if not last.failed or attempt.began < last.ended:
        return None
    if attempt.entry.call is not None:
        return "high"
    counts = (last.retry_count, attempt.retry_count)
    if counts[0] is not None and counts[1] == counts[0] + 1:
        return "high"
    told = last.retry_after or 0.0
    return "medium" if attempt.began - last.ended <= max(SOON, 2 * told) else None

"""What the client did in a run, call by call, as a report has it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal

import attrs

from simtwin.chaos.document import AttemptDoc, CallDoc, FaultDoc
from simtwin.core.entry import Entry, FiredEntry
from simtwin.core.script import part
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Call, calls
from simtwin.verdicts.waste import Waste

#: More than people look at. Those that met something come before those that went well.
MOST_CALLS = 1_000
#: A client that retries without end is seen by less.
MOST_ATTEMPTS = 200
#: A fault can bring a body of its own.
LONGEST_SAID = 200


@attrs.frozen
class Timeline:
    """The calls of a run, in the order of their beginning.

    Args:
        calls: those that are listed, and `left_out`, how many are not.
        unanswered: how many of all of them ended without a whole answer.
    """

    calls: tuple[CallDoc, ...]
    left_out: int
    unanswered: int


def timeline(entries: Sequence[Entry], start: float, waste: Waste) -> Timeline:
    """The calls of a run.

    Args:
        entries: the journal of the run.
        start: when it began, in Unix seconds.
        waste: which requests are duplicates.
    """
    found = calls(Attempt(entry, start) for entry in entries if entry.batch is None)
    telling = sorted(range(len(found)), key=lambda index: not _tells(found[index]))[:MOST_CALLS]
    twice = frozenset(waste.duplicated_requests)
    return Timeline(
        calls=tuple(_call(found[index], twice) for index in sorted(telling)),
        left_out=len(found) - len(telling),
        unanswered=sum(not each.succeeded for each in found),
    )


def _tells(call: Call) -> bool:
    return len(call.attempts) > 1 or any(each.failed or each.faults for each in call.attempts)


def _call(call: Call, twice: Collection[str]) -> CallDoc:
    first = call.attempts[0].entry
    return CallDoc(
        endpoint=first.endpoint,
        model=first.model or _asked_model(first),
        stream=bool(first.stream),
        confidence=call.confidence,
        succeeded=call.succeeded,
        attempts=tuple(_attempts(call, twice)),
    )


def _asked_model(entry: Entry) -> str | None:
    """The model that was asked for where a fault came before anybody looked at it."""
    model = entry.body.get("model") if isinstance(entry.body, dict) else None
    return model if isinstance(model, str) else None


def _attempts(call: Call, twice: Collection[str]) -> Iterator[AttemptDoc]:
    before: Attempt | None = None
    for attempt in call.attempts[:MOST_ATTEMPTS]:
        entry = attempt.entry
        yield AttemptDoc(
            request=entry.request,
            began=attempt.began,
            head=None if entry.head_at is None else round(entry.head_at - attempt.start, 6),
            ended=attempt.ended,
            wait=None if before is None else round(attempt.began - before.ended, 6),
            retry_after=None if before is None else before.retry_after,
            status=attempt.status,
            whole=entry.whole,
            ended_by=entry.ended,
            faults=tuple(map(_fault, entry.fired)),
            sent_bytes=entry.sent_bytes,
            planned_tokens=entry.planned_tokens,
            sent_tokens=entry.sent_tokens,
            input_tokens=sum(entry.usage.values()) - entry.usage.get("output_tokens", 0),
            output_tokens=entry.usage.get("output_tokens", 0),
            thrown_away=_thrown_away(attempt, twice),
            own=entry.cause == "own",
        )
        before = attempt


def _fault(fired: FiredEntry) -> FaultDoc:
    try:
        said = part(fired.kind, fired.settings)
    except ValueError:
        said = fired.kind
    if len(said) > LONGEST_SAID:
        said = fired.kind
    return FaultDoc(rule=fired.rule, kind=fired.kind, said=said, outcome=fired.outcome)


def _thrown_away(
    attempt: Attempt, twice: Collection[str]
) -> Literal["aborted", "duplicated"] | None:
    """Whether what it cost was for nothing, and why."""
    if attempt.failed:
        return "aborted" if any(attempt.usage.values()) else None
    return "duplicated" if attempt.entry.request in twice else None

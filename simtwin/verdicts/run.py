"""A run: what a client did from the first request to the last, as the rules look at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from simtwin.core.outcome import Outcome
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Call, Confidence, overlapping
from simtwin.verdicts.history import Kept
from simtwin.verdicts.thresholds import THRESHOLDS, Thresholds

#: Statuses of a passing trouble, which a client tries again.
RETRYABLE = frozenset((408, 409, 429, *(range(500, 600)))) - {501, 505}
#: Statuses that are the same however often one asks.
TERMINAL = frozenset((400, 401, 402, 403, 404, 405, 413, 415, 422, 431, 501, 505))
#: `error_code` of limits that no waiting lifts (SDK 2.12 has classes for them).
SPENT = frozenset(
    (
        "enforced_spend_limit_reached",
        "contract_spend_limit_reached",
        "linked_organization_spend_limit_reached",
    )
)


@attrs.frozen
class Retry:
    """One attempt that tries another again.

    Args:
        call: what both belong to.
        number: 1 for the first retry of the call.
        wait: seconds from the end of the one to the beginning of the other.
        confidence: that it is one.
    """

    call: Call
    number: int
    before: Attempt
    after: Attempt
    wait: float
    confidence: Confidence


@attrs.frozen
class Run:
    """What a client did.

    Args:
        attempts: its requests in the order in which they began, less those that the twin itself
            refused or broke.
        calls: the same by what was tried again, on any evidence.
        kept: by the id of a request, what its history has of an answer that was cut.
        outcomes: what was told of calls.
        thresholds: where the lines are.
    """

    attempts: Sequence[Attempt]
    calls: Sequence[Call]
    kept: Mapping[int, Kept] = attrs.field(factory=dict)
    outcomes: Sequence[Outcome] = ()
    thresholds: Thresholds = THRESHOLDS
    _told: Mapping[str, Sequence[Outcome]] = attrs.field(init=False, repr=False)
    retries: Sequence[Retry] = attrs.field(init=False)
    overlaps: Sequence[tuple[Attempt, Attempt]] = attrs.field(init=False)
    until: float = attrs.field(init=False)

    @retries.default
    def _retries(self) -> Sequence[Retry]:
        return [
            Retry(call, number, before, after, wait, evidence)
            for call in self.calls
            if call.evidence
            for number, (before, after, wait, evidence) in enumerate(
                zip(call.attempts, call.attempts[1:], call.waits, call.evidence, strict=False), 1
            )
        ]

    @_told.default
    def _by_call(self) -> Mapping[str, Sequence[Outcome]]:
        told: dict[str, list[Outcome]] = {}
        for outcome in self.outcomes:
            told.setdefault(outcome.call, []).append(outcome)
        return told

    def told_of(self, attempt: Attempt) -> Iterator[Outcome]:
        """What was told of the call that an attempt is of, by its own name or the call's."""
        entry = attempt.entry
        for name in (entry.request, entry.call) if self._told else ():
            for outcome in self._told.get(name or "", ()):
                if outcome.key in (None, entry.key):
                    yield outcome

    @overlaps.default
    def _overlaps(self) -> Sequence[tuple[Attempt, Attempt]]:
        return tuple(overlapping(self.attempts))

    @until.default
    def _until(self) -> float:
        """When the last thing happened, seconds after the start."""
        return max((attempt.ended for attempt in self.attempts), default=0.0)


def is_terminal(attempt: Attempt) -> bool:
    """Whether asking again cannot help, so that a client should not."""
    if attempt.should_retry is not None:
        return not attempt.should_retry and attempt.failed
    if attempt.status == 429 and any(_is_spent(fired.settings) for fired in attempt.entry.fired):
        return True
    return attempt.status in TERMINAL


def _is_spent(settings: Mapping[str, Any]) -> bool:
    """Whether a fault of these settings is a limit that waiting does not lift."""
    state = settings.get("state")
    return settings.get("error_code") in SPENT or (
        isinstance(state, str) and state.endswith("spend_limit")
    )


def is_retryable(attempt: Attempt) -> bool:
    """Whether it failed in a way that a client tries again: a passing trouble, a lost connection."""
    if not attempt.failed or is_terminal(attempt):
        return False
    return (
        attempt.should_retry is True or attempt.status in RETRYABLE or attempt.status in (None, 200)
    )


def worst(confidences: Sequence[Confidence]) -> Confidence:
    """The least sure of several; "high" of none."""
    return next((each for each in ("low", "medium") if each in confidences), "high")

"""The report of a run as a document, from which every other form of it is made.

`version` goes up whenever a reader of an older one could be wrong. Times are seconds. Those of
attempts count from the start of the run that they are in, that is, of its command; those of the
windows of its amplification from its first request, where a window begins.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from simtwin.chaos.judgement import Confidence, Severity, Value
from simtwin.chaos.outcome import Result
from simtwin.verdicts.amplification import Amplification
from simtwin.verdicts.waste import Waste

VERSION: Literal[1] = 1


class FaultDoc(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that fired on a request, by the rule that had it, and what became of it.

    `said` is the fault with its settings, as a script says it, where it is not too long for that.
    """

    rule: str
    kind: str
    said: str
    outcome: Literal["reached", "not_reached", "unsupported"]


class AttemptDoc(msgspec.Struct, frozen=True, kw_only=True):
    """One request on the wire.

    Args:
        request: its id.
        began: its first byte; `head`, that of the answer, None where there was none; `ended`, the
            last one, or the end of the connection.
        wait: from the end of the attempt before, None for the first of a call.
        retry_after: what the attempt before it told the client to wait.
        status: what was sent, None where nothing was.
        whole: whether all of the answer was sent; `ended_by` is "end", "hangup" or "left".
        sent_bytes: of the body; `planned_tokens` and `sent_tokens` of the answer.
        input_tokens: that were booked for it, cached or not, and `output_tokens`.
        thrown_away: whether those were for nothing: "aborted", where the answer was not received
            whole, "duplicated", where there was one already.
        own: whether it was the twin itself that refused or broke.
    """

    request: str
    began: float
    head: float | None
    ended: float
    wait: float | None
    retry_after: float | None
    status: int | None
    whole: bool
    ended_by: str | None
    faults: tuple[FaultDoc, ...]
    sent_bytes: int
    planned_tokens: int | None
    sent_tokens: int
    input_tokens: int
    output_tokens: int
    thrown_away: Literal["aborted", "duplicated"] | None
    own: bool


class CallDoc(msgspec.Struct, frozen=True, kw_only=True):
    """What the client asked for once, in one or more attempts; how sure it is that they are one."""

    endpoint: str
    model: str | None
    stream: bool
    confidence: Confidence
    succeeded: bool
    attempts: tuple[AttemptDoc, ...]


class FindingDoc(msgspec.Struct, frozen=True, kw_only=True):
    """What the client did wrong.

    Args:
        rule: the id of the rule, and its `title`.
        text: what it did.
        advice: what to do about it.
        source: where the rule is from.
        requests: that show it.
        known_as: what it is called in a baseline.
        known: whether the baseline has it.
        counts: whether it fails the run.
    """

    rule: str
    title: str
    severity: Severity
    confidence: Confidence
    text: str
    advice: str
    source: str
    requests: tuple[str, ...]
    known_as: str
    known: bool
    counts: bool


class RuleDoc(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule says; `missing` is what a run would have to meet for it to be exercised."""

    rule: str
    title: str
    value: Value
    missing: str
    notes: tuple[str, ...]


class RunDoc(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the command.

    Args:
        number: from 1.
        seed: decides all chance in it.
        lane: the lane that its requests were of.
        result: what it comes to, and the `status` that says so; `why`, in sentences.
        token: all that it met, as a word; None where it is too long for one.
        replay: the command line that meets the same again.
        command_status: the command's exit status, None where it could not be started.
        began: when it began, in Unix seconds, and `seconds`, how long it took.
        requests: how many came, and `faulted`, how many of them met a fault.
        dropped: how many the journal had no room for.
        outcomes: how many outcomes of calls the client told.
        unmet: what had to come and did not.
        notes: what there is to know beside.
        waste: what its requests cost, and how much of that was for nothing.
        amplification: how many requests there were a call, over the run and in each window of it,
            counted from its first request.
        unanswered: how many calls ended without a whole answer.
        calls: what the client did; `calls_left_out`, those that are not listed.
    """

    number: int
    seed: int
    lane: str
    result: Result
    status: int
    why: tuple[str, ...]
    token: str | None
    replay: str
    command_status: int | None
    began: float
    seconds: float
    requests: int
    faulted: int
    dropped: int
    outcomes: int
    unmet: tuple[str, ...]
    notes: tuple[str, ...]
    rules: tuple[RuleDoc, ...]
    findings: tuple[FindingDoc, ...]
    waste: Waste
    amplification: Amplification
    unanswered: int
    calls: tuple[CallDoc, ...]
    calls_left_out: int


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A report: what was asked for, what it comes to, and every run.

    `file` is the first file that the command names, for whoever shows what fails beside one; None
    where it names none.
    """

    version: Literal[1]
    simtwin: str
    scenario: str
    command: tuple[str, ...]
    file: str | None
    seed: int
    profiles: tuple[str, ...]
    script: str | None
    tier: str
    pace: str
    fail_on: Severity
    min_confidence: Confidence
    expect_success: bool
    runs_asked: int
    result: Result
    status: int
    why: tuple[str, ...]
    not_found: tuple[str, ...]
    runs: tuple[RunDoc, ...]


def encoded(report: Report) -> bytes:
    """The report as JSON, for people as well."""
    return msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n"

"""What a run met, put in the words of its report. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import attrs

from simtwin.chaos.baseline import known_as
from simtwin.chaos.document import FindingDoc, RuleDoc, RunDoc
from simtwin.chaos.judgement import CONFIDENCES, SEVERITIES, Finding, Judgement, Ruling
from simtwin.chaos.outcome import Ended, outcome
from simtwin.chaos.plan import Plan
from simtwin.chaos.stimulus import Stimulus
from simtwin.chaos.timeline import timeline
from simtwin.core.entry import Entry
from simtwin.core.outcome import Outcome


@attrs.frozen(kw_only=True)
class Met:
    """What a run of the command met.

    Args:
        number: which run it was, from 1.
        seed: what decided all chance.
        lane: the lane of its requests.
        start: when it began, in Unix seconds.
        seconds: how long it took.
        ended: what became of the command.
        entries: the journal.
        outcomes: what was told of calls.
        connections: how many connections met a fault.
        missing: what was set up and not met.
        dropped: how many entries the journal had no room for.
        token: what it met, as a word; None where that is too long.
        replay: the command line that meets it again.
    """

    number: int
    seed: int
    lane: str
    start: float
    seconds: float
    ended: Ended
    entries: Sequence[Entry]
    outcomes: Sequence[Outcome] = ()
    connections: int = 0
    missing: Stimulus = attrs.field(factory=Stimulus)
    dropped: int = 0
    token: str | None
    replay: str


def run_doc(plan: Plan, met: Met, judged: Judgement, known: Collection[str]) -> RunDoc:
    """The report of one run.

    Args:
        plan: what was run.
        met: what it met.
        judged: what is made of it.
        known: the findings that the baseline has.
    """
    findings = tuple(_findings(plan, judged.rulings, known))
    faulted = sum(any(f.outcome == "reached" for f in entry.fired) for entry in met.entries)
    comes_to = outcome(
        met.ended,
        faults=faulted + met.connections,
        counted=sum(each.counts for each in findings),
        # Of a command that was stopped nobody can want that it met everything.
        unmet=0 if met.ended.stopped_by else len(met.missing.unmet),
        expect_success=plan.expect_success,
    )
    told = timeline(met.entries, met.start, judged.waste)
    return RunDoc(
        number=met.number,
        seed=met.seed,
        lane=met.lane,
        result=comes_to.result,
        status=comes_to.status,
        why=comes_to.why,
        token=met.token,
        replay=met.replay,
        command_status=met.ended.status,
        began=met.start,
        seconds=met.seconds,
        requests=len(met.entries),
        faulted=faulted,
        dropped=met.dropped,
        outcomes=len(met.outcomes),
        unmet=met.missing.unmet,
        notes=tuple(_notes(met)),
        rules=tuple(
            RuleDoc(
                rule=each.rule,
                title=each.title,
                value=each.value,
                missing=each.missing,
                notes=each.notes,
            )
            for each in judged.rulings
        ),
        findings=findings,
        waste=judged.waste,
        amplification=judged.amplification,
        unanswered=told.unanswered,
        calls=told.calls,
        calls_left_out=told.left_out,
    )


def _findings(
    plan: Plan, rulings: Sequence[Ruling], known: Collection[str]
) -> Iterator[FindingDoc]:
    for ruling in rulings:
        for found in ruling.found:
            name = known_as(ruling.rule, found)
            yield FindingDoc(
                rule=ruling.rule,
                title=ruling.title,
                severity=found.severity,
                confidence=found.confidence,
                text=found.text,
                advice=ruling.advice,
                source=ruling.source,
                requests=found.requests,
                known_as=name,
                known=name in known,
                counts=name not in known and _is_grave(plan, found),
            )


def _is_grave(plan: Plan, found: Finding) -> bool:
    return SEVERITIES.index(found.severity) >= SEVERITIES.index(plan.fail_on) and CONFIDENCES.index(
        found.confidence
    ) >= CONFIDENCES.index(plan.min_confidence)


def _notes(met: Met) -> Iterator[str]:
    yield from met.missing.notes
    if not met.entries and met.ended.status is not None:
        yield (
            "no request came in: does the command take its base URL from one of the variables that"
            " are set for it?"
        )
    own = sum(entry.cause == "own" for entry in met.entries)
    if own:
        yield f"{own:,} requests were refused by limits of the twin itself, and are not judged"
    named = {name for entry in met.entries for name in (entry.request, entry.call)}
    unmatched = sum(each.call not in named for each in met.outcomes)
    if unmatched:
        yield (
            f"of {len(met.outcomes):,} outcomes that were told, {unmatched:,} are of calls that no"
            " request names: is it the id of a request, or what was sent as x-simtwin-call?"
        )
    if met.dropped:
        yield f"the journal had no room for {met.dropped:,} requests, which are not judged"

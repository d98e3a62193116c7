"""From entries of the journal to a verdict, in steps.

    lines ─► attempts ─► calls ─► a run ─► what each rule says ─► the verdict

`judging` is a generator whose every step is short, so that whoever has other things to do can do
them in between; it returns the verdict. `judge` takes all steps at once.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from itertools import islice
from sys import intern

import msgspec

from simtwin.core.entry import Entry
from simtwin.core.journal_line import Dropped, Line
from simtwin.core.outcome import Outcome
from simtwin.verdicts.amplification import amplification
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Confidence, Joining, at_least
from simtwin.verdicts.history import CutAnswers, Kept
from simtwin.verdicts.question import Asked, asked
from simtwin.verdicts.rule import SEVERITIES, Found, Judged, Rule
from simtwin.verdicts.rules import RULES
from simtwin.verdicts.run import Run
from simtwin.verdicts.thresholds import THRESHOLDS, Thresholds
from simtwin.verdicts.verdict import (
    VERSION,
    Evidence,
    Finding,
    RuleVerdict,
    Verdict,
)
from simtwin.verdicts.waste import waste

#: Entries that are read, or joined, in one step: some 10 ms.
STEP = 200
#: Of each rule, the worst findings are told, and of each the first requests: a verdict is for reading.
MOST_FINDINGS = 20
MOST_EVIDENCE = 12
#: Bodies that are remembered, in case they come again: 256 MB at the very most, mostly a few.
MOST_ASKED = 1_000
MOST_KEYS = 100

_CONFIDENCES: tuple[Confidence, ...] = ("low", "medium", "high")


def judge(
    lines: Iterable[Line],
    *,
    outcomes: Sequence[Outcome] = (),
    thresholds: Thresholds = THRESHOLDS,
    dropped: int | None = None,
) -> Verdict:
    """The verdict on what a client did.

    Args:
        lines: what a journal tells, in its order; each is let go of as soon as it was read.
        outcomes: what was told of calls beside.
        thresholds: where the lines are drawn.
        dropped: how many requests the journal had no room for, where it does not tell that itself;
            None where that is not known.
    """
    steps = judging(lines, outcomes=outcomes, thresholds=thresholds, dropped=dropped)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            verdict: Verdict = done.value
            return verdict


def judging(
    lines: Iterable[Line],
    *,
    outcomes: Sequence[Outcome] = (),
    thresholds: Thresholds = THRESHOLDS,
    dropped: int | None = None,
) -> Generator[None, None, Verdict]:
    """As `judge`, in steps."""
    reading = _Reading(list(outcomes))
    for number, line in enumerate(lines, 1):
        reading.add(line)
        if number % STEP == 0:
            yield
    start, attempts = reading.attempts()
    yield
    joining = Joining("low")
    for number, attempt in enumerate(attempts, 1):
        joining.add(attempt)
        if number % STEP == 0:
            yield
    run = Run(attempts, joining.calls(), reading.kept, reading.outcomes, thresholds)
    yield
    said = []
    for rule in RULES:
        said.append(_said(rule, rule.judge(run)))
        yield
    curve = amplification(run)
    return Verdict(
        version=VERSION,
        began=start,
        seconds=run.until,
        keys=tuple(islice(dict.fromkeys(each.entry.key for each in attempts), MOST_KEYS)),
        attempts=len(attempts),
        calls=curve.overall.calls,
        own=reading.own,
        upstream=reading.upstream,
        dropped=reading.dropped(dropped),
        outcomes=len(run.outcomes),
        unmatched=reading.unmatched(run),
        rules=tuple(said),
        waste=waste(run, reading.batched),
        amplification=curve,
    )


class _Reading:
    """Entries on their way into attempts: bodies are let go of, once it is known what they ask."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        self.own = 0
        self.batched: list[Attempt] = []
        self.upstream = 0
        self.kept: dict[int, Kept] = {}
        self.outcomes = outcomes
        self._names_of_own: set[str | None] = set()
        self._read: list[tuple[Entry, Asked]] = []
        self._cuts = CutAnswers()
        self._asked: dict[tuple[str, str, bytes], Asked] = {}
        self._dropped: dict[tuple[str, str | None], int] = {}

    def add(self, line: Line) -> None:
        match line:
            case Entry():
                self._add(line)
            case Dropped(tenant=tenant, lane=lane):
                # A later page of a journal counts those of an earlier one again.
                self._dropped[tenant, lane] = line.dropped
            case _:
                self.outcomes.append(line)

    def dropped(self, otherwise: int | None) -> int | None:
        """How many requests are missing; `otherwise` where no line told it."""
        return sum(self._dropped.values()) if self._dropped else otherwise

    def unmatched(self, run: Run) -> int:
        """How many outcomes are of calls that no request is of."""
        if not run.outcomes:
            return 0
        matched = {id(told) for attempt in run.attempts for told in run.told_of(attempt)}
        return sum(
            id(told) not in matched and told.call not in self._names_of_own for told in run.outcomes
        )

    def _add(self, entry: Entry) -> None:
        if entry.cause == "own":
            self.own += 1
            self._names_of_own |= {entry.request, entry.call}
            return
        if entry.batch is not None:
            # The work of the server on what it was asked for once.
            self.batched.append(Attempt(_slim(entry)))
            return
        self.upstream += entry.cause == "upstream"
        what = self._what(entry)
        kept = self._cuts.kept_in(entry, what.chain)
        if kept is not None:
            self.kept[entry.id] = kept
        if entry.ended != "left":
            self._cuts.note(entry, what.chain)
        self._read.append((_slim(entry), what))

    def _what(self, entry: Entry) -> Asked:
        """What a request asks; of a retry that is known, and it shares what is kept of that."""
        same = (entry.method, entry.path, _encode(entry.body))
        what = self._asked.get(same)
        if what is None:
            if len(self._asked) >= MOST_ASKED:
                self._asked.clear()
            what = self._asked[same] = asked(entry)
        return what

    def attempts(self) -> tuple[float, list[Attempt]]:
        """When the first began, in Unix time, and all in the order in which they began."""
        start = min((entry.first_byte_at or 0.0 for entry, _ in self._read), default=0.0)
        found = [Attempt(entry, start, what) for entry, what in self._read]
        self._read.clear()
        self._asked.clear()
        return start, sorted(found, key=lambda each: (each.began, each.entry.id))


def _slim(entry: Entry) -> Entry:
    """An entry less what no rule looks at, and with one text for all that say the same."""
    said = entry.stainless
    model = _model(entry)
    return msgspec.structs.replace(
        entry,
        body=None,
        meant=None,
        meant_tools=(),
        messages=(),
        fingerprint=None,
        stainless={name: intern(said[name]) for name in _COUNTED if name in said},
        user_agent=None if entry.user_agent is None else intern(entry.user_agent),
        model=None if model is None else intern(model),
        tenant=intern(entry.tenant),
        key=intern(entry.key),
        path=intern(entry.path),
        method=intern(entry.method),
        endpoint=intern(entry.endpoint),
        protocol=intern(entry.protocol),
    )


_encode = msgspec.json.Encoder().encode

#: What rules read of `x-stainless-*`.
_COUNTED = ("retry-count", "timeout")


def _model(entry: Entry) -> str | None:
    """The model that was asked for, also where nobody came to look for it."""
    if entry.model is None and isinstance(entry.body, dict):
        model = entry.body.get("model")
        return model if isinstance(model, str) else None
    return entry.model


def _said(rule: Rule, judged: Judged) -> RuleVerdict:
    grave = sorted(judged.found, key=_gravity, reverse=True)
    return RuleVerdict(
        id=rule.id,
        title=rule.title,
        value=judged.value,
        severity=grave[0].severity if grave else None,
        missing=judged.missing,
        findings=tuple(_finding(found) for found in grave[:MOST_FINDINGS]),
        more=max(0, len(grave) - MOST_FINDINGS),
        notes=judged.notes,
        advice=rule.advice,
        source=rule.source,
    )


def _gravity(found: Found) -> tuple[bool, int, int]:
    """What counts before what may not, then by severity: what fails a run is never left out."""
    sure = _CONFIDENCES.index(found.confidence)
    return at_least(found.confidence, "medium"), SEVERITIES.index(found.severity), sure


def _finding(found: Found) -> Finding:
    return Finding(
        text=found.text,
        severity=found.severity,
        confidence=found.confidence,
        evidence=tuple(
            Evidence(
                request=attempt.entry.request,
                began=attempt.began,
                ended=attempt.ended,
                status=attempt.status,
            )
            for attempt in found.attempts[:MOST_EVIDENCE]
        ),
        requests=len(found.attempts),
    )

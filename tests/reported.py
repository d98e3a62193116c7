"""Made-up runs of a command, and the reports of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from made_up import answered, fired, made

from simtwin.chaos.document import VERSION, Report, RunDoc
from simtwin.chaos.judging import judgement
from simtwin.chaos.met import Met, run_doc
from simtwin.chaos.outcome import Ended, Outcome, worst
from simtwin.chaos.plan import Plan
from simtwin.core.entry import Entry

OF_MESSAGES: dict[str, Any] = {"endpoint": "messages", "sent_bytes": 100}


def plan(**changes: Any) -> Plan:
    plain: dict[str, Any] = {"command": ("python", "-c", "pass"), "seed": 7, "script": "529"}
    return Plan(**plain | changes)


def retried(waits: Sequence[float] = (0.5,), **changes: Any) -> list[Entry]:
    """A call that a 529 refuses once for each wait, and that is then answered."""
    entries, at = [], 1.0
    for number, wait in enumerate(waits, 1):
        plain = {"fired": fired("refuse", status=529), **OF_MESSAGES}
        entries.append(made(number, at, 0.01, **plain | changes))
        at += 0.01 + wait
    return [*entries, answered(99, at, 0.01, **OF_MESSAGES)]


def one(
    of: Plan, entries: Sequence[Entry] = (), known: Collection[str] = (), **changes: Any
) -> RunDoc:
    """The report of a run that met these entries."""
    plain: dict[str, Any] = {
        "number": 1,
        "seed": of.seed,
        "lane": f"seed-{of.seed}",
        "start": 0.0,
        "seconds": 2.0,
        "ended": Ended(0),
        "entries": entries,
        "token": "st1.made-up",
        "replay": of.replay_line("st1.made-up"),
    }
    return run_doc(of, Met(**plain | changes), judgement(entries), known)


def report(of: Plan, *runs: RunDoc) -> Report:
    """The report of such runs."""
    comes_to = worst(Outcome(run.result, run.status, run.why) for run in runs)
    return Report(
        version=VERSION,
        simtwin="0",
        scenario=of.scenario,
        command=of.command,
        file=None,
        seed=of.seed,
        profiles=of.profiles,
        script=of.script,
        tier=of.tier,
        pace=of.pace,
        fail_on=of.fail_on,
        min_confidence=of.min_confidence,
        expect_success=of.expect_success,
        runs_asked=of.runs,
        result=comes_to.result,
        status=comes_to.status,
        why=comes_to.why,
        not_found=(),
        runs=runs,
    )


TOLD = {"told": {"retry-after": "9"}}
EARLY = one(plan(), retried([1.0], **TOLD))
#: What is nobody's to write into a terminal, a table, an element or a script.
EVIL = "\x1b[31m</script><b>|`[x](http://e)\n\u202e&"


def evil() -> Report:
    """A report in which every text that comes from outside is of that sort."""
    run = msgspec.structs.replace(
        EARLY,
        unmet=(EVIL,),
        notes=(EVIL,),
        findings=tuple(
            msgspec.structs.replace(each, text=EVIL, requests=(EVIL,)) for each in EARLY.findings
        ),
        calls=tuple(msgspec.structs.replace(each, model=EVIL) for each in EARLY.calls),
    )
    return msgspec.structs.replace(report(plan(), run), scenario=EVIL, command=("a", EVIL))

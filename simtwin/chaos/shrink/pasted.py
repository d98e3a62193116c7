"""A schedule in the forms that people use: a script, rules, and a test for pytest. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

import attrs

from simtwin.chaos.shrink.schedule import Met, Schedule
from simtwin.chaos.shrink.way import Way
from simtwin.chaos.trial.output import Expected, Free, lines_of
from simtwin.core.entry import Entry
from simtwin.core.script import part

#: More lines of output than anybody wants in a test.
MOST_LINES = 40


@attrs.frozen
class Said:
    """A schedule as the settings of one key.

    Args:
        script: it as a script, None where no script can say it.
        rules: it as rules, where there is no script.
    """

    script: str | None
    rules: tuple[dict[str, Any], ...]


def said(schedule: Schedule, entries: Sequence[Entry], answers: Sequence[bool]) -> Said:
    """A schedule as a script where one can say it, else as rules.

    Items of a script are met by requests that ask a model to answer, so it takes the requests of a
    run to know which item is which.

    Args:
        schedule: of one lane.
        entries: the requests of a run under it, in the order of arrival.
        answers: of each, whether it asks a model to answer.
    """
    met = {each.ordinal: each for each in schedule.mets}
    items, addressed = [], set[int]()
    for entry, answering in zip(entries, answers, strict=True):
        if answering and entry.ordinal is not None:
            items.append(_item(met.get(entry.ordinal)))
            addressed.add(entry.ordinal)
    charged = any(each.charge for each in schedule.mets)
    if None in items or charged or not addressed >= met.keys():
        return Said(None, tuple(_rules(schedule)))
    while items and items[-1] == "ok":
        items.pop()
    return Said(_script([each for each in items if each is not None]), ())


def _item(met: Met | None) -> str | None:
    if met is None:
        return "ok"
    try:
        return "+".join(part(each.kind, each.settings) for each in met.parts)
    except ValueError:
        return None


def _script(items: Sequence[str]) -> str:
    runs = [(item, sum(1 for _ in same)) for item, same in groupby(items)]
    return "; ".join(item if times == 1 else f"{item}*{times}" for item, times in runs) or "ok"


def _rules(schedule: Schedule) -> list[dict[str, Any]]:
    return [
        {
            "when": {"nth": met.ordinal + 1},
            **({"charge": True} if met.charge else {}),
            each.kind: dict(each.settings),
        }
        for met in schedule.mets
        for each in met.parts
    ]


def pytest_of(
    command: Sequence[str],
    schedule: Schedule,
    as_settings: Said,
    way: Way,
    *,
    expected: Expected,
    output: bytes,
    seconds: float,
) -> str:
    """A test that fails as long as the command fails so.

    Args:
        command: the program and its arguments.
        schedule: what is met.
        as_settings: the same for the marker.
        way: how it fails.
        expected: what clean runs print.
        output: what the failing one printed.
        seconds: how long it may take.
    """
    what = (
        repr(as_settings.script)
        if as_settings.script is not None
        else f"rules={list(as_settings.rules)!r}"
    )
    asserted = "\n".join(f"    {line}" for line in _asserted(way, expected, output))
    return f"""import subprocess

import pytest

COMMAND = {list(command)!r}


@pytest.mark.simtwin({what}, seed={schedule.seed})
def test_the_command_takes_what_it_once_{_NAMES[way.kind]}(simtwin):
    ended = subprocess.run(
        COMMAND, capture_output=True, text=True, check=False, timeout={seconds:g}
    )

{asserted}
"""


_NAMES = {
    "exit": "failed_under",
    "silent": "silently_failed_under",
    "hung": "hung_under",
    "finding": "took_badly",
}


def _asserted(way: Way, expected: Expected, output: bytes) -> list[str]:
    match way.kind:
        case "exit":
            return ["assert ended.returncode == 0, ended.stderr"]
        case "hung":
            return ["assert ended.returncode is not None"]
        case "finding":
            return [
                "rules = {rule.id: rule for rule in simtwin.verdict().rules}",
                f"assert rules[{way.rule!r}].value != 'fail', rules[{way.rule!r}].findings",
            ]
        case "silent":
            return ["assert ended.returncode == 0, ended.stderr", *_printed(expected, output)]


def _printed(expected: Expected, output: bytes) -> list[str]:
    """What has to be printed: one line that is missing, or where there is none all of them."""
    fixed = [line for line in expected.lines if not isinstance(line, Free)]
    missing = Counter(fixed) - Counter(lines_of(output))
    if missing:
        line = next(line for line in fixed if line in missing)
        return [f"assert {line!r} in ended.stdout.splitlines()"]
    if len(fixed) > MOST_LINES:
        return [f"assert len(ended.stdout.splitlines()) == {len(expected.lines)}"]
    if expected.free:
        return [
            f"lines = {fixed!r}",
            "assert [line for line in ended.stdout.splitlines() if line in lines] == lines",
        ]
    return [f"assert ended.stdout.splitlines() == {fixed!r}"]

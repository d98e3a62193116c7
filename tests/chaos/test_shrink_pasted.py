"""A schedule as a script, as rules, and as a test."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import answered

from simtwin.chaos.shrink.pasted import Said, pytest_of, said
from simtwin.chaos.shrink.schedule import Met, Part, Schedule
from simtwin.chaos.shrink.way import Way
from simtwin.chaos.trial.output import expected
from simtwin.core.script import parse
from simtwin_faults import KINDS

CUT = Part("truncate", {"after_events": 3})


def schedule(*ordinals: int, part: Part = CUT, **changes: Any) -> Schedule:
    return Schedule(7, {}, tuple(Met("1/1", "", each, (part,), **changes) for each in ordinals))


def as_said(of: Schedule, answers: list[bool]) -> Said:
    entries = [answered(number, number, ordinal=number) for number in range(len(answers))]
    return said(of, entries, answers)


@pytest.mark.parametrize(
    ("ordinals", "answers", "script"),
    [
        ((0,), [True], "truncate(after_events=3)"),
        ((2,), [True] * 5, "ok*2; truncate(after_events=3)"),
        ((1, 2), [True] * 3, "ok; truncate(after_events=3)*2"),
        # A request that asks no model to answer has no item.
        ((2,), [False, True, True], "ok; truncate(after_events=3)"),
        ((), [True], "ok"),
    ],
)
def test_a_script_has_an_item_for_each_request_that_asks_a_model_to_answer(
    ordinals: tuple[int, ...], answers: list[bool], script: str
) -> None:
    assert as_said(schedule(*ordinals), answers) == Said(script, ())
    assert parse(script, KINDS)


@pytest.mark.parametrize(
    ("of", "answers"),
    [
        # Met by a request that has no item; never met; charged; of a setting that is a list.
        (schedule(0), [False]),
        (schedule(4), [True]),
        (schedule(0, charge=True), [True]),
        (schedule(0, part=Part("field", {"path": "a", "value": [1]})), [True]),
    ],
)
def test_what_no_script_can_say_is_said_by_rules(of: Schedule, answers: list[bool]) -> None:
    found = as_said(of, answers)

    assert found.script is None
    (rule,) = found.rules
    assert rule["when"] == {"nth": of.mets[0].ordinal + 1}
    assert rule[of.mets[0].parts[0].kind] == of.mets[0].parts[0].settings
    assert rule.get("charge", False) is of.mets[0].charge


WAYS = st.sampled_from(
    [Way("exit", status=1), Way("silent"), Way("hung"), Way("finding", rule="V13")]
)
LINES = st.lists(st.text(max_size=20), max_size=4).map(lambda lines: "\n".join(lines).encode())


@given(
    command=st.lists(st.text(max_size=12), min_size=1, max_size=3),
    way=WAYS,
    clean=LINES,
    other=LINES,
    output=LINES,
    with_script=st.booleans(),
)
def test_every_test_is_valid_python(  # noqa: PLR0917  # all are drawn
    command: list[str], way: Way, clean: bytes, other: bytes, output: bytes, with_script: bool
) -> None:
    of = schedule(0)
    text = pytest_of(
        command,
        of,
        as_said(of, [with_script]),
        way,
        expected=expected(clean, other),
        output=output,
        seconds=10.0,
    )

    compile(text, "test_pasted.py", "exec")
    assert f"COMMAND = {command!r}" in text


def test_a_line_that_is_missing_is_what_a_silent_failure_is_known_by() -> None:
    of = schedule(0)

    def asserted(clean: bytes, other: bytes, output: bytes) -> str:
        return pytest_of(
            ["a"],
            of,
            as_said(of, [True]),
            Way("silent"),
            expected=expected(clean, other),
            output=output,
            seconds=10.0,
        )

    assert "assert 'Paris' in ended.stdout" in asserted(b"Paris\n1", b"Paris\n2", b"Par\n3")
    assert "assert ended.stdout.splitlines() == ['a', 'b']" in asserted(b"a\nb", b"a\nb", b"b\na")
    assert "if line in lines] == lines" in asserted(b"a\nb\n1", b"a\nb\n2", b"b\na\n3")

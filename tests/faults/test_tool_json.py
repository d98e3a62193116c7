"""Calls whose input is not what the model meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import is_lawful, marks
from telling import CALLED, STREAM, call, json_answer, names, sent, told, worsened

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import End, Hangup, Step
from simtwin_faults import KINDS
from simtwin_faults.tool_json import ToolJson


def text(plan: list[Step]) -> str:
    """The input of the call as it was sent."""
    pieces = [told(chunk) for chunk in sent(plan) if chunk.event == "content_block_delta"]
    return "".join(piece["delta"]["partial_json"] for piece in pieces)


def reason(plan: list[Step]) -> str | None:
    ends = [told(chunk) for chunk in sent(plan) if chunk.event == "message_delta"]
    return ends[-1]["delta"]["stop_reason"] if ends else None


WHOLE = call('{"a', '": "rm -rf /tm', 'p/x", "n": 25}')


@pytest.mark.parametrize(
    ("fault", "input_", "why"),
    [
        (ToolJson(form="cut"), '{"a": "r', "max_tokens"),
        (ToolJson(form="cut", characters=3), '{"a', "max_tokens"),
        (ToolJson(form="cut", characters=4), '{"a"', "max_tokens"),
        (ToolJson(form="cut", stop_reason="tool_use"), '{"a": "r', "tool_use"),
        (ToolJson(form="cut", ends=True), '{"a": "r', None),
        (ToolJson(form="cut_number"), '{"a": "rm -rf /tmp/x", "n": 2', "max_tokens"),
        (ToolJson(form="malformed"), '{,"a": "rm -rf /tmp/x", "n": 25}', "tool_use"),
        (ToolJson(form="empty"), "", "tool_use"),
        (ToolJson(form="empty", stop_reason="max_tokens"), "", "max_tokens"),
    ],
)
def test_the_input_is_broken_and_the_answer_says_why_it_ends(
    fault: ToolJson, input_: str, why: str | None
) -> None:
    worse = worsened(fault, WHOLE)

    assert (text(worse), reason(worse)) == (input_, why)
    assert (marks(worse), worse[-1]) == (1, End())
    assert ("content_block_stop" in names(worse)) is not fault.ends


def test_a_number_that_is_cut_at_the_end_of_a_piece_is_cut() -> None:
    worse = worsened(ToolJson(form="cut_number"), call('{"n": 2', "5}"))

    assert (text(worse), reason(worse), marks(worse)) == ('{"n": 2', "max_tokens", 1)


def test_digits_in_a_text_are_no_number() -> None:
    worse = worsened(ToolJson(form="cut_number"), call('{"a\\"1": "2', '3", "n": -45}'))

    assert text(worse) == '{"a\\"1": "23", "n": -4'


def test_no_block_comes_after_a_cut() -> None:
    more = (*WHOLE[:-3], *call("{}")[2:])

    worse = worsened(ToolJson(form="cut"), more)

    assert names(worse).count("content_block_start") == 1
    assert names(worse)[-3:] == ["content_block_stop", "message_delta", "message_stop"]


def test_a_stream_that_breaks_off_before_its_reason_breaks_off() -> None:
    plan = [*WHOLE[: WHOLE.index(CALLED)], Hangup()]

    worse = worsened(ToolJson(form="cut"), plan)

    assert (text(worse), worse[-1]) == ('{"a": "r', Hangup())


@pytest.mark.parametrize(
    ("fault", "plan"),
    [
        (ToolJson(form="cut"), STREAM),
        (ToolJson(form="cut"), call("{}")),
        (ToolJson(form="cut_number"), call('{"a": "1"}')),
        (ToolJson(form="empty"), call()),
        (ToolJson(form="cut"), json_answer({"type": "message"})),
    ],
)
def test_without_such_an_input_the_answer_stays_as_it_is(
    fault: ToolJson, plan: tuple[Step, ...]
) -> None:
    assert worsened(fault, plan) == list(plan)


@given(
    pieces=st.lists(st.text('{}[]":, 0123ab\\', max_size=6), max_size=6),
    form=st.sampled_from(("cut", "cut_number", "malformed", "empty")),
    characters=st.integers(1, 30),
)
def test_what_is_sent_is_lawful_and_a_cut_begins_the_input(
    pieces: list[str], form: str, characters: int
) -> None:
    fault = make(KINDS, "tool_json", {"form": form, "characters": characters})
    plan = call(*pieces)

    worse = worsened(fault, plan)

    assert is_lawful(worse)
    assert marks(worse) == 1 or worse == list(plan)
    if form.startswith("cut"):
        assert "".join(pieces).startswith(text(worse))


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"form": "empty", "ends": True}, "tool_json: ends is for form = cut or cut_number"),
        (
            {"form": "cut", "ends": True, "stop_reason": "x"},
            "tool_json: stop_reason cannot be told where the stream ends",
        ),
        (
            {"form": "cut", "characters": 0},
            "tool_json: characters must be a whole number from 1 to 1000000, not 0",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "tool_json", settings)

    assert str(refusal.value) == problem

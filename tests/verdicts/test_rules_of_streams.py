"""V12 to V14 and V20 to V22: answers that come in pieces, and what a client makes of the pieces."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import BODY, LONG, answered, cut, fired, made, said

from simtwin.core.entry import Entry
from simtwin.core.outcome import Outcome
from simtwin.verdicts.history import fingerprint
from simtwin.verdicts.thresholds import Thresholds

PART = LONG[:60]


def next_turn(number: int, content: Any, *more: Any) -> Entry:
    """The conversation goes on, with that as the assistant's turn."""
    following = more or ({"role": "user", "content": "Go on."},)
    turns = [*BODY["messages"], {"role": "assistant", "content": content}, *following]
    return answered(number, 10.0 * number, body={**BODY, "messages": turns})


# V12


def test_a_replay_of_what_was_shown_is_told_and_may_be_forbidden() -> None:
    again = [cut(1, 0), answered(2, 3)]
    strict = Thresholds(replay_policy="no_replay")

    assert said("V12", *again).severity == "info"
    assert said("V12", *again, thresholds=strict).severity == "error"
    assert said("V12", cut(1, 0)).value == "pass"


def test_a_replay_after_a_whole_call_of_a_tool_does_it_twice() -> None:
    assert said("V12", cut(1, 0, sent_tools=1), answered(2, 3)).severity == "error"


def test_a_stream_that_had_said_nothing_may_be_begun_anew() -> None:
    assert said("V12", cut(1, 0, sent_tokens=0), answered(2, 3)).value == "not_exercised"


# V13


def test_a_part_that_is_stored_as_a_turn_was_taken_for_an_answer() -> None:
    for content in (PART, [{"type": "text", "text": PART.strip()}]):
        verdict = said("V13", cut(1, 0), next_turn(2, content))

        assert (verdict.value, verdict.severity) == ("fail", "error")
        assert [e.request for e in verdict.findings[0].evidence] == ["req_1", "req_2"]


def test_so_was_a_call_of_a_tool_whose_input_was_cut() -> None:
    whole = fingerprint("get_weather", {"city": "Rome"})
    broken = cut(1, 0, meant="", meant_tools=(whole,), sent_characters=0)

    def used(given: dict[str, str]) -> Entry:
        use = {"type": "tool_use", "id": "t", "name": "get_weather", "input": given}
        result = {"type": "tool_result", "tool_use_id": "t", "content": "sun"}
        return next_turn(2, [use], {"role": "user", "content": [result]})

    assert said("V13", broken, used({})).severity == "error"
    assert said("V13", broken, used({"city": "Rome"})).value != "fail"


def test_whoever_asks_again_or_says_that_it_raised_is_right() -> None:
    raised = Outcome(call="req_1", outcome="raised")

    assert said("V13", cut(1, 0), answered(2, 3)).value == "pass"
    assert said("V13", cut(1, 0), outcomes=[raised]).value == "pass"
    assert said("V13", cut(1, 0), answered(2, 3), next_turn(3, LONG)).value == "pass"


def test_whoever_says_that_it_returned_is_wrong_unless_it_had_asked_again() -> None:
    returned = Outcome(call="a", outcome="returned")

    assert said("V13", cut(1, 0, call="a"), outcomes=[returned]).severity == "error"
    again = [cut(1, 0, call="a"), answered(2, 3, call="a")]
    assert said("V13", *again, outcomes=[returned]).value == "pass"


def test_of_a_client_that_just_stops_nothing_is_known() -> None:
    verdict = said("V13", cut(1, 0))

    assert verdict.value == "not_exercised"
    assert "SIMTWIN_OUTCOME_URL" in verdict.missing


def test_a_part_as_a_prefill_goes_on_where_it_was_cut() -> None:
    prefill = next_turn(2, PART)
    messages = prefill.body["messages"][:-1]
    resumed = answered(2, 20, body={**BODY, "messages": messages})

    assert said("V13", cut(1, 0), resumed).value == "not_exercised"


def test_a_turn_that_only_begins_alike_is_none() -> None:
    assert said("V13", cut(1, 0), next_turn(2, "one two")).value == "not_exercised"


def test_a_stream_that_the_client_left_was_not_cut() -> None:
    assert said("V13", cut(1, 0, ended="left")).missing == (
        "a stream that is cut before message_stop"
    )


def test_a_stream_without_its_last_event_was_cut_though_all_tokens_came() -> None:
    short = cut(1, 0, whole=True, ended="end", last_event="message_delta")

    assert said("V13", short, answered(2, 3)).value == "pass"


# V14


def test_a_history_is_clean_or_not() -> None:
    use = {"type": "tool_use", "id": "t", "name": "n", "input": {}}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t"}]}

    assert said("V14", next_turn(1, [use], result)).value == "pass"
    assert said("V14", next_turn(1, [use])).severity == "error"
    assert said("V14", next_turn(1, [])).severity == "error"
    assert said("V14", answered(1, 0)).value == "not_exercised"


def test_a_part_and_then_all_of_it_is_text_twice() -> None:
    again = [cut(1, 0), answered(2, 3)]

    assert said("V14", *again, next_turn(3, PART + LONG)).severity == "error"
    assert said("V14", *again, next_turn(3, LONG)).value == "pass"


def test_the_same_flaw_in_every_later_turn_is_told_once() -> None:
    later = ({"role": "user", "content": "a"}, {"role": "assistant", "content": "b"})
    more = (*later, {"role": "user", "content": "c"})

    assert len(said("V14", next_turn(1, []), next_turn(2, [], *more)).findings) == 1


# V20


@pytest.mark.parametrize(
    ("took", "ended", "severity"),
    [(5.5, "left", None), (8.0, "left", "warning"), (8.0, "end", "error")],
)
def test_what_is_cancelled_is_left(took: float, ended: str, severity: str | None) -> None:
    entry = answered(1, 0, took, ended=ended, closed_at=took, whole=ended == "end")
    cancelled = Outcome(call="req_1", outcome="cancelled", at=5.0)

    assert said("V20", entry, outcomes=[cancelled]).severity == severity


def test_what_was_over_before_could_not_be_left() -> None:
    late = Outcome(call="req_1", outcome="cancelled", at=5.0)

    assert said("V20", answered(1, 0), outcomes=[late]).value == "not_exercised"
    assert said("V20", answered(1, 0)).value == "not_exercised"


# V21


def silent(kind: str, seconds: float | None, ended: str, took: float) -> Entry:
    return made(
        1, 0, took, fired=fired(kind, seconds=seconds), ended=ended, closed_at=took, whole=False
    )


def test_whoever_waits_for_ever_has_no_timeout() -> None:
    assert said("V21", silent("hang", None, "hangup", 3600)).severity == "warning"
    assert said("V21", silent("stall", 600, "end", 600)).severity == "warning"
    assert said("V21", silent("hang", None, "left", 60)).value == "pass"


def test_a_model_may_think_for_minutes() -> None:
    assert said("V21", silent("stall", 250, "end", 250)).value == "not_exercised"
    patient = Thresholds(max_expected_gap_seconds=100)
    assert said("V21", silent("stall", 250, "end", 250), thresholds=patient).value == "fail"


# V22


def test_what_is_sent_is_read() -> None:
    assert said("V22", answered(1, 0, blocked_seconds=9.0)).severity == "info"
    assert said("V22", answered(1, 0, wire_bytes=9_000_000)).value == "pass"
    assert said("V22", answered(1, 0)).value == "not_exercised"

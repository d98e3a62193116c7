"""Successes with another body than was asked for."""

from __future__ import annotations

import json

import pytest
from plans import JSON, STREAM_HEAD, body
from telling import FRAMES, MESSAGE, STREAM, call, json_answer, names, sent, told, worsened

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, End, Hangup, Head, Mark, Step, Wait
from simtwin_faults import KINDS
from simtwin_faults.body import Body
from simtwin_faults.refuse import Refuse


def head_of(plan: list[Step]) -> Head:
    return next(step for step in plan if isinstance(step, Head))


@pytest.mark.parametrize("plan", [STREAM, JSON])
@pytest.mark.parametrize(
    ("fault", "data", "kind"),
    [
        (Body(form="null"), b"null", "application/json"),
        (Body(form="list"), b"[]", "application/json"),
        (Body(form="text", text="é"), "é".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_whatever_was_asked_for_the_body_is_another_one(
    fault: Body, data: bytes, kind: str, plan: tuple[Step, ...]
) -> None:
    worse = worsened(fault, plan)

    head = head_of(worse)
    assert worse == [Mark(), head, Chunk(data), End()]
    assert head.status == 200
    assert head.header("content-type") == kind
    assert [value for name, value in head.headers if name == "content-length"] == [str(len(data))]
    assert head.header("request-id") == STREAM_HEAD.header("request-id")


def test_an_empty_body_keeps_the_type_and_has_a_length_of_nothing() -> None:
    worse = worsened(Body(form="empty"), JSON)

    assert worse == [Mark(), head_of(worse), End()]
    assert head_of(worse).header("content-type") == "application/json"
    assert head_of(worse).header("content-length") == "0"


def test_a_refusal_can_be_empty_too() -> None:
    worse = worsened(Body(form="empty"), worsened(Refuse(status=529), JSON))

    assert (head_of(worse).status, body(worse)) == (529, b"")


def test_a_portal_is_html() -> None:
    worse = worsened(Body(form="html"), STREAM)

    assert head_of(worse).header("content-type") == "text/html; charset=utf-8"
    assert body(worse).startswith(b"<!DOCTYPE html>")


def test_an_error_in_a_200_is_the_envelope_of_the_api() -> None:
    worse = worsened(Body(form="error"), JSON)

    assert head_of(worse).status == 200
    assert json.loads(body(worse)) == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": STREAM_HEAD.header("request-id"),
    }


def test_a_bom_stands_before_json_and_counts_in_its_length() -> None:
    worse = worsened(Body(form="bom"), JSON)

    assert body(worse) == b"\xef\xbb\xbf" + body(JSON)
    assert head_of(worse).header("content-length") == str(len(body(worse)))


@pytest.mark.parametrize("status", [201, 206])
def test_another_success_leaves_the_body_as_it_is(status: int) -> None:
    worse = worsened(Body(status=status), STREAM)

    assert head_of(worse).status == status
    assert sent(worse) == list(FRAMES)


def test_a_204_has_neither_body_nor_type() -> None:
    worse = worsened(Body(status=204), JSON)

    head = head_of(worse)
    assert worse == [Mark(), head, End()]
    assert (head.status, head.header("content-type"), head.header("content-length")) == (
        204,
        None,
        None,
    )


def test_a_stream_is_told_as_one_message_when_it_would_have_ended() -> None:
    plan = [*STREAM[:4], Wait(3), *STREAM[4:]]

    worse = worsened(Body(form="json"), plan)

    assert worse[:3] == [Wait(3), Mark(), head_of(worse)]
    assert head_of(worse).header("content-type") == "application/json"
    assert told(sent(worse)[0]) == MESSAGE
    assert sent(worse)[0].tokens == 2


def test_a_call_is_told_with_its_input() -> None:
    (chunk,) = sent(worsened(Body(form="json"), call('{"a"', ": 1}")))

    assert told(chunk)["content"] == [
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": 1}}
    ]
    assert told(chunk)["stop_reason"] == "tool_use"


def test_a_stream_that_breaks_off_is_no_document() -> None:
    worse = worsened(Body(form="json"), [*STREAM[:4], Hangup()])

    assert worse == [Mark(), head_of(worse), Hangup()]


def test_a_message_is_told_as_a_stream() -> None:
    worse = worsened(Body(form="sse"), json_answer(MESSAGE))

    assert head_of(worse).header("content-type") == "text/event-stream; charset=utf-8"
    assert head_of(worse).header("content-length") is None
    assert names(worse) == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert told(sent(worse)[2])["delta"] == {"type": "text_delta", "text": "hello"}


def test_told_one_way_and_back_it_is_the_same_message() -> None:
    content = [
        {"type": "thinking", "thinking": "hm", "signature": "sig"},
        *MESSAGE["content"],
        {"type": "tool_use", "id": "toolu_1", "name": "f", "input": {"a": [1]}},
        {"type": "redacted_thinking", "data": "xyz"},
    ]
    message = {**MESSAGE, "content": content}

    streamed = worsened(Body(form="sse"), json_answer(message))
    (chunk,) = sent(worsened(Body(form="json"), streamed))

    assert told(chunk) == message
    assert chunk.tokens == 2


@pytest.mark.parametrize(
    ("fault", "plan"),
    [
        (Body(form="json"), JSON),
        (Body(form="sse"), STREAM),
        (Body(form="sse"), json_answer({"input_tokens": 5})),
        (Body(form="bom"), STREAM),
        (Body(), STREAM),
        (Body(status=200), STREAM),
    ],
)
def test_what_has_no_such_form_stays_as_it_is(fault: Body, plan: tuple[Step, ...]) -> None:
    assert worsened(fault, plan) == list(plan)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"form": "text"}, "body: form = text and a text go together"),
        ({"form": "null", "text": "x"}, "body: form = text and a text go together"),
        ({"form": "null", "status": 204}, "body: a 204 has no body"),
        ({"form": "sse", "status": 201}, "body: form = sse leaves the status as it is"),
        ({"status": 304}, "body: status must be a whole number from 200 to 299, not 304"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], problem: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "body", settings)

    assert str(refusal.value) == problem

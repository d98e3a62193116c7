"""Recorded exchanges, read out of documents."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taped import ASKED, HEADERS, MESSAGE, STREAM, USAGE, interaction, row

from simtwin.api.replay.cassette import recordings
from simtwin.api.replay.recording import Recording, RecordingError, Times, fingerprint
from simtwin.api.request.measure import measure
from simtwin.api.request.steps import run


def read(doc: Any) -> list[Recording]:
    return list(recordings(doc, "tape.yaml"))


def one(doc: Any) -> Recording:
    (recording,) = read([doc])
    return recording


def changed(part: str, **fields: Any) -> dict[str, Any]:
    """An interaction with fields of its request or response replaced."""
    doc = interaction()
    return {**doc, part: {**doc[part], **fields}}


@pytest.mark.parametrize(
    "doc",
    [
        row(),
        [row()],
        {"version": 1, "interactions": [interaction()]},
        {"http_interactions": [interaction()], "recorded_with": "VCR 6.3.1"},
        [changed("request", body={"encoding": "UTF-8", "string": json.dumps(ASKED)})],
        [changed("request", body=json.dumps(ASKED).encode())],
        [changed("request", body=None, parsed_body=ASKED)],
        [changed("response", body={"string": json.dumps(MESSAGE).encode()})],
        [changed("response", body={"string": gzip.compress(json.dumps(MESSAGE).encode())})],
        [
            changed(
                "response",
                body={"base64_string": b64encode(json.dumps(MESSAGE).encode()).decode()},
            )
        ],
        [changed("response", body=None, content=json.dumps(MESSAGE), status=None, status_code=200)],
    ],
    ids=range(11),
)
def test_every_form_of_a_cassette_is_read(doc: Any) -> None:
    if isinstance(doc, list) and "status_code" in doc[0].get("response", {}):
        response = doc[0]["response"]
        del response["status"], response["body"]

    (recording,) = read(doc)

    assert (recording.method, recording.path, recording.status) == ("POST", "/v1/messages", 200)
    assert recording.asked == ASKED
    assert json.loads(recording.frames[0].data) == MESSAGE
    assert (recording.output_tokens, recording.usage) == (12, USAGE)


def test_nothing_secret_and_nothing_of_one_connection_is_kept() -> None:
    for doc in (row(), interaction()):
        recording = one(doc)

        assert "sk-ant-secret" not in repr(recording)
        assert dict(recording.headers) == {
            "content-type": "application/json",
            "request-id": HEADERS["request-id"],
            "retry-after": "12",
            "anthropic-ratelimit-requests-remaining": "17",
        }


def test_a_stream_is_cut_into_its_events_byte_for_byte() -> None:
    recording = one(row({**ASKED, "stream": True}))

    assert "".join(frame.data.decode() for frame in recording.frames) == STREAM
    assert [frame.event for frame in recording.frames] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    tokens = [frame.tokens for frame in recording.frames]
    assert sum(tokens) == recording.output_tokens == 12
    assert tokens[2] > 0
    assert tokens[3] >= tokens[2]
    assert sum(tokens[2:4]) == 12


def test_a_stream_that_broke_off_is_kept_as_it_was() -> None:
    broken = STREAM[:-20]

    recording = one(row({**ASKED, "stream": True}, response_body=broken))

    assert "".join(frame.data.decode() for frame in recording.frames) == broken


def test_exchanges_with_other_apis_are_left_out() -> None:
    other = changed("request", uri="https://example.com/oauth/token")

    assert [each.asked for each in read([other, interaction()])] == [ASKED]


def test_a_beta_in_the_query_makes_no_other_path() -> None:
    paths = [one(row(path=f"/v1/messages{query}")).path for query in ("", "?beta=true", "?b=2&a=1")]

    assert paths == ["/v1/messages", "/v1/messages", "/v1/messages?a=1&b=2"]


def test_times_are_read_where_they_are() -> None:
    events = [0.5, 0.5, 0.7, 0.9, 1, 1, 1]
    stream = row({**ASKED, "stream": True}, event_seconds=events, seconds=1.25)

    assert one(row()).times is None
    assert one(row(seconds=2)).times == Times(2.0, (), 2.0)
    assert one(row(head_seconds=1, seconds=2)).times == Times(1.0, (), 2.0)
    assert one(stream).times == Times(0.5, tuple(map(float, events)), 1.25)


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ({"hello": 1}, "tape.yaml has no recorded exchanges"),
        ("text", "tape.yaml has no recorded exchanges"),
        ([row(), {"method": "POST"}], "tape.yaml, exchange 2 cannot be read: it has no 'path'"),
        ([row(status=99)], "tape.yaml cannot be read: 99 is no status"),
        ([row(seconds=-1)], "tape.yaml cannot be read: its times go back"),
        ([row(seconds="1")], "tape.yaml cannot be read: '1' is no number of seconds"),
        ([row(event_seconds=[1, 2], seconds=3)], "tape.yaml cannot be read: event_seconds is"),
        ([row(response_headers={"a": "b\r\nc: d"})], "tape.yaml cannot be read: its header 'a'"),
        ([row(response_body={"a": float("nan")})], "tape.yaml cannot be read: a body is no JSON"),
        (
            [changed("response", body={"string": b"\x1f\x8bx"})],
            "tape.yaml cannot be read: its body",
        ),
        ([7], "tape.yaml cannot be read"),
    ],
    ids=range(11),
)
def test_what_cannot_be_read_is_told_with_its_place(doc: Any, words: str) -> None:
    with pytest.raises(RecordingError) as caught:
        read(doc)

    assert str(caught.value).startswith(words)


def test_a_recorded_request_has_the_fingerprint_of_the_journal() -> None:
    asked = {**ASKED, "temperature": 0.5, "messages": [{"role": "user", "content": "Wörld"}]}

    measured = run(measure(asked, 100))

    assert fingerprint(one(row(asked)).asked) == measured.fingerprint
    assert fingerprint({**asked, "stream": True, "metadata": {"user_id": "x"}}) == (
        measured.fingerprint
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(sorted(row())), JSON),
    st.dictionaries(st.sampled_from(["request", "response", "method"]), JSON) | JSON,
)
def test_nothing_but_a_recording_error_comes_of_a_wrong_document(fields: Any, other: Any) -> None:
    for doc in ([{**row(), **fields}], [other]):
        try:
            found = read(doc)
        except RecordingError:
            continue

        assert len(found) <= 1

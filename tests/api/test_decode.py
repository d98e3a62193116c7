"""A body as JSON, or why it is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.request.decode import decode, peek


def _reason(body: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        decode(body)
    assert caught.value.error.status == 400
    assert caught.value.error.type == "invalid_request_error"
    return caught.value.error.message


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Input is a zero-length, empty document: line 1 column 1 (char 0)"),
        (b"{", "unexpected end of data: line 1 column 2 (char 1)"),
        (b'{"a":\n "b', "unexpected end of data: line 2 column 4 (char 9)"),
        (b'{"a":1,}', "trailing comma is not allowed: line 1 column 7 (char 6)"),
        (b'{"a":[1, ]}', "trailing comma is not allowed: line 1 column 8 (char 7)"),
        (b"{'a':1}", "unexpected character: line 1 column 2 (char 1)"),
        (b'{"a" 1}', "unexpected character: line 1 column 6 (char 5)"),
        (b'{"a":1} x', "unexpected content after document: line 1 column 9 (char 8)"),
        (
            b'{"a":"\x01"}',
            "unexpected control character in string: line 1 column 7 (char 6)",
        ),
        (b'{"a":"\\x"}', "invalid escaped character in string: line 1 column 7 (char 6)"),
        (b'{"a":"\\u12"}', "invalid escaped unicode in string: line 1 column 8 (char 7)"),
        (b'{"a":"\\ud800"}', "no low surrogate in string: line 1 column 7 (char 6)"),
        (b'{"a":"\\udc00"}', "no low surrogate in string: line 1 column 7 (char 6)"),
        (
            b'{"a":"\xc3\xa9\xff"}',
            "str is not valid UTF-8: surrogates not allowed: line 1 column 8 (char 7)",
        ),
        (b"\xef\xbb\xbf{}", "unexpected character: line 1 column 1 (char 0)"),
        (b"1" * 5_000, "number is infinity when parsed as double: line 1 column 1 (char 0)"),
        (b'{"a":1e999}', "number is infinity when parsed as double: line 1 column 6 (char 5)"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(body: bytes, reason: str) -> None:
    assert _reason(body) == f"The request body is not valid JSON: {reason}"


@pytest.mark.parametrize("literal", [b"NaN", b"Infinity", b"-Infinity"])
def test_nan_and_the_infinities_are_no_json(literal: bytes) -> None:
    reason = _reason(b'{"temperature": %s}' % literal)

    assert reason.endswith("unexpected character: line 1 column 17 (char 16)")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
        b'{"a":"\\ud800","b":' + b"[" * 50_000,
    ],
)
def test_a_body_nested_too_deeply_is_refused(body: bytes) -> None:
    assert "recursion limit reached" in _reason(body)


@pytest.mark.parametrize("body", [b"[]", b"1", b'"text"', b"null", b"true"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    assert _reason(body) == "Input should be a valid dictionary"


def test_of_a_key_given_twice_the_last_counts() -> None:
    assert decode(b'{"a": 1, "a": 2}') == {"a": 2}


@given(st.binary(max_size=40) | st.text(alphabet='{}[]",:\\u0d8c1eNa-I ').map(str.encode))
def test_no_bytes_give_anything_but_an_object_or_a_400(body: bytes) -> None:
    try:
        read: object = decode(body)
    except Rejected as rejected:
        read = rejected.error.status

    assert read == 400 or read == json.loads(body)


@pytest.mark.parametrize(
    ("doc", "seen"),
    [
        ({"model": "m", "stream": True}, ("m", True)),
        ({"model": "m"}, ("m", False)),
        ({"model": 7, "stream": "true"}, (None, False)),
        ({}, (None, False)),
    ],
)
def test_a_rule_sees_model_and_stream_before_anything_is_validated(
    doc: dict[str, object], seen: tuple[str | None, bool]
) -> None:
    assert peek(doc) == seen


@pytest.mark.parametrize(
    ("tail", "reason", "after"),
    [
        (b"]", "unexpected character", 0),
        (b",}", "trailing comma is not allowed", 0),
        (b"", "unexpected end of data", 0),
        (b"} x", "unexpected content after document", 2),
    ],
)
def test_a_large_body_is_looked_at_once(tail: bytes, reason: str, after: int) -> None:
    body = b'{"a":\n"' + b"x" * 300_000 + b'"'

    with pytest.raises(Rejected) as caught:
        decode(body + tail)

    column = 300_003 + after
    assert caught.value.error.message == (
        f"The request body is not valid JSON: {reason}: line 2 column {column} (char {column + 5})"
    )

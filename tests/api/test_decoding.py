"""Large bodies are decoded in pieces, and come to what they come to at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.request.decode import decode
from simtwin.api.request.decoding import PIECE, decoding
from simtwin.api.request.steps import run

_texts = st.text(alphabet='ab{}[],:"\\ \n\u00e4\u20ac\U0001f600', max_size=30)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.floats(-9, 9) | _texts,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(_texts, inner, max_size=6),
    max_leaves=12,
)
_objects = st.dictionaries(_texts, _values, max_size=6)
_layouts = st.sampled_from(
    [{}, {"separators": (",", ":")}, {"indent": 2}, {"ensure_ascii": False}, {"indent": "\t\r\n"}]
)


@given(_objects, _layouts, st.integers(16, 90))
def test_pieces_of_any_size_give_the_whole(
    doc: dict[str, Any], layout: dict[str, Any], piece: int
) -> None:
    body = json.dumps(doc, **layout).encode()

    assert run(decoding(body, piece)) == doc


@given(_objects, st.integers(0, 400), st.sampled_from(b'{}[],:"\\ x\x00\xff1'), st.integers(16, 90))
def test_what_is_no_json_at_once_is_none_in_pieces(
    doc: dict[str, Any], place: int, byte: int, piece: int
) -> None:
    body = bytearray(json.dumps(doc, ensure_ascii=False).encode())
    body[place % len(body)] = byte

    assert _outcome(decode, bytes(body)) == _outcome(
        lambda whole: run(decoding(whole, piece)), bytes(body)
    )


@given(st.text(alphabet='{}[]",:\\u0d8c1e a', max_size=60).map(str.encode), st.integers(16, 24))
def test_no_bytes_give_anything_but_an_object_or_a_400(body: bytes, piece: int) -> None:
    assert _outcome(decode, body) == _outcome(lambda whole: run(decoding(whole, piece)), body)


def _outcome(read: Any, body: bytes) -> Any:
    try:
        return read(body)
    except Rejected as rejected:
        return rejected.error.status


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"a":"' + b"x" * PIECE * 2, "unexpected end of data"),
        (b'{"a":"' + b"x" * PIECE * 2 + b'"', "unexpected end of data"),
        (b'{"a":"' + b"x" * PIECE * 2 + b'\\q"}', "invalid escaped character in string"),
        (b'{"a":[' + b"1," * PIECE + b"]}", "trailing comma is not allowed"),
        (b'{"a":[' + b"1," * PIECE + b"1]]", "unexpected character"),
        (b'{"a":1[' + b"1," * PIECE + b"1]}", "unexpected character"),
        (b"[" * PIECE * 2, "recursion limit reached"),
        (b'{"a":' * PIECE, "recursion limit reached"),
        (b'{"a":' + b"1" * PIECE * 80 + b"}", "number is infinity when parsed as double"),
    ],
)
def test_a_large_body_that_is_no_json_is_explained(body: bytes, words: str) -> None:
    with pytest.raises(Rejected, match=words) as caught:
        run(decoding(body))

    assert "The request body is not valid JSON" in caught.value.error.message


def test_the_place_is_where_it_breaks() -> None:
    body = b'{"a":[\n' + b"1,\n" * PIECE + b"x]}"

    with pytest.raises(Rejected) as caught:
        run(decoding(body))

    at = len(body) - 3
    expected = f"line {PIECE + 2} column 1 (char {at})"
    assert caught.value.error.message.endswith(expected)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":[' + b'{"type":"text","text":"a"},' * 20_000 + b"1]}",
        b'{"a":"' + b"x\\n" * 200_000 + b'"}',
        b'{"a":[' + b"[" * 500 + b"1" + b",1" * 200_000 + b"]" * 500 + b"]}",
        b"{" + b",".join(b'"%d":{}' % number for number in range(50_000)) + b"}",
        b'{"a":' + b" " * 600_000 + b"1}",
        b'{"' + b"a" * 600_000 + b'":1}',
        b'{"a":1}' + b" " * 5_000_000,
    ],
    ids=["blocks", "text", "deep", "names", "blanks", "name", "blanks at the end"],
)
def test_others_get_a_turn_after_every_few_pieces(body: bytes) -> None:
    turns, steps = 0, decoding(body)
    for _ in steps:
        turns += 1

    assert turns >= len(body) // (2 * PIECE)

"""A batch is taken apart wherever its pieces end, and what is none is told apart from one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simtwin.api.batches.split import Splitter
from simtwin.api.errors import Rejected

flat = st.none() | st.integers() | st.text(max_size=8)
values = flat | st.lists(flat, max_size=3) | st.dictionaries(st.text(max_size=3), flat, max_size=2)
elements = st.lists(st.dictionaries(st.text(max_size=5), values, max_size=3), max_size=4)


def split(body: bytes, size: int, most: int = 10**6) -> list[bytes]:
    splitter = Splitter(most)
    found = [
        element
        for start in range(0, len(body), size)
        for element in splitter.feed(body[start : start + size])
    ]
    splitter.close()
    assert splitter.elements == len(found)
    return found


def refused(body: bytes, size: int = 7, most: int = 10**6) -> str:
    with pytest.raises(Rejected) as told:
        split(body, size, most)
    return told.value.error.message


@settings(max_examples=60)
@given(
    elements=elements,
    indent=st.sampled_from([None, 1]),
    ascii_=st.booleans(),
    size=st.integers(1, 40),
)
@example(elements=[{"a": 'quotes " and \\ and }]'}], indent=None, ascii_=False, size=1)
@example(elements=[{"a": "\\\\"}, {"[": "{"}], indent=1, ascii_=True, size=2)
def test_every_element_comes_out_as_it_is_wherever_pieces_end(
    elements: list[dict[str, Any]], indent: int | None, ascii_: bool, size: int
) -> None:
    body = json.dumps({"requests": elements}, indent=indent, ensure_ascii=ascii_).encode()

    assert [json.loads(element) for element in split(body, size)] == elements


@given(
    body=st.binary(max_size=40) | st.text('{}[]:,"\\ requests', max_size=40).map(str.encode),
    size=st.integers(1, 9),
)
def test_whatever_comes_it_is_split_or_refused(body: bytes, size: int) -> None:
    try:
        split(body, size)
    except Rejected as rejected:
        assert rejected.error.status == 400  # noqa: PT017  # either is well


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            b"",
            "The request body is not valid JSON: unexpected end of data: line 1 column 1 (char 0)",
        ),
        (b"[]", "Input should be a valid dictionary"),
        (b"{}", "requests: Field required"),
        (b'{"requests": 5}', "requests: Input should be a valid list"),
        (b'{"model": "x"}', "model: Extra inputs are not permitted"),
        (b'{"requests": [], "model": 1}', "model: Extra inputs are not permitted"),
        (b'{"requests": [], "requests": []}', "requests: Extra inputs are not permitted"),
        (
            b'{"requests": [{}, 5]}',
            "requests.1: Input should be a valid dictionary or object to extract fields from",
        ),
        (
            b'{"requests":\n [{} {}]}',
            "The request body is not valid JSON: unexpected character: line 2 column 6 (char 18)",
        ),
        (
            b'{"requests": []} x',
            "The request body is not valid JSON: unexpected content after document: line 1 column 18 (char 17)",
        ),
        (
            b'{"requests": [{"a": "b',
            "The request body is not valid JSON: unexpected end of data: line 1 column 23 (char 22)",
        ),
    ],
)
@pytest.mark.parametrize("size", [1, 5, 100])
def test_what_is_no_batch_is_told_in_the_words_of_the_api(
    body: bytes, message: str, size: int
) -> None:
    assert refused(body, size) == message


def test_an_element_that_is_too_large_is_refused_before_its_end_has_come() -> None:
    splitter = Splitter(most=100)
    list(splitter.feed(b'{"requests": [{"a": "'))

    list(splitter.feed(b"x" * 90))

    with pytest.raises(Rejected) as told:
        list(splitter.feed(b"x" * 10))
    assert told.value.error.status == 413


def test_a_name_without_end_is_not_waited_for() -> None:
    splitter = Splitter()

    with pytest.raises(Rejected, match="unexpected end of data"):
        list(splitter.feed(b'{"' + b"x" * 20_000))


def test_it_holds_no_more_than_what_has_not_ended() -> None:
    splitter = Splitter()
    list(splitter.feed(b'{"requests": ['))
    for _ in range(100):
        list(splitter.feed(b'{"a": "' + b"x" * 1_000 + b'"},'))

    assert len(splitter._bytes) == 0

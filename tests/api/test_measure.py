"""Fingerprints, and that they cost nobody else their turn."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.request.measure import Measured, measure
from simtwin.api.request.steps import run
from simtwin.api.tokens import WINDOW, count_request

LARGE = 10 * WINDOW


def _doc(*texts: str, **fields: Any) -> dict[str, Any]:
    return {
        "model": "claude-sonnet-4-5",
        "max_tokens": 10,
        "messages": [{"role": "user", "content": text} for text in texts],
        **fields,
    }


def _measured(doc: dict[str, Any], size: int = 0) -> Measured:
    return run(measure(doc, size))


def test_streamed_and_whole_requests_have_one_fingerprint() -> None:
    plain = _measured(_doc("Hi"))

    assert _measured(_doc("Hi", stream=True)) == plain
    assert _measured(_doc("Hi", stream=False, metadata={"user_id": "u"})) == plain


def test_the_order_of_keys_does_not_matter() -> None:
    doc = _doc("Hi")
    turned = dict(reversed(doc.items()))

    assert _measured(turned).fingerprint == _measured(doc).fingerprint


def test_another_question_has_another_fingerprint() -> None:
    assert _measured(_doc("Hi")).fingerprint != _measured(_doc("Ho")).fingerprint


def test_conversations_that_begin_alike_have_hashes_that_begin_alike() -> None:
    short = _measured(_doc("Hi", "there")).turns
    long = _measured(_doc("Hi", "there", "again")).turns
    other = _measured(_doc("Ho", "there", "again")).turns

    assert long[:2] == short
    assert len(set(long) | set(other)) == 6


def test_the_tokens_are_those_of_the_count() -> None:
    doc = _doc("Hello there", system="Be brief.")

    assert _measured(doc).input_tokens == sum(count_request(doc))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    values=st.lists(json_values, max_size=3),
    extra=st.dictionaries(st.text(max_size=4), json_values, max_size=40),
    long=st.sampled_from(["", 'é\n\\"', "\x00😀 word "]),
)
def test_a_large_request_has_the_fingerprint_it_would_have_at_once(
    values: list[Any], extra: dict[str, Any], long: str
) -> None:
    tools = [{"name": "t", "input_schema": {"default": value}} for value in values]
    doc = {**extra, **_doc("Hi", long * 30_000, "there", tools=tools)}

    in_pieces = _measured(doc, LARGE)

    assert in_pieces == _measured(doc)


def test_a_large_request_pauses_after_every_window() -> None:
    doc = _doc("x" * LARGE)

    pauses = sum(1 for _ in measure(doc, len(json.dumps(doc))))

    assert pauses >= 2 * (LARGE // WINDOW) - 1


def test_a_small_request_never_pauses() -> None:
    assert list(measure(_doc("Hi"), 100)) == []


@pytest.mark.parametrize("size", [0, LARGE])
def test_a_request_nested_too_deeply_to_be_read_again_is_refused(size: int) -> None:
    deep: list[Any] = []
    for _ in range(20_000):
        deep = [deep]

    with pytest.raises(Rejected) as caught:
        _measured(_doc("Hi", container=deep), size)

    assert caught.value.error.status == 400

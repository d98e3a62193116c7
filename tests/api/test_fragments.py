"""How the input of a call is cut for a stream."""

from __future__ import annotations

import json
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.form.fragments import fragments
from simtwin.api.tokens import pieces

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
rhythms = st.binary(min_size=1, max_size=64)


def _cut(given_: dict[str, Any], rhythm: bytes) -> list[tuple[str, int]]:
    return list(fragments(given_, pieces(json.dumps(given_, ensure_ascii=False)), cycle(rhythm)))


@given(st.dictionaries(st.text(max_size=9), values, max_size=5), rhythms)
def test_fragments_are_the_json_and_its_tokens(given_: dict[str, Any], rhythm: bytes) -> None:
    text = json.dumps(given_, ensure_ascii=False)

    cut = _cut(given_, rhythm)

    assert "".join(each for each, _ in cut) == text
    assert sum(tokens for _, tokens in cut) == len(pieces(text))


@given(rhythms)
def test_fragments_are_of_a_few_characters(rhythm: bytes) -> None:
    cut = _cut({"text": "a" * 200}, rhythm)

    assert all(2 <= len(text) <= 14 for text, _ in cut[:-1])


def test_a_field_is_held_back_until_it_is_whole() -> None:
    cut = _cut({"first": "one two three four", "second": "five six seven"}, b"\x80")

    bursts = [place for place, (_, tokens) in enumerate(cut) if tokens]
    assert len(bursts) == 2
    assert cut[bursts[1]][0].startswith(', "secon')


@pytest.mark.parametrize("text", ["", '{"city": "Bo'])
def test_json_that_was_cut_comes_as_it_is(text: str) -> None:
    cut = list(fragments({}, pieces(text), cycle(b"\x80")))

    assert "".join(each for each, _ in cut) == text

"""Seeded prose."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply import words
from simtwin.api.reply.prose import answer, before_call, thoughts, word
from simtwin.api.tokens import pieces


@given(st.binary(max_size=40))
def test_a_text_is_sentences_of_a_plausible_length(source: bytes) -> None:
    text = answer(source)

    assert 20 <= len(pieces(text)) <= 130
    assert re.fullmatch(r"(?:[A-Z][a-zA-Z ]*\.(?: |$))+", text)


def test_the_same_source_gives_the_same_text() -> None:
    assert answer(b"7/abc") == answer(b"7/abc")
    assert thoughts(b"7/abc") == thoughts(b"7/abc")
    assert before_call(b"7/abc") == before_call(b"7/abc")


def test_texts_and_their_lengths_vary() -> None:
    texts = [answer(b"%d" % number) for number in range(100)]

    assert len(set(texts)) == 100
    assert len({len(pieces(text)) for text in texts}) > 30


def test_thoughts_are_not_the_answer() -> None:
    assert thoughts(b"7/abc") != answer(b"7/abc")


@given(st.binary(max_size=40))
def test_what_comes_before_a_call_is_one_short_sentence(source: bytes) -> None:
    sentence = before_call(source)

    assert sentence.count(".") == 1
    assert len(pieces(sentence)) <= 12


@pytest.mark.parametrize(
    "table", [words.NOUNS, words.ADJECTIVES, words.VERBS, words.ADVERBS, words.PLACES]
)
def test_every_word_is_one_token_and_can_be_drawn_by_a_byte(table: tuple[str, ...]) -> None:
    assert {len(pieces(f" {each}")) for each in table} == {1}
    assert len(set(table)) == len(table) <= 256


def test_a_word_is_drawn_by_number() -> None:
    assert word(0) == word(len(words.NOUNS))


def test_an_article_goes_with_the_sound_that_follows() -> None:
    said = " ".join(answer(b"%d" % number) for number in range(300)).lower().split()

    after = {(first, second) for first, second in pairwise(said) if first in ("a", "an")}
    assert {second[0] for first, second in after if first == "an"} <= set("aeiouh")
    assert {second for first, second in after if first == "a" and second[0] in "aeio"} == set()
    assert ("an", "honest") in after

"""An answer is about as long as its request asks for."""

from __future__ import annotations

import time

import pytest
from asking import reply_to
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.asked.length import length_asked
from simtwin.api.reply.blocks import Text


def _said(content: str, seed: int = 7, max_tokens: int = 20_000) -> str:
    messages = [{"role": "user", "content": content}]
    (block,) = reply_to(seed, messages=messages, max_tokens=max_tokens).blocks
    assert isinstance(block, Text)
    return block.text


@pytest.mark.parametrize("words", [1, 7, 100, 1_500])
def test_a_number_of_words_is_kept(words: int) -> None:
    assert len(_said(f"Write about autumn in {words} words.").split()) == words
    assert len(_said(f"Write a {words}-word text about autumn.").split()) == words


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        ("Give me a list of 5 cities.", 5),
        ("List three reasons to leave.", 3),
        ("Name 12 good ideas for a party", 12),
    ],
)
def test_a_list_has_as_many_items(content: str, lines: int) -> None:
    said = _said(content).split("\n")

    assert [line.partition(". ")[0] for line in said] == [str(n) for n in range(1, lines + 1)]


def test_sentences_and_paragraphs_are_counted_too() -> None:
    assert _said("Answer in two sentences, please.").count(".") == 2
    assert _said("Write four short paragraphs on trains.").count("\n\n") == 3


@pytest.mark.parametrize("seed", range(5))
def test_a_story_is_longer_than_an_answer_and_a_short_question_shorter(seed: int) -> None:
    story = len(_said("Write a story about a fox.", seed).split())
    question = len(_said("What is the capital of Peru?", seed).split())
    brief = len(_said("Explain the whole of physics briefly.", seed).split())

    assert story >= 250
    assert 4 <= question <= 52
    assert brief <= 21


def test_no_request_gets_more_than_a_model_would_say() -> None:
    assert len(_said("Write 99999 words.", max_tokens=20_000).split()) == 4_000


def test_max_tokens_still_cuts() -> None:
    assert len(_said("Write 500 words.", max_tokens=20).split()) <= 20


@given(st.text(alphabet="a 1-9wordslist?\n", max_size=400))
def test_any_text_is_looked_at(text: str) -> None:
    length = length_asked(text)

    assert length is None or 0 < length.least <= length.most <= 4_000


def test_a_hostile_text_is_looked_at_in_no_time() -> None:
    began = time.thread_time()

    length_asked("1 a" * 500_000 + "list " * 500_000)

    # A fraction of a millisecond: only two thousand characters are looked at.
    assert time.thread_time() - began < 0.1


FRAGMENTS = (
    "one|3|12|twelve|100|words|word|words.|-word|sentences|points|list|list of|LIST|5|things|ways|"
    "question|questions?|brief|BRIEFLY|tl;dr|TLDR|yes or no|in short|One-liner|short answer|just the|"
    "only say|only|story|Blog post|in detail|detailed|at length|in depth|long|longer|belong|fox|"
    "write a|about|(|)|,|?|_|5words|words5|no_list"
)
JOINTS = st.sampled_from([" ", "-", "", "\n", "  "])


@given(st.lists(st.tuples(st.sampled_from(FRAGMENTS.split("|")), JOINTS), max_size=8))
def test_what_is_said_is_found_whatever_else_there_is(parts: list[tuple[str, str]]) -> None:
    text = "".join(fragment + joint for fragment, joint in parts)

    # A letter that is not English keeps the text from being left unread, and says nothing.
    assert length_asked(text) == length_asked(f"\u00e9\n{text}")

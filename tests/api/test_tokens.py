"""Counting the tokens of texts."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.tokens import WINDOW, count, pieces
from simtwin.api.tokens.newer import NEWER
from simtwin.api.tokens.older import OLDER
from simtwin.api.tokens.scale import TOKEN, Scale, cost
from simtwin.api.tokens.scripts import SCRIPTS
from simtwin.api.tokens.text import cuts, size, windows

SCALES = pytest.mark.parametrize("scale", [OLDER, NEWER], ids=["older", "newer"])
PARAGRAPH = (
    "The committee met on Tuesday to discuss the new budget, and after a long debate it was "
    "decided to postpone the vote until more information about the costs was available. "
)
words = st.text("abcdefghijklmnopqrstuvwxyzABCDEé", min_size=1, max_size=12)


# What an answer is cut into.


@given(st.text())
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    cut = pieces(text)

    assert "".join(cut) == text
    assert all(cut)


@given(st.text(alphabet="ab ,1\n", min_size=1, max_size=12))
def test_the_pieces_of_many_windows_are_the_text(seed: str) -> None:
    text = seed * (2 * WINDOW // len(seed) + 1)

    assert "".join(pieces(text)) == text


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("", []),
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("12345 is a number", ["123", "45", " is", " a", " number"]),
        ("incomprehensible", ["incompreh", "ensible"]),
        ("a\n\n  b", ["a", "\n\n  ", "b"]),
        ("日本語", ["日本", "語"]),
    ],
)
def test_a_piece_is_a_short_word_with_its_space_or_a_few_marks(text: str, cut: list[str]) -> None:
    assert pieces(text) == cut


# What a text counts.


@SCALES
@pytest.mark.parametrize(
    ("text", "older", "newer"),
    [
        # Counted by the reconstruction that the tables are fitted to (benchmarks/README.md).
        (PARAGRAPH, 34, 47),
        ("def add(a, b):\n    return a + b\n", 13, 13),
        ('{"name": "get_weather", "input": {"city": "Paris"}}', 16, 20),
        ("Die Würde des Menschen ist unantastbar.", 12, 18),
        ("Le petit prince habitait une planète à peine plus grande que lui.", 16, 23),
        ("Съешь ещё этих мягких французских булок", 16, 16),
        ("我们今天去学校学习中文", 12, 11),
        ("The 3 values 1234567 and 99", 13, 13),
    ],
)
def test_a_text_counts_about_what_it_really_does(
    text: str, older: int, newer: int, scale: Scale
) -> None:
    real = older if scale is OLDER else newer

    assert count(text, scale) == pytest.approx(real, rel=0.25, abs=1)


def test_newer_models_count_more() -> None:
    older, newer = count(PARAGRAPH * 20, OLDER), count(PARAGRAPH * 20, NEWER)

    assert 1.1 * older < newer < 1.7 * older


@SCALES
@given(text=st.text())
def test_nothing_costs_less_than_nothing_and_all_but_blanks_cost_something(
    text: str, scale: Scale
) -> None:
    assert all(cost(scale, piece) > 0 for piece in cuts(text))
    assert count(text, scale) >= 0


@SCALES
def test_every_cost_of_the_tables_is_above_nothing(scale: Scale) -> None:
    assert min(scale.marks.values()) > 0
    assert min(scale.words.values()) >= TOKEN
    assert all(known.start + known.each > 0 for known in SCRIPTS)
    assert [known.last for known in SCRIPTS] == sorted({known.last for known in SCRIPTS})


@SCALES
@given(text=st.lists(words, min_size=1).map(" ".join), more=words)
def test_a_further_word_costs_at_least_a_token(text: str, more: str, scale: Scale) -> None:
    assert count(f"{text} {more}", scale) > count(text, scale)


@SCALES
@given(said=st.lists(words | st.sampled_from([",", "--", "слово", "12"]), min_size=1, max_size=9))
def test_a_text_costs_the_same_in_pieces_as_at_once(scale: Scale, said: list[str]) -> None:
    text = " ".join(said) + " "
    text *= 40_000 // len(text)
    parts = list(windows(text))

    in_pieces = sum(size(part, scale) for part in parts)

    assert "".join(parts) == text
    assert len(parts) > 1
    # Where a cut falls beside a number, the space there counts or does not.
    assert abs(in_pieces - size(text, scale)) <= TOKEN * (len(parts) - 1)


@SCALES
@given(st.text(max_size=50))
def test_a_text_costs_no_more_than_its_bytes(scale: Scale, text: str) -> None:
    """As with any vocabulary of bytes; a character that is unknown is a token for each of them."""
    assert count(text, scale) <= 4 * len(text.encode("utf-8", "surrogatepass"))


def test_counting_is_linear() -> None:
    """Ten times the text takes about ten times as long, not a hundred."""
    text = "The quick brown fox jumps over 12 lazy dogs; `and` so on.\n" * 2_000

    short, long = _seconds(text), _seconds(text * 10)

    assert long < 30 * short


@pytest.mark.parametrize("sign", ["a", "A", "(", " ", "\n", "é", "字", "😀", "1", "\x00"])
def test_a_run_of_anything_is_counted_in_linear_time(sign: str) -> None:
    short, long = _seconds(sign * 10_000), _seconds(sign * 200_000)

    assert long < 60 * max(short, 0.0005)


def _seconds(text: str) -> float:
    """The least CPU time of three counts: others on the machine make single ones slow."""
    taken = []
    for _ in range(3):
        begun = process_time()
        count(text)
        taken.append(process_time() - begun)
    return min(taken)

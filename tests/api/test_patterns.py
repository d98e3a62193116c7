"""Strings made by reading a pattern."""

from __future__ import annotations

import re
from random import Random
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.values.patterns import LONGEST_PATTERN, LONGEST_TEXT, make_matching

READ = [
    r"^[A-Z]{3}$",
    r"^\d{3}-\d{4}$",
    r"^(red|green|blue)$",
    r"^[a-z0-9_-]{3,16}$",
    r"^\+?[1-9]\d{1,14}$",
    r"^#(?:[0-9a-fA-F]{3}){1,2}$",
    r"^\w+@\w+\.(com|org)$",
    r"^[^\s,]+$",
    r"^[]a]+?$",
    r"^a|b$",
    r"^.{5}$",
    r"\bword\b",
    r"^[\d.-]+\t\\$",
    r"^$",
]


@pytest.mark.parametrize("pattern", READ)
@given(st.integers(0, 1_000))
def test_a_pattern_that_is_read_matches_what_is_made_of_it(pattern: str, seed: int) -> None:
    made = make_matching(pattern, Random(seed))

    assert made is not None
    assert re.search(pattern, made)


@pytest.mark.parametrize(
    "pattern",
    [
        "(?=a)b",
        r"(a)\1",
        r"\p{L}",
        "a**",
        "*",
        "a{x}",
        "a{3",
        "[a",
        "(a",
        "a)",
        "a\\",
        "(" * 100 + ")" * 100,
        "a" * (LONGEST_PATTERN + 1),
    ],
)
def test_what_is_not_read_makes_no_string(pattern: str) -> None:
    assert make_matching(pattern, Random(0)) is None


def test_what_would_be_endless_is_given_up() -> None:
    begun = perf_counter()

    made = make_matching("((((a{900}){900}){900}){900})", Random(0))

    assert made is None
    assert perf_counter() - begun < 1


@given(st.text(alphabet="ab()[]{}|*+?^$\\.-,:0129dw", max_size=40), st.integers(0, 99))
def test_any_text_at_all_is_read_or_not(pattern: str, seed: int) -> None:
    made = make_matching(pattern, Random(seed))

    assert made is None or len(made) <= LONGEST_TEXT + len(pattern)

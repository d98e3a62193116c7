"""Globs of `*` and `?`."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.glob import LONGEST_TEXT, fits


@pytest.mark.parametrize(
    ("glob", "text", "fit"),
    [
        ("claude-opus-*", "claude-opus-4-8", True),
        ("claude-opus-*", "claude-opus-", True),
        ("claude-opus-*", "claude-opus", False),
        ("claude-opus-*", "Claude-opus-4", False),
        ("*opus*", "claude-opus-4-8", True),
        ("*-4-?", "claude-opus-4-8", True),
        ("*-4-?", "claude-opus-4-10", False),
        ("*", "", True),
        ("?", "", False),
        ("", "", True),
        ("", "a", False),
        ("a.c", "abc", False),
        ("***a", "xa", True),
    ],
)
def test_a_glob_fits_the_whole_text(glob: str, text: str, fit: bool) -> None:
    assert fits(glob, text) is fit


@given(st.text("ab*?", max_size=12), st.text("ab", max_size=12))
def test_a_glob_fits_what_the_shell_says_it_fits(glob: str, text: str) -> None:
    assert fits(glob, text) is fnmatchcase(text, glob)


def test_a_hostile_glob_ends() -> None:
    # An engine that goes back over its steps would need more than the age of the universe.
    assert not fits("*a" * 99 + "*b", "a" * LONGEST_TEXT)


def test_a_text_longer_than_any_name_fits_nothing() -> None:
    assert fits("*", "a" * LONGEST_TEXT)
    assert not fits("*", "a" * (LONGEST_TEXT + 1))

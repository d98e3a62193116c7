"""Where a script goes wrong, and how that is shown."""

from __future__ import annotations

import pytest

from simtwin.core.scanner import Scanner, ScriptError


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3 ", 3),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e-3,", 0.001),
        ("1E2", 100.0),
        ("true", True),
        ("false)", False),
        ("truely", "truely"),
        ("message_stop", "message_stop"),
        ("claude-opus-4.x", "claude-opus-4.x"),
        ('"a;b)\\n\\u00e9"', "a;b)\né"),
        ('""', ""),
    ],
)
def test_a_value_is_a_number_a_truth_a_word_or_a_json_string(text: str, value: object) -> None:
    read = Scanner(text).value()

    assert (type(read), read) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 0, "expected a number, true, false, a word or a JSON string here"),
        (" +3", 1, "expected a number"),
        ("9" * 41, 0, "a number has at most 40 characters"),
        ('"abc', 0, "this is no JSON string: Unterminated string starting at"),
        ('"a\nc"', 2, "this is no JSON string: Invalid control character at"),
        ('"a\\x"', 2, "this is no JSON string: Invalid \\escape"),
    ],
)
def test_what_is_no_value_is_refused_at_its_place(text: str, position: int, problem: str) -> None:
    with pytest.raises(ScriptError) as caught:
        Scanner(text).value()

    assert caught.value.position == position
    assert caught.value.message.startswith(problem)


def test_an_error_shows_the_text_with_a_mark_under_the_place() -> None:
    error = ScriptError("this is wrong", "529; 42", 5)

    assert str(error) == "script: this is wrong\n529; 42\n     ^"


def test_an_error_in_a_long_text_shows_what_is_around_it() -> None:
    error = ScriptError("this is wrong", "a" * 50 + "b" + "c" * 50, 50)

    assert error.message.splitlines() == [
        "this is wrong",
        "…" + "a" * 30 + "b" + "c" * 29 + "…",
        " " * 31 + "^",
    ]


def test_an_error_shows_no_character_that_moves_the_mark_or_cannot_be_sent() -> None:
    error = ScriptError("this is wrong", "a\r\n\t\x1b\ud800b", 6)

    assert error.message.splitlines()[1:] == ["a     b", "      ^"]

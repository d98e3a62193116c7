"""Scripted lines as something to be said."""

from __future__ import annotations

from simtwin.api.reply.said import SaidCall, SaidText, SaidThinking
from simtwin.api.scripted import LONGEST_ECHO, said
from simtwin.core.replies import Line, Question, ScriptedCall

QUESTION = Question("m", text="Hello")


def test_a_line_is_thought_then_said_then_called() -> None:
    line = Line("Text", "Thought", (ScriptedCall("go", {"a": 1}),), "max_tokens")

    found = said(line, QUESTION)

    assert found is not None
    assert found.blocks == (SaidThinking("Thought"), SaidText("Text"), SaidCall("go", {"a": 1}))
    assert found.stop_reason == "max_tokens"


def test_prose_is_left_to_the_seed() -> None:
    assert said(Line(prose=True), QUESTION) is None


def test_an_echo_is_the_text_or_else_what_tools_gave_and_bounded() -> None:
    echoes = [
        said(Line(echo=True), question)
        for question in (
            QUESTION,
            Question("m", results="12"),
            Question("m", text="x" * (LONGEST_ECHO + 1)),
            Question("m"),
        )
    ]

    assert [found and found.blocks for found in echoes] == [
        (SaidText("Hello"),),
        (SaidText("12"),),
        (SaidText("x" * LONGEST_ECHO),),
        (),
    ]


def test_an_empty_text_is_no_block() -> None:
    found = said(Line(""), QUESTION)

    assert found is not None
    assert found.blocks == ()


def test_a_refusal_has_the_details_of_one() -> None:
    found = said(Line(stop_reason="refusal"), QUESTION)

    assert found is not None
    assert found.stop_details == {"type": "refusal", "category": None, "explanation": None}

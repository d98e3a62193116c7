"""Scripted replies: what is said to which question.

    Question ─► the first rule that fits it ─► its only line, or that of the turn, or of the time

Rules are tried in order, and the first that fits is the only one. What no rule fits is answered as
without rules, by prose. Nothing here is a regular expression: substrings and globs alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from simtwin.core import glob

#: How much of a text is looked at, in characters: the rules of a tenant hold up all the others.
LOOKED_AT = 50_000
#: What is longer fits no glob: a step for each character takes a hundred times as long as `in`.
LONGEST_LIKE = 1_000


@attrs.frozen
class Question:
    """A request as the rules see it.

    Args:
        model: as it was asked for.
        system: the text of the system prompt.
        text: what the last turn of the user says, without what tools gave.
        results: what tools gave in that turn.
        answers_calls: whether there is a result of a tool in it.
        tools: the names of the tools on offer.
        turn: which answer in the conversation this is to be, from 1.
    """

    model: str
    system: str = ""
    text: str = ""
    results: str = ""
    answers_calls: bool = False
    tools: frozenset[str] = frozenset()
    turn: int = 1


@attrs.frozen
class ReplyMatch:
    """The questions that a rule is for: what is given must hold, and nothing given is all of them.

    Args:
        model: a glob that the model's name must fit.
        system: a text that must be in the system prompt.
        text: a text that must be in what the user says last.
        text_like: a glob that all of what the user says last must fit.
        tool: a tool that must be on offer.
        tool_result: whether the last turn answers a call.
        turn: which answer in the conversation it is, from 1.
    """

    model: str | None = None
    system: str | None = None
    text: str | None = None
    text_like: str | None = None
    tool: str | None = None
    tool_result: bool | None = None
    turn: int | None = None

    def fits(self, question: Question) -> bool:
        """Whether the rule is for this question."""
        return (
            (self.turn is None or self.turn == question.turn)
            and (self.tool_result is None or self.tool_result is question.answers_calls)
            and (self.tool is None or self.tool in question.tools)
            and (self.model is None or glob.fits(self.model, question.model))
            and (self.text is None or self.text in question.text[:LOOKED_AT])
            and (self.system is None or self.system in question.system[:LOOKED_AT])
            and (
                self.text_like is None
                or glob.fits(self.text_like, question.text, longest=LONGEST_LIKE)
            )
        )


@attrs.frozen
class ScriptedCall:
    """A call of a tool."""

    name: str
    input: Mapping[str, Any]


@attrs.frozen
class Line:
    """What is said once.

    Args:
        text: the text; None for none.
        thinking: what is thought before it.
        calls: the tools that are called after it.
        stop_reason: why the answer ends; None for what follows from the rest.
        echo: whether the text is what the user said last.
        prose: whether it is answered as without rules.
    """

    text: str | None = None
    thinking: str | None = None
    calls: tuple[ScriptedCall, ...] = ()
    stop_reason: str | None = None
    echo: bool = False
    prose: bool = False


@attrs.frozen
class ReplyRule:
    """Lines, and the questions they are for.

    Args:
        name: one of its kind among the rules in force; times are counted by it.
        match: the questions.
        lines: one for each turn or time, the last for all further ones; never empty.
        by: what is counted where there are several: turns of the conversation, or the times that
            the rule gave an answer to a key.
    """

    name: str
    match: ReplyMatch
    lines: tuple[Line, ...]
    by: Literal["turns", "times"] = "turns"

    @property
    def counts(self) -> bool:
        """Whether it matters how often the rule gave an answer before."""
        return self.by == "times" and len(self.lines) > 1

    def line(self, place: int) -> Line:
        """The line of the turn or time `place`, from 1."""
        return self.lines[min(place, len(self.lines)) - 1]


def choose(replies: Sequence[ReplyRule], question: Question) -> ReplyRule | None:
    """The first rule that is for this question."""
    return next((rule for rule in replies if rule.match.fits(question)), None)

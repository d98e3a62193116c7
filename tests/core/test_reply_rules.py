"""Reply rules, as they are written and as they choose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.fault import SettingsError
from simtwin.core.replies import LONGEST_LIKE, Line, Question, ReplyRule, choose
from simtwin.core.reply_rules import LONGEST_TEXT, MOST_LINES, MOST_REPLIES, reply_rules

QUESTION = Question(
    model="claude-sonnet-4-6",
    system="You are a pirate.",
    text="What is the weather in Oslo?",
    tools=frozenset({"get_weather"}),
    turn=2,
)


def parsed(*docs: Any) -> tuple[ReplyRule, ...]:
    def place(index: int, inner: str) -> str:
        return ".".join(filter(None, (f"replies[{index}]", inner)))

    return reply_rules(list(docs), "replies", place)


def refusal(doc: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        parsed(doc)
    return str(caught.value)


def fits(**match: Any) -> bool:
    return choose(parsed({"match": match, "text": "Yes"}), QUESTION) is not None


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"model": "claude-sonnet-*"},
        {"system": "pirate"},
        {"text": "weather"},
        {"text_like": "What*Oslo?"},
        {"tool": "get_weather"},
        {"tool_result": False},
        {"turn": 2},
        {"model": "*", "system": "pirate", "text": "Oslo", "tool": "get_weather", "turn": 2},
        {"turn": None, "text": None},
    ],
)
def test_a_rule_is_for_the_questions_that_all_of_its_match_fits(match: dict[str, Any]) -> None:
    assert fits(**match)


@pytest.mark.parametrize(
    "match",
    [
        {"model": "claude-opus-*"},
        {"system": "Pirate"},
        {"text": "weather."},
        {"text": "what is"},
        {"text_like": "*Oslo"},
        {"tool": "get"},
        {"tool_result": True},
        {"turn": 1},
        {"text": "Oslo", "turn": 3},
    ],
)
def test_a_rule_is_for_no_other_question(match: dict[str, Any]) -> None:
    assert not fits(**match)


def test_a_text_is_sought_as_it_is_and_is_no_expression() -> None:
    dots = parsed({"match": {"text": "w.*r"}, "text": "Yes"})

    assert choose(dots, QUESTION) is None
    assert choose(dots, Question(model="m", text="w.*r")) is not None


def test_the_first_rule_that_fits_is_used() -> None:
    rules = parsed(
        {"match": {"turn": 1}, "text": "one"}, {"text": "two"}, {"match": {"turn": 2}, "text": "3"}
    )

    chosen = choose(rules, QUESTION)

    assert chosen is not None
    assert chosen.line(1) == Line(text="two")


def test_a_long_text_fits_no_glob() -> None:
    rules = parsed({"match": {"text_like": "*"}, "text": "Yes"})

    assert choose(rules, Question("m", text="x" * LONGEST_LIKE)) is not None
    assert choose(rules, Question("m", text="x" * (LONGEST_LIKE + 1))) is None


def test_the_last_line_of_a_list_is_for_all_that_come_after() -> None:
    (rule,) = parsed({"turns": [{"text": "one"}, {"echo": True}]})

    lines = [rule.line(place) for place in (1, 2, 3, 99)]

    assert lines == [Line(text="one"), *[Line(echo=True)] * 3]
    assert not rule.counts


def test_times_are_counted_where_there_are_several_lines() -> None:
    one, two = parsed({"times": [{"text": "a"}]}, {"times": [{"text": "a"}, {"prose": True}]})

    assert not one.counts
    assert two.counts
    assert two.line(2) == Line(prose=True)


def test_everything_that_can_be_said_is_read() -> None:
    call = {"name": "get_weather", "input": {"city": "Oslo", "days": [1, None, {"x": 0.5}]}}
    (rule,) = parsed(
        {
            "thinking": "Hm.",
            "text": "So.",
            "calls": [call, {"name": "go"}],
            "stop_reason": "refusal",
        }
    )

    line = rule.line(1)

    assert (line.thinking, line.text, line.stop_reason) == ("Hm.", "So.", "refusal")
    assert [(each.name, each.input) for each in line.calls] == [
        ("get_weather", call["input"]),
        ("go", {}),
    ]


def test_rules_have_names_that_differ() -> None:
    rules = parsed({"text": "a"}, {"text": "b", "name": "reply-2"}, {"text": "c"})

    assert [rule.name for rule in rules] == ["reply", "reply-2", "reply-3"]


@pytest.mark.parametrize(
    ("doc", "words"),
    [
        ("Hello", "replies[0]: must be a table, not 'Hello'"),
        ({}, "replies[0]: a reply needs one of text, thinking, calls"),
        ({"match": {}, "name": "x"}, "replies[0]: a reply needs one of"),
        ({"say": "x"}, "replies[0]: there is no 'say'; there are name, match, text"),
        ({"text": 7}, "replies[0].text: must be text, not 7"),
        ({"text": "\ud800"}, "replies[0].text: must be text"),
        ({"text": "x", "match": {"regex": "x"}}, "replies[0].match: there is no 'regex'"),
        ({"text": "x", "match": {"turn": 0}}, "replies[0].match.turn: must be a whole number"),
        ({"text": "x", "match": {"turn": True}}, "replies[0].match.turn: must be a whole number"),
        ({"text": "x", "match": {"model": "[ab]"}}, "replies[0].match.model: knows * and ? alone"),
        ({"text": "x", "match": {"tool_result": 1}}, "replies[0].match.tool_result: must be true"),
        ({"text": "x", "match": {"text": "y" * 1001}}, "replies[0].match.text: can have 1,000"),
        ({"text": "x" * (LONGEST_TEXT + 1)}, "replies[0].text: can have 100,000 characters"),
        ({"stop_reason": "done"}, "replies[0].stop_reason: must be one of end_turn, max_tokens"),
        ({"calls": {}}, "replies[0].calls: must be a list of at most 64"),
        ({"calls": [{}]}, "replies[0].calls[0].name: needs the name of a tool"),
        ({"calls": [{"name": "x", "input": 3}]}, "replies[0].calls[0].input: must be a table"),
        ({"echo": False}, "replies[0].echo: can only be true, not false"),
        ({"echo": True, "text": "x"}, "replies[0].text: echo already says what is said"),
        ({"turns": []}, "replies[0].turns: must be a list of tables, not []"),
        ({"turns": [{"text": "x"}, {}]}, "replies[0].turns[1]: a reply needs one of"),
        ({"times": [{"calls": [7]}]}, "replies[0].times[0].calls[0]: must be a table, not 7"),
        ({"turns": [{"text": "x"}], "text": "y"}, "replies[0].text: turns already lists"),
        ({"turns": [{"text": "x"}], "times": []}, "replies[0].times: turns already lists"),
        ({"turns": [{"echo": True}] * (MOST_LINES + 1)}, "replies[0].turns: there can be 1,000"),
        ({"text": "x", "name": "a/b"}, "replies[0].name: must be printable"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_cannot_be_is_told_with_its_place(doc: Any, words: str) -> None:
    assert refusal(doc).startswith(words)


def test_an_input_is_bounded_in_depth_and_size() -> None:
    deep: dict[str, Any] = {}
    for _ in range(40):
        deep = {"x": deep}

    assert "at most 32 deep" in refusal({"calls": [{"name": "x", "input": deep}]})
    assert "longer than" in refusal({"calls": [{"name": "x", "input": {"x": "y" * 100_000}}]})


def test_there_are_so_many_rules_and_no_more() -> None:
    assert len(parsed(*[{"text": "x"}] * MOST_REPLIES)) == MOST_REPLIES
    with pytest.raises(SettingsError, match="there can be 200 replies, not 201"):
        parsed(*[{"text": "x"}] * (MOST_REPLIES + 1))


def test_two_rules_cannot_be_called_alike() -> None:
    with pytest.raises(SettingsError, match=r"replies\[1\].name: another reply is called 'a'"):
        parsed({"name": "a", "text": "x"}, {"name": "a", "text": "y"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["name", "match", "text", "thinking", "calls", "stop_reason", "echo", "turns", "times"]
)


@given(st.lists(st.dictionaries(FIELDS, JSON) | JSON, max_size=3))
def test_nothing_but_a_settings_error_comes_of_a_wrong_document(docs: list[Any]) -> None:
    try:
        rules = parsed(*docs)
    except SettingsError:
        return

    assert len(rules) == len(docs)

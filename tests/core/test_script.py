"""Scripts: what they say, and what is said of those that say nothing."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_kinds import KINDS, Hang, Odd, Refuse, Stall

from simtwin.core.fault import Fired, SettingsError
from simtwin.core.plan import Plan, Step
from simtwin.core.scanner import ScriptError
from simtwin.core.script import LONGEST_SCRIPT, MOST_ITEMS, Item, Script, parse, render


def fired(kind: str, fault: Any) -> Fired:
    return Fired("script", kind, fault)


OK = Item()
OVERLOADED = Item((fired("refuse", Refuse(529)),))


def test_a_script_is_read_item_by_item() -> None:
    text = "529; 429(retry_after=2)*2; stall(seconds=3)+hang; ok"

    script = parse(text, KINDS)

    assert script.text == text
    assert script.items == (
        OVERLOADED,
        Item((fired("refuse", Refuse(429, retry_after=2)),), times=2),
        Item((fired("stall", Stall(3)), fired("hang", Hang()))),
        OK,
    )
    assert not script.loop
    assert script.total == 5


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("ok", (OK,)),
        ("ok*3", (Item(times=3),)),
        ("ok+ok", (OK,)),
        ("ok+529", (OVERLOADED,)),
        ("refuse(status=529)", (OVERLOADED,)),
        (" \t529\r\n;\nok * 2 ", (OVERLOADED, Item(times=2))),
        ("529 ( message = busy )", (Item((fired("refuse", Refuse(529, "busy")),)),)),
        (
            '529(message="a; b) \\"c\\"", x_should_retry=false)',
            (Item((fired("refuse", Refuse(529, 'a; b) "c"', x_should_retry=False)),)),),
        ),
        ('529(message="true")', (Item((fired("refuse", Refuse(529, "true")),)),)),
        ("odd(whole=true, limit=0.5)", (Item((fired("odd", Odd(whole=True, limit=0.5)),)),)),
    ],
)
def test_a_text_says_these_items(text: str, items: tuple[Item, ...]) -> None:
    assert parse(text, KINDS).items == items


def test_each_request_meets_its_item_and_none_after_the_last() -> None:
    script = parse("529; ok*2; 500", KINDS)

    met = [script.item(place) for place in range(6)]

    one, ok, other = script.items
    assert met == [one, ok, ok, other, None, None]


def test_a_loop_starts_again() -> None:
    script = parse("529; ok*2; loop", KINDS)

    met = [script.item(place) for place in range(7)]

    one, ok = script.items
    assert script.loop
    assert met == [one, ok, ok, one, ok, ok, one]


def test_two_texts_that_mean_the_same_are_equal_scripts() -> None:
    assert parse("529;ok", KINDS) == parse(" 529 ; ok+ok ", KINDS)


@pytest.mark.parametrize(
    ("text", "position", "problem"),
    [
        ("", 0, "expected ok, a status or a kind of fault here"),
        ("  ", 2, "expected ok, a status or a kind of fault here"),
        ("529;", 4, "expected ok, a status or a kind of fault here"),
        ("529;;ok", 4, "expected ok, a status or a kind of fault here"),
        ("529+", 4, "expected ok, a status or a kind of fault here"),
        ("529 ok", 4, "expected ';' or the end here"),
        ("ok(a=1)", 2, "expected ';' or the end here"),
        ("ok*2*2", 4, "expected ';' or the end here"),
        ("52", 0, "a status has three digits, not '52'"),
        ("ok; 5290", 4, "a status has three digits, not '5290'"),
        ("529.5", 3, "expected ';' or the end here"),
        ("ok; 399", 4, "refuse: 'status' must be >= 400: 399"),
        ("loop", 0, "loop stands at the end, after at least one item"),
        ("ok+loop", 3, "loop stands at the end, after at least one item"),
        ("ok; loop; ok", 8, "expected the end here, after loop"),
        ("ok; loop*2", 8, "expected the end here, after loop"),
        ("ok*", 3, "expected how often, from 1 to 100,000, here"),
        ("ok*0", 3, "expected how often, from 1 to 100,000, here"),
        ("ok*-1", 3, "expected how often, from 1 to 100,000, here"),
        ("ok*100001", 3, "expected how often, from 1 to 100,000, here"),
        ("ok*" + "9" * 9_000, 3, "expected how often, from 1 to 100,000, here"),
        (f"ok*{MOST_ITEMS}; 529", 11, "a script speaks for at most 100,000 requests"),
        (
            "ok; disconect(reset=true)",
            4,
            "there is no kind 'disconect'; there are refuse, stall, hang, odd",
        ),
        (
            "stall(seconds=1, second=2)",
            17,
            "stall has no setting 'second'; it has seconds, after_events, before_event",
        ),
        ("ok; stall", 4, "stall needs the setting 'seconds'"),
        ("stall(after_events=1, seconds=x)", 22, "stall: seconds must be a number, not 'x'"),
        ("stall(seconds=1e999)", 6, "stall: seconds must be a finite number, not inf"),
        ("529(message=5)", 4, "refuse: message must be text, not 5"),
        (
            '529(message="\\ud800")',
            4,
            "refuse: message must be text without lone surrogates, not '\\ud800'",
        ),
        ("529(status=500)", 4, "status is given already"),
        ("stall(seconds=1, seconds=2)", 17, "seconds is given already"),
        ("529()", 4, "expected the name of a setting here"),
        ("529(message=a,)", 14, "expected the name of a setting here"),
        ("529(message)", 11, "expected '=' and a value here"),
        ("529(message=)", 12, "expected a number, true, false, a word or a JSON string here"),
        ("529(message=a b)", 14, "expected ',' or ')' here"),
        ("529(message=a", 13, "expected ',' or ')' here"),
    ],
)
def test_what_is_no_script_is_refused_at_its_character(
    text: str, position: int, problem: str
) -> None:
    with pytest.raises(ScriptError) as caught:
        parse(text, KINDS)

    assert caught.value.message.splitlines()[0] == problem
    assert caught.value.position == position


def test_a_mistake_is_shown_under_the_text() -> None:
    with pytest.raises(SettingsError) as caught:
        parse("529; disconect(reset=true); ok", KINDS)

    assert str(caught.value).splitlines() == [
        "script: there is no kind 'disconect'; there are refuse, stall, hang, odd",
        "529; disconect(reset=true); ok",
        "     ^",
    ]


def test_a_script_of_the_greatest_length_is_read_and_a_longer_one_is_not() -> None:
    text = "529;" * (LONGEST_SCRIPT // 4 - 1) + "529 "

    assert parse(text, KINDS).total == LONGEST_SCRIPT // 4
    with pytest.raises(ScriptError, match="at most 100,000 characters, not 100,001"):
        parse(text + " ", KINDS)


def test_a_script_may_speak_for_as_many_requests_as_are_allowed() -> None:
    script = parse(f"529; ok*{MOST_ITEMS - 1}", KINDS)

    assert script.total == MOST_ITEMS
    assert script.item(MOST_ITEMS - 1) == Item(times=MOST_ITEMS - 1)


FAULTS = st.one_of(
    st.builds(Hang).map(lambda fault: fired("hang", fault)),
    st.builds(
        Stall,
        seconds=st.floats(0, exclude_min=True, allow_infinity=False),
        after_events=st.integers(0, 10**30),
        before_event=st.none() | st.text(),
    ).map(lambda fault: fired("stall", fault)),
    st.builds(
        Refuse,
        status=st.integers(400, 599),
        message=st.none() | st.sampled_from(["true", "null", "ok", "loop", "a-b"]) | st.text(),
        retry_after=st.none() | st.floats(0, 1e20) | st.integers(0, 99).map(float),
        x_should_retry=st.none() | st.booleans(),
    ).map(lambda fault: fired("refuse", fault)),
)
SCRIPTS = st.builds(
    Script,
    text=st.just(""),
    items=st.lists(
        st.builds(Item, st.lists(FAULTS, max_size=3).map(tuple), st.integers(1, 999)),
        min_size=1,
        max_size=6,
    ).map(tuple),
    loop=st.booleans(),
)


@given(SCRIPTS)
def test_a_script_survives_its_text_and_back(script: Script) -> None:
    text = render(script)

    assert parse(text, KINDS) == script
    assert render(parse(text, KINDS)) == text


def test_a_script_is_written_in_the_one_short_form() -> None:
    script = parse(
        'refuse ( status=429,retry_after=2.0, message = "busy" )*1;ok+hang*3;loop', KINDS
    )

    assert render(script) == "429(message=busy, retry_after=2); hang*3; loop"


@attrs.frozen
class Lax:
    """Refuses with any number."""

    replaces: ClassVar[bool] = True

    status: int

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield from plan


def test_a_status_that_is_no_three_digits_is_written_as_a_setting() -> None:
    script = Script("", (Item((fired("refuse", Lax(42)),)),))

    text = render(script)

    assert text == "refuse(status=42)"
    assert parse(text, {"refuse": Lax}) == script


def test_a_fault_that_a_script_has_no_words_for_cannot_be_written() -> None:
    item = Item((fired("odd", Odd(headers=(("a", "b"),))),))

    with pytest.raises(ValueError, match=r"^a script cannot say \[\['a', 'b'\]\]$"):
        render(Script("", (item,)))


PIECES = st.lists(
    st.sampled_from(
        [
            "529",
            "ok",
            "loop",
            "stall",
            "refuse",
            "seconds",
            "status",
            "message",
            "=",
            "(",
            ")",
            ",",
            ";",
            "+",
            "*",
            "1",
            "2.5",
            "-1e9",
            "true",
            '"',
            '"a"',
            "\\",
            "\n",
            "�",
            "[",
            "é",
        ]
    ),
    max_size=30,
)


@given(st.text(st.characters()) | PIECES.map("".join) | PIECES.map(" ".join))
@example("(" * LONGEST_SCRIPT)
@example("529(" * (LONGEST_SCRIPT // 4))
@example('529(message="' + "\\" * 90_000)
@example("9" * LONGEST_SCRIPT)
@example("stall(seconds=" + "9" * 90_000)
@example("a" * LONGEST_SCRIPT)
def test_any_text_is_a_script_or_an_error_at_one_of_its_characters(text: str) -> None:
    try:
        parse(text, KINDS)
    except ScriptError as error:
        position = error.position
        told = str(error)
    else:
        position = 0
        told = ""

    assert 0 <= position <= len(text)
    assert len(told) < 1_000
    assert told.isascii() or told.encode()

"""Profiles in TOML."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS, Refuse, Stall

from simtwin.core.fault import SettingsError
from simtwin.core.profile import LONGEST_PROFILE, Profile, parse
from simtwin.core.replies import Line, ReplyMatch, ScriptedCall
from simtwin.core.schedule import Match, Rule, When

HEAD = 'summary = "s"\ngood_client = "g"\n'


def test_a_profile_says_what_happens_and_what_a_good_client_does() -> None:
    text = """
        summary = "529s at first, then silence."
        good_client = "Waits, and tries again."

        [[rules]]
        when = { first = 2 }
        refuse = { status = 529 }

        [[rules]]
        name = "silence"
        match = { stream = true }
        stall = { seconds = 30 }
    """

    profile = parse(text, "bad_day", KINDS)

    assert profile == Profile(
        name="bad_day",
        summary="529s at first, then silence.",
        good_client="Waits, and tries again.",
        rules=(
            Rule("refuse", Match(), When(first=2), "refuse", Refuse(529)),
            Rule("silence", Match(stream=True), When(), "stall", Stall(seconds=30)),
        ),
    )


def test_a_profile_can_say_what_is_answered() -> None:
    text = """
        [[replies]]
        match = { text = "weather", turn = 1 }
        calls = [{ name = "get_weather", input = { city = "Oslo" } }]

        [[replies]]
        times = [{ text = "one" }, { prose = true }]
    """

    replies = parse(HEAD + text, "talk.toml", KINDS).replies

    assert [reply.name for reply in replies] == ["talk/reply", "talk/reply-2"]
    assert replies[0].match == ReplyMatch(text="weather", turn=1)
    assert replies[0].lines == (Line(calls=(ScriptedCall("get_weather", {"city": "Oslo"}),)),)
    assert replies[1].lines == (Line("one"), Line(prose=True))


def test_an_error_in_a_reply_of_a_profile_says_in_which() -> None:
    text = '[[replies]]\necho = true\n[[replies]]\nmatch = { turn = "1" }\ntext = "x"\n'

    with pytest.raises(SettingsError) as caught:
        parse(HEAD + text, "talk.toml", KINDS)

    assert str(caught.value).startswith("profile talk.toml, reply 2: match.turn: must be a whole")


def test_a_profile_is_called_by_its_name_without_the_ending_of_its_file() -> None:
    assert parse(HEAD, "calm.toml", KINDS) == Profile("calm", "s", "g", ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            f"{HEAD}[[rules]]\nhang = {{}}\n[[rules]]\nstall = {{ second = 30 }}",
            (
                "profile overloaded.toml, rule 2: stall has no setting 'second';"
                " it has seconds, after_events, before_event"
            ),
        ),
        (
            f"{HEAD}[[rules]]\nhang = {{}}\nwhen = {{ chance = 2 }}",
            "profile overloaded.toml, rule 1: when.chance: must be a number from 0 to 1, not 2",
        ),
        (f"{HEAD}[[rules]]", "profile overloaded.toml, rule 1: a rule has one kind"),
        (
            f"{HEAD}rules = 3",
            "profile overloaded.toml, rules: must be a list of tables, not 3",
        ),
        (
            f"{HEAD}[[rule]]\nhang = {{}}",
            "profile overloaded.toml: a profile has no 'rule'; it has summary, good_client, rules",
        ),
        ('summary = "s"', "profile overloaded.toml: needs good_client, a text, and has null"),
        ("summary = 3", "profile overloaded.toml: needs summary, a text, and has 3"),
        ("summary", "profile overloaded.toml: Expected '=' after a key"),
        ("a = " + "9" * 5_000, "profile overloaded.toml: "),
        ("a = " + "[" * 50_000, "profile overloaded.toml: is nested too deeply"),
        (
            "#" * (LONGEST_PROFILE + 1),
            "profile overloaded.toml: is longer than 1,000,000 characters",
        ),
    ],
)
def test_what_is_no_profile_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(text, "overloaded", KINDS)

    assert str(caught.value).startswith(message)


@given(st.text() | st.text('[]{}="rules.\n 1').map(HEAD.__add__))
def test_any_text_is_a_profile_or_an_error_of_settings(text: str) -> None:
    try:
        profile = parse(text, "any", KINDS)
    except SettingsError as error:
        told = str(error)
    else:
        told = f"profile {profile.name}"

    assert told.startswith("profile any")

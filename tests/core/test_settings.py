"""What a scope sets, and what holds where several do."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS, Hang, Refuse, Stall

from simtwin.core import profile
from simtwin.core.fault import SettingsError
from simtwin.core.in_force import in_force, in_force_doc
from simtwin.core.merge_patch import merge_patch
from simtwin.core.replies import Line, ReplyMatch, ReplyRule
from simtwin.core.schedule import Match, Rule, When
from simtwin.core.script import parse as parse_script
from simtwin.core.settings import LARGEST_SEED, MOST_PROFILES, Settings, Vocabulary, parse


def limits(doc: object, path: str) -> str:
    if not isinstance(doc, dict) or list(doc) != ["tier"] or not isinstance(doc["tier"], str):
        raise SettingsError("must be a table with a tier", path)
    return f"limits of {doc['tier']}"


def pace(doc: object, path: str) -> float:
    if not isinstance(doc, str):
        raise SettingsError("must be a word", path)
    return float(len(doc))


def vocabulary(**profiles: str) -> Vocabulary:
    head = 'summary = ""\ngood_client = ""\n'
    parsed = {name: profile.parse(head + text, name, KINDS) for name, text in profiles.items()}
    return Vocabulary(KINDS, parsed, limits, pace)


SILENT = "[[rules]]\nstall = { seconds = 60 }\n"
BUSY = "[[rules]]\nrefuse = { status = 529 }\n[[rules]]\nstall = { seconds = 3 }\n"
WORDS = vocabulary(silent=SILENT, busy=BUSY, calm="")

WHOLE: dict[str, Any] = {
    "profiles": ["busy", "calm"],
    "rules": [
        {"name": "lost", "when": {"chance": 0.5}, "hang": {}},
        {"match": {"stream": True}, "stall": {"seconds": 30, "after_events": 3}},
    ],
    "script": "529; ok",
    "limits": {"tier": "tier1"},
    "pace": "real",
    "seed": 7,
    "replies": [{"match": {"turn": 1}, "text": "Hello"}, {"echo": True}],
}


def test_a_document_sets_what_it_names() -> None:
    settings = parse(WHOLE, WORDS)

    assert settings == Settings(
        profiles=("busy", "calm"),
        rules=(
            Rule("lost", Match(), When(chance=0.5), "hang", Hang()),
            Rule("stall", Match(stream=True), When(), "stall", Stall(30, 3)),
        ),
        script=parse_script("529; ok", KINDS),
        limits="limits of tier1",
        pace=4.0,
        seed=7,
        replies=(
            ReplyRule("reply", ReplyMatch(turn=1), (Line("Hello"),)),
            ReplyRule("reply-2", ReplyMatch(), (Line(echo=True),)),
        ),
        doc=WHOLE,
    )


def test_a_document_that_names_nothing_sets_nothing() -> None:
    assert parse({}, WORDS) == Settings()


def test_a_null_is_a_field_that_is_not_set() -> None:
    nulls = dict.fromkeys(WHOLE)

    assert parse(nulls, WORDS) == Settings()
    assert parse(nulls, WORDS).doc == {}


def test_settings_keep_a_copy_of_their_document() -> None:
    doc = json.loads(json.dumps(WHOLE))
    settings = parse(doc, WORDS)

    doc["rules"][0]["when"]["chance"] = 2
    doc["profiles"].clear()

    assert settings.doc == WHOLE


def with_rule(**rule: Any) -> dict[str, Any]:
    return {"rules": [{"hang": {}}, rule]}


@pytest.mark.parametrize(
    ("doc", "message"),
    [
        (3, "settings are a table, not 3"),
        (None, "settings are a table, not null"),
        (
            {"sede": 7},
            "there is no 'sede'; there are profiles, rules, script, limits, pace, seed, replies",
        ),
        ({"sede": None}, "there is no 'sede'"),
        ({"profiles": "busy"}, "profiles: must be a list of names, not 'busy'"),
        (
            {"profiles": ["busy", "bsy"]},
            "profiles[1]: there is no profile 'bsy'; there are silent, busy, calm",
        ),
        ({"profiles": [["busy"]]}, "profiles[0]: there is no profile ['busy']"),
        ({"profiles": ["busy", "busy"]}, "profiles[1]: busy is listed already"),
        (
            {"profiles": ["busy"] * (MOST_PROFILES + 1)},
            "profiles: at most 100 can be listed, not 101",
        ),
        ({"rules": {}}, "rules: must be a list of tables, not {}"),
        (with_rule(), "rules[1]: a rule has one kind"),
        (
            with_rule(stall={"second": 1}),
            (
                "rules[1].stall: stall has no setting 'second';"
                " it has seconds, after_events, before_event"
            ),
        ),
        (
            with_rule(hang={}, when={"chance": 2}),
            "rules[1].when.chance: must be a number from 0 to 1, not 2",
        ),
        (with_rule(hang={}, name="hang", when=[]), "rules[1].when: must be a table, not []"),
        ({"script": 529}, "script: must be text, not 529"),
        ({"script": "ok; 5"}, "script: a status has three digits, not '5'\nok; 5\n    ^"),
        ({"limits": {"teir": "tier1"}}, "limits: must be a table with a tier"),
        ({"pace": 3}, "pace: must be a word"),
        ({"seed": -1}, f"seed: must be a whole number from 0 to {LARGEST_SEED}, not -1"),
        ({"seed": True}, f"seed: must be a whole number from 0 to {LARGEST_SEED}, not true"),
        ({"seed": 7.0}, f"seed: must be a whole number from 0 to {LARGEST_SEED}, not 7.0"),
        ({"seed": 2**63}, f"seed: must be a whole number from 0 to {LARGEST_SEED}, not 9223"),
        ({**WHOLE, "seed": "7"}, "seed: must be a whole number"),
    ],
)
def test_a_document_with_one_mistake_is_refused_whole_with_its_place(
    doc: object, message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        parse(doc, WORDS)

    assert str(caught.value).startswith(message)


def test_without_profiles_the_error_says_so() -> None:
    with pytest.raises(SettingsError, match="there is no profile 'busy'; there are none"):
        parse({"profiles": ["busy"]}, vocabulary())


# What a user can write, well and badly.

WHEN = st.fixed_dictionaries(
    {},
    optional={
        "nth": st.integers(1, 9),
        "first": st.integers(1, 9),
        "every": st.integers(1, 9),
        "chance": st.floats(0, 1),
        "window": st.tuples(st.integers(0, 9), st.integers(10, 99)).map(list),
    },
)
MATCH = st.fixed_dictionaries(
    {},
    optional={
        "endpoint": st.sampled_from(["messages", "models"]),
        "method": st.sampled_from(["GET", "POST"]),
        "model": st.sampled_from(["*", "claude-opus-*"]),
        "stream": st.booleans(),
    },
)
KIND = st.sampled_from(
    [
        {"hang": {}},
        {"refuse": {"status": 429, "retry_after": 2}},
        {"stall": {"seconds": 0.5, "before_event": "message_stop"}},
        {"odd": {"headers": [["a", "b"]], "extra": {"c": 3}}},
    ]
)
RULE = st.builds(
    lambda kind, rest: {**kind, **rest},
    KIND,
    st.fixed_dictionaries({}, optional={"match": MATCH, "when": WHEN, "charge": st.booleans()}),
)
DOC = st.fixed_dictionaries(
    {},
    optional={
        "profiles": st.lists(st.sampled_from(["silent", "busy", "calm"]), unique=True),
        "rules": st.lists(RULE, max_size=4),
        "script": st.sampled_from(
            ["ok", "529; ok", 'stall(seconds=3)*2; 429(message="; \\"");loop']
        ),
        "limits": st.fixed_dictionaries({"tier": st.text()}),
        "pace": st.text(),
        "seed": st.integers(0, LARGEST_SEED),
        "replies": st.lists(
            st.sampled_from(
                [
                    {"echo": True},
                    {"name": "hi", "match": {"turn": 2}, "text": "Hi"},
                    {"times": [{"text": "one"}, {"prose": True}]},
                    {"calls": [{"name": "go", "input": {"a": [1, 0.5]}}]},
                ]
            ),
            max_size=3,
            unique_by=str,
        ),
    },
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=5), each, max_size=3)
    ),
    max_leaves=6,
)


@given(DOC)
def test_settings_survive_json_and_back(doc: Any) -> None:
    settings = parse(doc, WORDS)

    assert parse(json.loads(json.dumps(settings.doc)), WORDS) == settings


def toml(value: Any) -> str:
    """A value in TOML; for characters and numbers it goes the way of JSON, as TOML does."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{toml(k)} = {toml(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(toml(each) for each in value) + "]"
        case str():
            # All that TOML wants escaped is escaped, but for one character; a pair of surrogates
            # is no escape that it knows.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case float():
            return repr(value)
        case _:
            return json.dumps(value)


@given(DOC)
def test_settings_survive_toml_and_back(doc: Any) -> None:
    settings = parse(doc, WORDS)
    text = "\n".join(f"{name} = {toml(value)}" for name, value in settings.doc.items())

    assert parse(tomllib.loads(text), WORDS) == settings


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """A good document with one place of it gone, renamed or anything else."""
    doc = json.loads(json.dumps(draw(DOC)))
    place = doc
    while True:
        names: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not names:
            return draw(JSON)
        name = draw(st.sampled_from(names))
        if not isinstance(place[name], dict | list) or not place[name] or draw(st.booleans()):
            break
        place = place[name]
    match draw(st.sampled_from(["gone", "renamed", "other"])):
        case "gone":
            del place[name]
        case "renamed" if isinstance(place, dict):
            place[draw(st.text(max_size=5))] = place.pop(name)
        case _:
            place[name] = draw(JSON)
    return doc


@given(spoiled() | JSON)
def test_any_document_is_settings_or_an_error_of_settings(doc: Any) -> None:
    try:
        settings = parse(doc, WORDS)
    except SettingsError as error:
        assert 0 < len(str(error)) < 1_000  # noqa: PT017  # most documents raise nothing
    else:
        assert parse(settings.doc, WORDS) == settings


@given(DOC, DOC)
def test_a_patch_sets_what_it_names_and_leaves_the_rest(doc: Any, patch: Any) -> None:
    patched = parse(merge_patch(parse(doc, WORDS).doc, patch), WORDS)

    assert patched == parse({**doc, **patch}, WORDS)


def test_field_by_field_the_nearest_scope_holds() -> None:
    key = parse({"seed": 1, "rules": []}, WORDS)
    tenant = parse({"seed": 2, "rules": [{"hang": {}}], "script": "529"}, WORDS)
    operator = parse({"script": "ok", "pace": "real", "limits": {"tier": "tier1"}}, WORDS)

    force = in_force([("key", key), ("tenant", tenant), ("operator", operator)], WORDS)

    assert (force.seed, force.rules, force.script) == (1, (), tenant.script)
    assert (force.pace, force.limits) == (4.0, "limits of tier1")
    assert force.origin == {
        "profiles": "default",
        "rules": "key",
        "script": "tenant",
        "limits": "operator",
        "pace": "operator",
        "seed": "key",
        "replies": "default",
        "connections": "default",
    }


def test_where_no_scope_sets_anything_all_is_by_default() -> None:
    force = in_force([("key", Settings())], WORDS)

    assert (force.rules, force.script, force.limits, force.pace, force.seed) == (
        (),
        None,
        None,
        None,
        0,
    )
    assert force.replies == ()
    assert set(force.origin.values()) == {"default"}


def test_the_rules_of_profiles_come_first_in_order_whichever_scope_they_are_of() -> None:
    key = parse({"rules": [{"name": "own", "hang": {}}]}, WORDS)
    tenant = parse({"profiles": ["busy", "silent"], "rules": [{"hang": {}}]}, WORDS)

    force = in_force([("key", key), ("tenant", tenant)], WORDS)

    assert [(rule.name, rule.fault) for rule in force.rules] == [
        ("refuse", Refuse(529)),
        ("stall", Stall(3)),
        ("stall-2", Stall(60)),
        ("own", Hang()),
    ]


def test_own_replies_come_before_those_of_profiles() -> None:
    words = vocabulary(
        one='[[replies]]\ntext = "1"\n', two='[[replies]]\ntext = "2"\n[[replies]]\necho = true\n'
    )
    tenant = parse({"profiles": ["two", "one"], "replies": [{"text": "own"}]}, words)

    force = in_force([("tenant", tenant)], words)

    assert [(reply.name, reply.line(1)) for reply in force.replies] == [
        ("reply", Line("own")),
        ("two/reply", Line("2")),
        ("two/reply-2", Line(echo=True)),
        ("one/reply", Line("1")),
    ]


def test_no_replies_are_some_that_replace_farther_ones() -> None:
    tenant = parse({"replies": [{"text": "Hello"}]}, WORDS)
    key = parse({"replies": []}, WORDS)

    force = in_force([("key", key), ("tenant", tenant)], WORDS)

    assert (force.replies, force.origin["replies"]) == ((), "key")


def test_an_error_in_a_reply_is_told_with_its_path() -> None:
    with pytest.raises(SettingsError) as caught:
        parse({"replies": [{"echo": True}, {"match": {"turns": 1}, "text": "x"}]}, WORDS)

    assert str(caught.value).startswith("replies[1].match: there is no 'turns'; there are model,")


def test_a_rule_that_is_called_like_another_takes_no_third_rules_name() -> None:
    settings = parse(
        {
            "profiles": ["busy"],
            "rules": [{"stall": {"seconds": 1}}, {"name": "stall-2", "hang": {}}],
        },
        WORDS,
    )

    force = in_force([("key", settings)], WORDS)

    assert [rule.name for rule in force.rules] == ["refuse", "stall", "stall-3", "stall-2"]


@given(st.lists(DOC, max_size=3))
def test_names_in_force_differ(docs: list[Any]) -> None:
    layers = [(str(n), parse(doc, WORDS)) for n, doc in enumerate(docs)]

    names = [rule.name for rule in in_force(layers, WORDS).rules]

    assert len(set(names)) == len(names)


@given(st.lists(DOC, max_size=3))
def test_what_is_in_force_is_told_as_settings_that_have_the_same_effect(docs: list[Any]) -> None:
    layers = [(str(n), parse(doc, WORDS)) for n, doc in enumerate(docs)]
    force = in_force(layers, WORDS)

    told = json.loads(json.dumps(in_force_doc(force)))

    again = in_force([("told", parse(told, WORDS))], WORDS)
    assert list(told) == [*WHOLE, "connections"]
    assert again == attrs.evolve(force, origin=again.origin)


def test_what_is_told_is_a_copy() -> None:
    settings = parse(WHOLE, WORDS)
    force = in_force([("key", settings)], WORDS)

    in_force_doc(force)["profiles"].clear()

    assert settings.doc == WHOLE
    assert in_force_doc(force)["profiles"] == ["busy", "calm"]


def test_a_profile_that_is_a_file_knows_when_it_came_in() -> None:
    text = """
    summary = ""
    good_client = ""
    [[connections]]
    close = {}
    [[rules]]
    when = { timeline = "shared" }
    refuse = { status = 529 }
    """
    path = "/home/me/mine.toml"
    words = Vocabulary(KINDS, {path: profile.parse(text, "mine.toml", KINDS)}, limits, pace)

    found = in_force([("operator", parse({"profiles": [path]}, words).set_at(5))], words)

    (rule,), (at_door,) = found.rules, found.connections
    assert (rule.epoch, at_door.epoch) == (5, 5)

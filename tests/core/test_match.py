"""Which requests a rule looks at, beyond endpoint, method, model and stream."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_site import CREATE, Site, made

from simtwin.core.asked import Asked, Details
from simtwin.core.course import MOST_CALLS
from simtwin.core.fault import SettingsError
from simtwin.core.match import Match
from simtwin.core.pointer import NOTHING, look, parse_pointer
from simtwin.core.rule import rule_doc

BODY = {
    "model": "claude-opus-4-8",
    "max_tokens": 64,
    "system": "Answer in French, please.",
    "stream": True,
    "metadata": {"user_id": "test-7", "a/b": {"m~n": [10, 20]}},
    "tools": [{"name": "get_weather"}, {"type": "web_search_20250305", "name": "web_search"}, 7],
}
DETAILS = Details(
    key=("apikey_01abc", "worker one"),
    betas=("files-api-2025-04-14", "mcp-client-2025-04-04"),
    user_agent="Anthropic/Python 2.12.0",
    connection=3,
    request_on_connection=2,
    body_bytes=1_000,
    body=BODY,
    call="0f1e",
    attempt=2,
)


def fits(match: dict[str, Any], **details: Any) -> bool:
    (rule,) = made({"match": match})
    return rule.match.fits(attrs.evolve(CREATE, details=attrs.evolve(DETAILS, **details)))


@pytest.mark.parametrize(
    ("match", "fits_it"),
    [
        ({"key": "apikey_01abc"}, True),
        ({"key": "worker *"}, True),
        ({"key": "worker"}, False),
        ({"endpoint": "message*"}, True),
        ({"endpoint": "model*"}, False),
        ({"tools": True}, True),
        ({"tools": False}, False),
        ({"tools": "get_weather"}, True),
        ({"tools": "web_*"}, True),
        ({"tools": "bash"}, False),
        ({"beta": "files-api-*"}, True),
        ({"beta": "mcp-client-2025-04-04"}, True),
        ({"beta": "computer-use-*"}, False),
        ({"user_agent": "Anthropic/Python *"}, True),
        ({"user_agent": "Anthropic/JS *"}, False),
        ({"connection": 3}, True),
        ({"connection": [1, 2]}, False),
        ({"request_on_connection": [2, 1000]}, True),
        ({"request_on_connection": 1}, False),
        ({"attempt": 2}, True),
        ({"attempt": [2, 9]}, True),
        ({"attempt": 1}, False),
        ({"digest": "0f*"}, True),
        ({"digest": "0f"}, False),
        ({"min_body_bytes": 1_000}, True),
        ({"min_body_bytes": 1_001}, False),
        ({"max_body_bytes": 1_000}, True),
        ({"max_body_bytes": 999}, False),
        ({"min_body_bytes": 500, "max_body_bytes": 1_500, "key": "*", "tools": True}, True),
        ({"min_body_bytes": 500, "key": "other"}, False),
    ],
)
def test_all_that_is_given_must_hold(match: dict[str, Any], fits_it: bool) -> None:
    assert fits(match) is fits_it


@pytest.mark.parametrize(
    ("place", "wanted", "fits_it"),
    [
        ("/metadata/user_id", "test-*", True),
        ("/metadata/user_id", "prod-*", False),
        ("/metadata/a~1b/m~0n/1", 20, True),
        ("/metadata/a~1b/m~0n/01", 20, False),
        ("/max_tokens", 64, True),
        ("/max_tokens", 64.0, True),
        ("/max_tokens", "64", False),
        ("/stream", True, True),
        ("/stream", 1, False),
        ("/system", {"has": "French"}, True),
        ("/system", {"has": "german"}, False),
        ("/system", {"like": "Answer*"}, True),
        ("/system", {"equals": "Answer*"}, False),
        ("/thinking", {"exists": False}, True),
        ("/metadata", {"exists": True}, True),
        ("/metadata", "*", False),
        ("/tools/0/name", {"equals": "get_weather"}, True),
        ("/tools/9/name", {"exists": True}, False),
    ],
)
def test_a_body_is_looked_into_by_pointer(place: str, wanted: object, fits_it: bool) -> None:
    assert fits({"body": {place: wanted}}) is fits_it


@pytest.mark.parametrize("match", [{"tools": False}, {"body": {"/thinking": {"exists": False}}}])
def test_a_body_that_does_not_parse_is_looked_at_by_no_rule_about_what_is_in_it(
    match: dict[str, Any],
) -> None:
    assert not fits(match, body=None)


def test_the_size_of_a_body_that_does_not_parse_is_known_all_the_same() -> None:
    assert fits({"min_body_bytes": 1_000}, body=None)


def test_a_request_of_which_no_more_is_known_is_looked_at_by_no_rule_that_wants_more() -> None:
    assert not Match(user_agent="*").fits(CREATE)
    assert Match(user_agent="*").looks_closer is not False
    assert not Match(model="*").looks_closer


@given(
    body=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_every_place_of_a_document_is_found_by_its_pointer(body: Any) -> None:
    def places(value: Any, pointer: str) -> None:
        if len(pointer) < 200:
            assert look(body, parse_pointer(pointer)) is value
        if isinstance(value, dict):
            for name, each in value.items():
                places(each, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
        if isinstance(value, list):
            for index, each in enumerate(value):
                places(each, f"{pointer}/{index}")
            assert look(body, (*parse_pointer(pointer), str(len(value)))) is NOTHING

    places(body, "")


def test_attempts_of_a_call_are_counted_until_one_succeeds() -> None:
    site = Site(made({"match": {"attempt": 1}, "when": {"nth": 1}}, {"match": {"attempt": 2}}))

    fired = [site.fired(call=call) for call in ("x", "y", "x", "x", "y", "x")]

    # x fails as a first and then as a second attempt, and a third one is served.
    assert fired == [["hang"], [], ["hang-2"], [], [], []]


def test_calls_that_never_succeed_are_forgotten_in_the_end() -> None:
    site = Site(made({"match": {"attempt": [1, 9]}}))
    for number in range(MOST_CALLS + 10):
        site.fired(call=f"call {number}")

    assert len(site.course().calls) == MOST_CALLS
    assert "call 9" not in site.course().calls


@pytest.mark.parametrize(
    "match",
    [
        {"key": "a*", "tools": True, "beta": "b", "user_agent": "c?"},
        {"tools": "get_*", "connection": 1, "request_on_connection": [2, 5], "attempt": 3},
        {"min_body_bytes": 0, "max_body_bytes": 224 * 1024, "digest": "0f*"},
        {"body": {"/a": {"like": "x*"}, "/b": {"equals": 3}, "/c/0": {"exists": False}}},
    ],
)
def test_a_matcher_is_told_as_it_was_set(match: dict[str, Any]) -> None:
    (rule,) = made({"match": match})

    assert rule_doc(rule)["match"] == match
    assert made(rule_doc(rule)) == (rule,)


def test_a_rule_about_the_number_of_a_connection_depends_on_the_order_of_arrival() -> None:
    by_number, by_request = made(
        {"match": {"connection": 1}}, {"match": {"request_on_connection": 1}}
    )

    assert by_number.order_dependent
    assert not by_request.order_dependent


M = "rules[0].match"


@pytest.mark.parametrize(
    ("match", "message"),
    [
        ({"key": 3}, f"{M}.key: must be the id or name of an API key, not 3"),
        ({"tools": 1}, f"{M}.tools: must be true, false, or the name of a tool, not 1"),
        ({"tools": ""}, f"{M}.tools: must have 1 to 200 characters"),
        ({"beta": []}, f"{M}.beta: must be the name of a beta, not []"),
        (
            {"connection": 0},
            (
                f"{M}.connection: must be a whole number from 1, or [from, to] of such,"
                " both included, not 0"
            ),
        ),
        ({"attempt": [3, 2]}, f"{M}.attempt: must be a whole number from 1, or [from, to]"),
        ({"attempt": [1, 2.5]}, f"{M}.attempt: must be a whole number from 1, or [from, to]"),
        (
            {"min_body_bytes": -1},
            f"{M}.min_body_bytes: must be a whole number from 0 to 67,108,864, not -1",
        ),
        (
            {"min_body_bytes": 5, "max_body_bytes": 4},
            f"{M}.max_body_bytes: must be at least min_body_bytes, 5",
        ),
        ({"body": "/a"}, f"{M}.body: must be a table of JSON pointers, not '/a'"),
        ({"body": {str(n): 1 for n in range(17)}}, f"{M}.body: looks at 16 places at most, not 17"),
        (
            {"body": {"model": "x"}},
            (
                f"{M}.body['model']: a JSON pointer begins with '/', as in '/metadata/user_id';"
                " this is 'model'"
            ),
        ),
        ({"body": {"/" + "a" * 256: 1}}, f"{M}.body["),
        ({"body": {"/a" * 33: 1}}, f"{M}.body["),
        (
            {"body": {"/a": {"is": 3}}},
            (
                f'{M}.body[\'/a\']: must be one of equals, like, has, exists, as in {{"has": "…"}},'
                " not {'is': 3}"
            ),
        ),
        (
            {"body": {"/a": None}},
            f"{M}.body['/a']: must be text, a number, true or false, not null",
        ),
        ({"body": {"/a": {"has": 3}}}, f"{M}.body['/a'].has: must be text, not 3"),
        ({"body": {"/a": {"exists": 1}}}, f"{M}.body['/a'].exists: must be true or false, not 1"),
        ({"body": {"/a": "x" * 201}}, f"{M}.body['/a']: can have 200 characters, not 201"),
    ],
)
def test_a_matcher_that_cannot_be_is_refused_with_its_place(
    match: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError) as caught:
        made({"match": match})

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("when", "name"),
    [
        ({"capacity": 3}, "capacity"),
        ({"count": {"times": 1, "of": "all"}}, "count"),
        ({"count": 2, "load": {"in_flight": 1}}, "load"),
        ({"after": {"rule": "other", "of": "tenant"}}, "after"),
    ],
)
def test_what_is_shared_with_others_cannot_go_by_attempts(when: dict[str, Any], name: str) -> None:
    with pytest.raises(SettingsError) as caught:
        made({"match": {"attempt": 1}, "when": when})

    assert str(caught.value) == (
        f"rules[0].when.{name}: is shared with others before attempts are counted; use {name}"
        " without match.attempt"
    )


def test_models_are_asked_for_without_a_body_and_with_a_key() -> None:
    asked = Asked("models", "GET", "/v1/models", details=Details(key=("apikey_1", "x")))

    assert Match(key="apikey_*").fits(asked)
    assert not Match(tools=False).fits(asked)

"""Rules in words, and what they will do."""

from __future__ import annotations

from typing import Any

import pytest
from rule_site import CREATE, Site, made, pattern

from simtwin.core.outlook import outlook
from simtwin.core.words import depends_on, fault_in_words, match_in_words, when_in_words


@pytest.mark.parametrize(
    ("when", "words", "hangs_on"),
    [
        ({}, "always", ()),
        ({"nth": 3}, "request 3", ()),
        ({"first": 2, "every": 2}, "the first 2, one in every 2", ()),
        ({"every": 4, "offset": 2}, "one in every 4 from request 2 on", ()),
        ({"count": 1}, "always; at most once", ()),
        (
            {"count": {"times": 3, "of": "tenant"}, "chance": 0.5},
            "with chance 0.5; at most 3 times of the tenant",
            ("seed", "order"),
        ),
        ({"chance": 1}, "with chance 1", ()),
        ({"window": [60, 90]}, "from 60 s to 90 s", ("time",)),
        (
            {"window": [0, 0.5], "timeline": "shared"},
            "from 0 s to 0.5 s of the incident",
            ("time",),
        ),
        (
            {"ramp": {"chance": [0, 0.5], "window": [0, 600]}},
            "with chance 0 at 0 s, 0.5 at 600 s",
            ("seed", "time"),
        ),
        (
            {"bursts": {"good_to_bad": 0.05, "bad_to_good": 0.25}},
            (
                "in bursts of 4 requests in the mean that begin with chance 0.05"
                " (in them with chance 1, else with 0)"
            ),
            ("seed",),
        ),
        (
            {"load": {"in_flight": 10, "of": "all"}},
            "with more than 10 in flight of all",
            ("order",),
        ),
        (
            {"load": {"requests_per_second": [5, 20], "chance": [0, 0.5], "of": "tenant"}},
            "with chance 0 at 5 a second of the tenant, 0.5 at 20",
            ("seed", "order"),
        ),
        (
            {"capacity": 20},
            "while 20 or more of all are under way or being turned away",
            ("order",),
        ),
        ({"after": "outage"}, "after outage first fired", ()),
        (
            {"after": {"rule": "outage", "seconds": 600, "of": "all"}},
            "600 s after outage first fired of all",
            ("time", "order"),
        ),
        (
            {"until_recovered": {"quiet_seconds": 5, "successes": 2}},
            "always; until the client was quiet for 5 s or 2 requests succeeded",
            ("time", "outcome"),
        ),
        (
            {"nth": 2, "sticky": True, "lease_seconds": 60, "active": 0.5},
            (
                "request 2; once it fired, on all that follow; for 60 s from when it is set;"
                " there at all in 50% of runs"
            ),
            ("seed", "time"),
        ),
    ],
)
def test_when_a_rule_fires_is_told_in_words_with_what_it_hangs_on(
    when: dict[str, Any], words: str, hangs_on: tuple[str, ...]
) -> None:
    (rule,) = made({"when": when})

    assert when_in_words(rule.when) == words
    assert depends_on(rule) == hangs_on


@pytest.mark.parametrize(
    ("match", "words"),
    [
        ({}, "all requests"),
        (
            {"endpoint": "messages", "method": "POST", "model": "claude-*", "stream": True},
            "POST messages, claude-*, streamed",
        ),
        ({"stream": False, "tools": True}, "not streamed, with tools"),
        ({"tools": False}, "without tools"),
        ({"tools": "bash"}, "with the tool bash"),
        (
            {"key": "k*", "beta": "b*", "user_agent": "u*"},
            "key k*, beta b*, from u*",
        ),
        ({"digest": "0f*"}, "repetitions of 0f*"),
        ({"body": {"/max_tokens": 5, "/a": {"exists": True}}}, "/max_tokens equals 5, /a exists true"),
        ({"min_body_bytes": 1000, "max_body_bytes": 2000}, (
            "of 1,000 bytes or more, of 2,000 bytes or less")),
        ({"connection": 1, "request_on_connection": [2, 4], "attempt": 3}, (
            "connection 1, request on its connection 2 to 4, attempt 3")),
    ],
)  # fmt: skip
def test_which_requests_a_rule_looks_at_is_told_in_words(match: dict[str, Any], words: str) -> None:
    (rule,) = made({"match": match})

    assert match_in_words(rule.match) == words


def test_a_fault_is_told_as_a_script_has_it() -> None:
    bare, given = made({}, {"refuse": {"status": 529, "retry_after": 2.5}})

    assert fault_in_words(bare.kind, bare.fault) == "hang"
    assert fault_in_words(given.kind, given.fault) == "refuse(status=529, retry_after=2.5)"


@pytest.mark.parametrize(
    "when",
    [
        {"chance": 0.3},
        {"bursts": {"good_to_bad": 0.2, "bad_to_good": 0.3}},
        {"window": [3, 9]},
        {"nth": 3, "sticky": True, "count": 4},
        {"until_recovered": {"successes": 2}, "chance": 0.5},
        {"load": {"in_flight": 0}},
        {"capacity": {"in_flight": 1, "refused_seconds": 0}},
    ],
)
def test_what_is_foreseen_is_what_happens_to_a_key_that_is_alone(when: dict[str, Any]) -> None:
    rules = made({"when": when})

    foreseen = outlook(rules, CREATE, seed=7, scope="a1", requests=20, gap=1)

    assert "".join("x" if each.rules else "." for each in foreseen) == pattern(
        Site(rules), 20, gap=1
    )
    assert [each.number for each in foreseen] == list(range(1, 21))
    assert [each.seconds for each in foreseen] == list(range(20))

"""No rule without one client that is right, one that is wrong, and one that only looks wrong."""

from __future__ import annotations

import clients_of_answers
import clients_of_retries
import pytest
from three_clients import Seen

from simtwin.verdicts.calls import at_least
from simtwin.verdicts.rules import RULES

CLIENTS = {**clients_of_retries.CLIENTS, **clients_of_answers.CLIENTS}
IDS = [rule.id for rule in RULES]
LOOKS_WRONG = [
    pytest.param(rule, seen, id=f"{rule}, {why}")
    for rule in IDS
    for why, seen in (CLIENTS[rule].looks_wrong.items() if rule in CLIENTS else ())
]


def test_every_rule_has_its_three_clients() -> None:
    assert set(CLIENTS) == set(IDS)
    assert [rule for rule in IDS if not CLIENTS[rule].looks_wrong] == []


def test_every_rule_that_only_informs_says_what_wrong_means() -> None:
    silent = [rule for rule in IDS if CLIENTS[rule].severity in (None, "info")]

    assert [rule for rule in silent if not CLIENTS[rule].means] == []


@pytest.mark.parametrize("rule", IDS)
def test_whoever_is_right_passes(rule: str) -> None:
    right = CLIENTS[rule].right

    assert right.said(rule).value == "pass"
    assert right.errors() == []


@pytest.mark.parametrize("rule", IDS)
def test_whoever_is_wrong_is_told_so(rule: str) -> None:
    clients = CLIENTS[rule]

    said = clients.wrong.said(rule)

    if clients.severity is None:
        assert (said.value, bool(said.notes)) == ("pass", True)
        assert clients.right.said(rule).notes == ()
    else:
        assert (said.value, said.severity) == ("fail", clients.severity)
        assert at_least(said.findings[0].confidence, "medium")
        assert said.advice


@pytest.mark.parametrize(("rule", "seen"), LOOKS_WRONG)
def test_whoever_only_looks_wrong_is_not_blamed(rule: str, seen: Seen) -> None:
    said = seen.said(rule)

    assert [each for each in said.findings if at_least(each.confidence, "medium")] == []
    # Whoever heeds no form of retry-after is wrong, by V1.
    assert {by for by, _ in seen.errors()} == ({"V1"} if rule == "V3" else set())
    if CLIENTS[rule].severity is None:
        assert said.notes == ()

"""Accounts that may not, and models that are no more."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from plans import STREAM, STREAM_HEAD, Counted, body

from simtwin.api.errors import STATUS_TYPES
from simtwin.core.fault import Circumstances, Fault, Fired, SettingsError, make, under
from simtwin.core.plan import Hangup, Head, Mark
from simtwin_faults import KINDS
from simtwin_faults.account import STATES, Account, State
from simtwin_faults.model_retired import ModelRetired
from simtwin_faults.refuse import Refuse


def refused(fault: Fault) -> tuple[Head, dict[str, Any]]:
    """The head of a refusal and its error."""
    mark, head, *rest = fault.rewrite([STREAM_HEAD], Random(0))
    assert mark == Mark()
    assert isinstance(head, Head)
    error: dict[str, Any] = json.loads(body(rest))["error"]
    return head, error


@pytest.mark.parametrize(
    ("state", "status", "code", "begins"),
    [
        ("no_credit", 400, None, "Your credit balance is too low to access the Anthropic API."),
        ("spend_limit", 429, "enforced_spend_limit_reached", "You have reached your API usage"),
        ("contract_spend_limit", 429, "contract_spend_limit_reached", "You have reached your API"),
        ("own_spend_limit", 400, None, "You have reached your specified API usage limits."),
        ("workspace_spend_limit", 400, None, "You have reached your specified workspace API"),
        ("linked_spend_limit", 402, "linked_organization_spend_limit_reached", "The organization"),
        ("key_revoked", 401, None, "invalid x-api-key"),
        ("key_restricted", 403, None, "Your API key does not have permission"),
        ("org_disabled", 400, None, "This organization has been disabled."),
        ("org_on_hold", 400, "organization_on_hold", "This organization is on hold."),
        ("concurrency", 429, None, "Number of concurrent connections has exceeded your rate"),
        ("acceleration", 429, "ramp_limit_exceeded", "This request would exceed your"),
    ],
)
def test_each_state_has_its_status_its_code_and_its_words(
    state: State, status: int, code: str | None, begins: str
) -> None:
    head, error = refused(Account(state))

    assert head.status == status
    assert error["type"] == STATUS_TYPES[status]
    assert error.get("details", {}).get("error_code") == code
    assert error["message"].startswith(begins)


def test_every_state_can_be_told_from_the_others_by_its_words() -> None:
    assert len({refused(Account(state))[1]["message"] for state in STATES}) == len(STATES) == 12


def test_a_spend_limit_is_over_with_the_month_and_says_nothing_of_retrying() -> None:
    head, error = refused(Account("spend_limit"))

    assert error["message"].endswith("You will regain access on 2026-12-01 at 00:00 UTC.")
    assert head.header("retry-after") is None
    assert head.header("x-should-retry") is None


@pytest.mark.parametrize(
    ("date", "regain"),
    [
        ("Thu, 31 Dec 2026 23:59:59 GMT", "2027-01-01"),
        ("Sun, 31 Jan 2027 00:00:00 GMT", "2027-02-01"),
        ("Mon, 01 Feb 2027 00:00:00 GMT", "2027-03-01"),
        (None, "1970-02-01"),
    ],
)
def test_the_next_month_begins_on_its_first(date: str | None, regain: str) -> None:
    head = Head(200, () if date is None else (("date", date),))

    sent = body(Account("own_spend_limit").rewrite([head], Random(0)))

    assert f"on {regain} at".encode() in sent


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Account("acceleration"), "10"),
        (Account("acceleration", retry_after=3), "3"),
        (Account("concurrency"), None),
        (Account("concurrency", retry_after=1), "1"),
    ],
)
def test_acceleration_says_how_long_to_wait(fault: Account, told: str | None) -> None:
    assert refused(fault)[0].header("retry-after") == told


@pytest.mark.parametrize("fault", [Account("no_credit"), ModelRetired()])
def test_it_takes_the_place_of_the_answer_and_reads_no_more_than_its_head(fault: Fault) -> None:
    plan = Counted(STREAM)

    list(fault.rewrite(plan, Random(0)))

    assert (fault.replaces, plan.read) == (True, 1)
    assert list(fault.rewrite([Hangup()], Random(0))) == []


def test_a_retired_model_is_not_found_under_the_name_that_was_asked_for() -> None:
    (met,) = under([Fired("gone", "model_retired", ModelRetired())], Circumstances("claude-2.1"))

    head, error = refused(met.fault)

    assert (head.status, error) == (
        404,
        {"type": "not_found_error", "message": "model: claude-2.1"},
    )
    assert (met.rule, met.kind) == ("gone", "model_retired")


def test_the_name_can_be_another_one_and_a_request_may_have_none() -> None:
    assert refused(ModelRetired("x"))[1]["message"] == "model: x"
    assert ModelRetired("x").under(Circumstances("y")) == ModelRetired("x")
    assert refused(ModelRetired().under(Circumstances()))[1]["message"] == "Not found"


def test_most_faults_are_the_same_under_any_circumstances() -> None:
    fired = (Fired("r", "refuse", Refuse(status=529)),)

    assert under(fired, Circumstances("claude-2.1", 9, 9)) == fired


def test_a_state_that_there_is_not_is_refused_in_words() -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "account", {"state": "poor"})

    assert str(refusal.value).startswith(
        "account: state must be one of 'no_credit', 'spend_limit',"
    )

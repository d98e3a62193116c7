"""Errors instead of answers."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from plans import JSON, STREAM, STREAM_HEAD, Counted, body

from simtwin.core.fault import SettingsError, make, stand_in
from simtwin.core.plan import End, Hangup, Head, Mark, Plan, Wait
from simtwin_faults import KINDS
from simtwin_faults.refuse import Refuse


def refused(fault: Refuse, plan: Plan = STREAM) -> tuple[Head, dict[str, Any]]:
    """The head of a refusal and what its body says."""
    mark, head, chunk, end = fault.rewrite(plan, Random(0))
    assert (mark, end) == (Mark(), End())
    assert isinstance(head, Head)
    document: dict[str, Any] = json.loads(body([chunk]))
    return head, document


def test_a_bare_status_is_answered_as_the_api_does() -> None:
    head, document = refused(Refuse(status=529))

    assert head.status == 529
    assert document == {
        "type": "error",
        "error": {"type": "overloaded_error", "message": "Overloaded"},
        "request_id": "req_011CYEXr8tVywV7AFBGxgYh2",
    }


def test_a_bare_429_says_nothing_of_when_to_come_back() -> None:
    head, document = refused(Refuse(status=429))

    assert document["error"] == {
        "type": "rate_limit_error",
        "message": "This request would exceed your account's rate limit. Please try again later.",
    }
    assert {"retry-after", "retry-after-ms", "x-should-retry"}.isdisjoint(dict(head.headers))


def test_a_refusal_keeps_who_and_when_and_our_marks_but_no_limits() -> None:
    head, document = refused(Refuse(status=529))

    compact = json.dumps(document, separators=(",", ":"))
    assert dict(head.headers) == {
        "content-type": "application/json",
        "content-length": str(len(compact)),
        "date": "Sat, 21 Nov 2026 23:59:58 GMT",
        "request-id": "req_011CYEXr8tVywV7AFBGxgYh2",
        "anthropic-organization-id": "3b9d8a52-0f0e-4a62-9c0a-51f6d5b1c2aa",
        "x-simtwin-seed": "7",
        "x-should-retry": "true",
    }


def test_a_refusal_reads_the_head_and_nothing_else() -> None:
    plan = Counted([Wait(1), *JSON])

    list(Refuse(status=500).rewrite(plan, Random(0)))

    assert plan.read == 2


def test_a_refusal_needs_no_more_than_a_head_to_stand_in_for_the_answer() -> None:
    head, _ = refused(Refuse(status=500), stand_in(STREAM_HEAD))

    assert head.status == 500


def test_where_there_is_no_head_there_is_nothing_to_refuse() -> None:
    assert list(Refuse(status=500).rewrite([Hangup()], Random(0))) == []


def test_a_refusal_takes_the_place_of_the_answer() -> None:
    assert Refuse(status=500).replaces


@pytest.mark.parametrize(
    ("fault", "header", "value"),
    [
        (Refuse(status=429, retry_after=2), "retry-after", "2"),
        (Refuse(status=429, retry_after=0), "retry-after", "0"),
        (Refuse(status=429, retry_after=20.0), "retry-after", "20"),
        (Refuse(status=429, retry_after=1.5), "retry-after", "1.5"),
        (Refuse(status=429, retry_after=1e-5), "retry-after", "0.00001"),
        (Refuse(status=429, retry_after=1e9), "retry-after", "1000000000"),
        (Refuse(status=429, retry_after=0.3, retry_after_form="ms"), "retry-after-ms", "300"),
        (Refuse(status=429, retry_after=2.3, retry_after_form="ms"), "retry-after-ms", "2300"),
        (Refuse(status=429, retry_after=0.0005, retry_after_form="ms"), "retry-after-ms", "0.5"),
        (
            Refuse(status=429, retry_after=2, retry_after_form="date"),
            "retry-after",
            "Sun, 22 Nov 2026 00:00:00 GMT",
        ),
        (
            Refuse(status=429, retry_after=2.1, retry_after_form="date"),
            "retry-after",
            "Sun, 22 Nov 2026 00:00:01 GMT",
        ),
        (
            Refuse(status=429, retry_after=2, retry_after_form="rfc850"),
            "retry-after",
            "Sunday, 22-Nov-26 00:00:00 GMT",
        ),
        (
            Refuse(status=429, retry_after=2, retry_after_form="asctime"),
            "retry-after",
            "Sun Nov 22 00:00:00 2026",
        ),
        (
            Refuse(status=429, retry_after=2, retry_after_form="iso"),
            "retry-after",
            "2026-11-22T00:00:00Z",
        ),
        (Refuse(status=503, retry_after_raw="soon, 7"), "retry-after", "soon, 7"),
        (Refuse(status=529, x_should_retry=False), "x-should-retry", "false"),
        (Refuse(status=400, x_should_retry=True), "x-should-retry", "true"),
        (Refuse(status=400), "x-should-retry", "false"),
    ],
)
def test_what_a_client_is_told_of_retrying(fault: Refuse, header: str, value: str) -> None:
    head, _ = refused(fault)

    told = {name: text for name, text in head.headers if name.startswith("retry-after")}
    assert [text for name, text in head.headers if name == header] == [value]
    assert set(told) <= {header}


def test_a_date_in_nine_digits_of_seconds_is_still_a_date() -> None:
    head, _ = refused(Refuse(status=429, retry_after=1e9, retry_after_form="date"))

    assert head.header("retry-after") == "Wed, 31 Jul 2058 01:46:38 GMT"


def test_a_date_counts_from_the_date_of_the_answer_and_from_no_clock() -> None:
    fault = Refuse(status=429, retry_after=2, retry_after_form="date")

    with pytest.raises(LookupError, match="date header, which is missing"):
        list(fault.rewrite([Head(200)], Random(0)))


def test_type_message_and_code_can_be_set() -> None:
    fault = Refuse(
        status=429,
        type="made_up_error",
        message="Come back later.",
        error_code="enforced_spend_limit_reached",
    )

    _, document = refused(fault)

    assert document["error"] == {
        "type": "made_up_error",
        "message": "Come back later.",
        "details": {"error_code": "enforced_spend_limit_reached"},
    }


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "refuse needs the setting 'status'"),
        (
            {"status": 200},
            "refuse: status must be a whole number from 300 to 599 other than 304, not 200",
        ),
        (
            {"status": 304},
            "refuse: status must be a whole number from 300 to 599 other than 304, not 304",
        ),
        (
            {"status": 600},
            "refuse: status must be a whole number from 300 to 599 other than 304, not 600",
        ),
        (
            {"status": 429, "retry_after": -1},
            "refuse: retry_after must be a number from 0 to 1000000000, not -1",
        ),
        (
            {"status": 429, "retry_after": 1, "retry_after_raw": "2"},
            "refuse: only one of retry_after and retry_after_raw can be given",
        ),
        (
            {"status": 429, "retry_after_form": "date"},
            "refuse: retry_after_form is the form of retry_after, which is not given",
        ),
        (
            {"status": 429, "retry_after_raw": "1\r\nx: y"},
            r"refuse: retry_after_raw must be without CR, LF and NUL, not '1\r\nx: y'",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "refuse", settings)

    assert str(refusal.value) == told

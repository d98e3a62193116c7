"""Pages of the edge."""

from __future__ import annotations

import json
from random import Random

import pytest
from plans import STREAM, STREAM_HEAD, Counted, body

from simtwin.core.fault import SettingsError, make, stand_in
from simtwin.core.plan import Chunk, End, Hangup, Head, Mark
from simtwin_faults import KINDS
from simtwin_faults.page import Page


def answered(fault: Page, head: Head = STREAM_HEAD) -> tuple[Head, str]:
    """The head of a page and its text."""
    mark, told, chunk, end = fault.rewrite(stand_in(head), Random(0))
    assert (mark, end) == (Mark(), End())
    assert isinstance(told, Head)
    return told, body([chunk]).decode()


def test_a_bad_gateway_is_five_lines_of_html_and_no_request_id() -> None:
    head, text = answered(Page(status=502))

    assert head.status == 502
    assert head.header("content-type") == "text/html; charset=UTF-8"
    assert head.header("content-length") == str(len(text))
    assert head.header("server") == "cloudflare"
    assert head.header("request-id") is None
    assert head.header("x-simtwin-seed") == "7"
    assert text.splitlines() == [
        "<html>",
        "<head><title>502 Bad Gateway</title></head>",
        "<body>",
        "<center><h1>502 Bad Gateway</h1></center>",
        "<hr><center>cloudflare</center>",
        "</body>",
        "</html>",
    ]


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (504, "504 Gateway Time-out"),
        (503, "503 Service Unavailable"),
        (520, "api.anthropic.com | 520: Web server is returning an unknown error"),
        (522, "api.anthropic.com | 522: Connection timed out"),
        (524, "api.anthropic.com | 524: A timeout occurred"),
        (403, "Just a moment..."),
        (418, "api.anthropic.com | 418: I'm a Teapot"),
        (599, "api.anthropic.com | 599: Error"),
    ],
)
def test_each_status_has_the_page_that_the_edge_has_for_it(status: int, title: str) -> None:
    head, text = answered(Page(status=status))

    assert head.status == status
    assert f"<title>{title}</title>" in text


def test_the_ray_is_that_of_the_answer_which_is_not_given() -> None:
    head, text = answered(
        Page(status=520), Head(200, (*STREAM_HEAD.headers, ("cf-ray", "8e695a03eed4f9fd-SJC")))
    )

    assert head.header("cf-ray") == "8e695a03eed4f9fd-SJC"
    assert "<strong>8e695a03eed4f9fd</strong>" in text
    assert "2026-11-21 23:59:58 UTC" in text


def test_a_challenge_says_what_it_is() -> None:
    head, text = answered(Page(status=403))

    assert head.header("cf-mitigated") == "challenge"
    assert "Enable JavaScript and cookies to continue" in text


def test_a_problem_is_json_but_no_envelope_of_the_api() -> None:
    head, text = answered(Page(status=522, form="problem"))

    document = json.loads(text)
    assert head.header("content-type") == "application/json; charset=utf-8"
    assert (document["status"], document["retryable"]) == (522, True)
    assert document["ray_id"] == (head.header("cf-ray") or "").partition("-")[0]
    assert "error" not in document


def test_a_page_reads_the_head_and_nothing_else() -> None:
    plan = Counted(STREAM)

    list(Page(status=502).rewrite(plan, Random(0)))

    assert plan.read == 1


def test_where_there_is_no_head_there_is_no_page() -> None:
    assert list(Page(status=502).rewrite([Hangup()], Random(0))) == []


def test_a_page_takes_the_place_of_the_answer() -> None:
    assert Page(status=502).replaces


def test_an_answer_without_a_date_gets_a_page_all_the_same() -> None:
    steps = list(Page(status=520).rewrite([Head(200)], Random(0)))

    assert isinstance(steps[2], Chunk)
    assert b"1970-01-01 00:00:00 UTC" in steps[2].data


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"status": 200}, "page: status must be a whole number from 400 to 599, not 200"),
        (
            {"status": 502, "form": "pretty"},
            "page: form must be one of 'short', 'long', 'problem', 'challenge', not 'pretty'",
        ),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "page", settings)

    assert str(refusal.value) == told

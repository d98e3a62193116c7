"""Headers that are set, added and taken away."""

from __future__ import annotations

from random import Random

import pytest
from plans import STREAM, STREAM_HEAD

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Hangup, Head, Mark
from simtwin_faults import KINDS
from simtwin_faults.header import Header
from simtwin_faults.refuse import Refuse


def values(fault: Header, name: str) -> list[str]:
    """What the answer says under `name` with the fault."""
    head = next(step for step in fault.rewrite(STREAM, Random(0)) if isinstance(step, Head))
    return [value for key, value in head.headers if key == name]


def test_a_header_is_set_and_all_else_stays() -> None:
    worse = list(Header(name="Request-Id", value="req_x").rewrite(STREAM, Random(0)))

    kept = tuple(header for header in STREAM_HEAD.headers if header[0] != "request-id")
    assert worse == [Mark(), Head(200, (*kept, ("request-id", "req_x"))), *STREAM[1:]]


def test_a_header_is_taken_away() -> None:
    assert values(Header(name="request-id"), "request-id") == []


def test_a_header_can_stand_there_twice() -> None:
    assert values(Header(name="date", value="soon", add=True), "date") == [
        "Sat, 21 Nov 2026 23:59:58 GMT",
        "soon",
    ]


def test_taking_away_what_is_not_there_changes_nothing_and_is_not_marked() -> None:
    assert list(Header(name="x-none").rewrite(STREAM, Random(0))) == list(STREAM)


def test_an_answer_without_a_head_has_no_headers() -> None:
    assert list(Header(name="x", value="y").rewrite([Hangup()], Random(0))) == [Hangup()]


def test_it_goes_with_a_refusal() -> None:
    refused = Refuse(status=429, retry_after=3).rewrite(STREAM, Random(0))

    worse = list(Header(name="retry-after-ms", value="300").rewrite(refused, Random(0)))

    head = next(step for step in worse if isinstance(step, Head))
    assert (head.header("retry-after"), head.header("retry-after-ms")) == ("3", "300")


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "header needs the setting 'name'"),
        ({"name": "a b"}, "header: name must be the name of a header, not 'a b'"),
        ({"name": ""}, "header: name must be the name of a header, not ''"),
        ({"name": "x" * 101}, "header: name must have at most 100 characters"),
        (
            {"name": "Content-Length", "value": "5"},
            "header: name must be none of connection, content-length, transfer-encoding, upgrade",
        ),
        (
            {"name": "x", "value": "1\r\ny: 2"},
            r"header: value must be without CR, LF and NUL, not '1\r\ny: 2'",
        ),
        ({"name": "x", "add": True}, "header: add needs a value"),
    ],
)
def test_settings_that_cannot_be_are_refused_in_words(
    settings: dict[str, object], told: str
) -> None:
    with pytest.raises(SettingsError) as refusal:
        make(KINDS, "header", settings)

    assert str(refusal.value) == told

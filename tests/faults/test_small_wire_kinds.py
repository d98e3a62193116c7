"""Kinds that are a line or two on the wire."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from plans import JSON, STREAM, STREAM_HEAD, Counted

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import End, Hangup, Head, Mark, Raw, Rest
from simtwin_faults import KINDS
from simtwin_faults.big_head import BigHead
from simtwin_faults.garbage import Garbage
from simtwin_faults.interim import Interim
from simtwin_faults.raw_header import RawHeader
from simtwin_faults.redirect import Redirect
from simtwin_faults.stale import Stale


def test_a_stale_connection_answers_first() -> None:
    worse = list(Stale(seconds=400, reset=False).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Rest(400, reset=False), *STREAM]


def test_garbage_is_sent_as_it_is_and_the_connection_closed() -> None:
    plan = Counted(STREAM)

    worse = list(Garbage(text="\x00\xff\r\n", reset=True).rewrite(plan, Random(0)))

    assert worse == [Mark(), Raw(b"\x00\xff\r\n"), Hangup(reset=True)]
    assert plan.read == 0


def test_random_garbage_has_its_size_and_its_seed() -> None:
    def drawn(seed: int) -> bytes:
        _, raw, _ = Garbage(random_bytes=50).rewrite(STREAM, Random(seed))
        assert isinstance(raw, Raw)
        return raw.data

    assert len(drawn(1)) == 50
    assert drawn(1) == drawn(1) != drawn(2)


def test_interim_responses_come_before_the_answer() -> None:
    worse = list(Interim(status=100, times=2).rewrite(JSON, Random(0)))

    assert worse == [Mark(), Raw(b"HTTP/1.1 100 Continue\r\n\r\n" * 2), *JSON]
    assert not Interim(status=100).replaces


def test_early_hints_hint_at_something() -> None:
    _, hints, *_ = Interim(status=103).rewrite(JSON, Random(0))

    head = b"HTTP/1.1 103 Early Hints\r\nlink: </v1/models>; rel=preload\r\n\r\n"
    assert hints == Raw(head)


def test_after_a_switch_of_protocols_there_is_no_answer() -> None:
    worse = list(Interim(status=101).rewrite(JSON, Random(0)))

    switch = b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n"
    assert worse == [Mark(), Raw(switch), Hangup()]
    assert Interim(status=101).replaces


def test_a_redirection_has_a_location_and_no_body() -> None:
    mark, head, end = Redirect(status=302, location="/v1/models").rewrite(STREAM, Random(0))

    assert (mark, end) == (Mark(), End())
    assert isinstance(head, Head)
    assert head.status == 302
    assert head.headers[:2] == (("location", "/v1/models"), ("content-length", "0"))
    assert head.header("request-id") == STREAM_HEAD.header("request-id")


def test_a_big_head_has_so_many_more_headers_of_that_length() -> None:
    mark, head, *rest = BigHead(bytes=5, count=2).rewrite(JSON, Random(0))

    assert isinstance(head, Head)
    assert isinstance(JSON[0], Head)
    assert (mark, rest) == (Mark(), list(JSON[1:]))
    assert head.headers == (*JSON[0].headers, ("x-big-0", "aaaaa"), ("x-big-1", "aaaaa"))


def test_a_raw_header_stands_as_it_is_at_the_end_of_a_head_that_closes_the_connection() -> None:
    _, head, *_ = RawHeader(line="x-n: a\x01b\r\nno header").rewrite(JSON, Random(0))

    assert isinstance(head, Head)
    assert head.framing is not None
    assert head.framing.closes
    assert head.written.endswith(b"\r\nx-n: a\x01b\r\nno header\r\n\r\n")


@pytest.mark.parametrize(
    ("kind", "settings", "words"),
    [
        ("stale", {"seconds": -1}, "seconds must be a number from 0 up"),
        ("garbage", {"text": "\u5317"}, "text must be Latin-1 text"),
        ("garbage", {"text": "a" * 100_001}, "text must have at most 100,000 characters"),
        ("garbage", {"random_bytes": 0}, "random_bytes must be a whole number from 1"),
        ("interim", {"status": 200}, "status must be one of 100, 101, 102, 103"),
        ("interim", {"status": 100, "times": 1_001}, "times must be a whole number from 1 to 1000"),
        ("redirect", {"status": 300}, "status must be one of 301"),
        ("redirect", {"location": "a\r\nb"}, "location must be without CR"),
        ("big_head", {"bytes": 1_000_000, "count": 11}, "bytes must be at most 10,000,000"),
        ("raw_header", {}, "raw_header needs the setting 'line'"),
    ],
)
def test_what_cannot_be_is_refused_in_words(
    kind: str, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        make(KINDS, kind, settings)

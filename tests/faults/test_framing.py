"""Answers that say something else of their end than where it is."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from plans import BODY, FRAMES, JSON, STREAM, STREAM_HEAD, json_head

from simtwin.core.fault import Fired, SettingsError, compose, make
from simtwin.core.framing import Framing as Form
from simtwin.core.plan import Chunk, End, Hangup, Head, Mark, Plan, Raw, Step
from simtwin_faults import KINDS
from simtwin_faults.framing import Framing


def wire(plan: Plan, *, without: tuple[str, ...] = ()) -> tuple[list[bytes], bytes]:
    """The lines of the head, and all bytes after it, as a plan with a framing of its own has them."""
    lines: list[bytes] = []
    sent, form = b"", Form()
    for step in plan:
        match step:
            case Head():
                assert step.framing is not None
                form = step.framing
                shown = step.without(*without, *(name for name, _ in STREAM_HEAD.headers[1:]))
                lines = shown.written.split(b"\r\n")[:-2]
            case Chunk(data):
                sent += form.body(data)
            case Raw(data):
                sent += data
            case End():
                sent += form.ending
            case _:
                pass
    return lines, sent


def worse(plan: tuple[Step, ...], **settings: Any) -> list[Step]:
    return list(Framing(**settings).rewrite(plan, Random(0)))


TYPE = b"content-type: application/json"
LINE = b"HTTP/1.1 200 "
DATA = BODY.data


@pytest.mark.parametrize(
    ("settings", "lines", "sent"),
    [
        ({"body": "content_length"}, [b"content-length: 18", TYPE], DATA),
        ({"content_length_off": 30}, [b"content-length: 48", TYPE], DATA),
        ({"content_length_off": -5}, [b"content-length: 13", TYPE], DATA),
        ({"content_length_off": -50}, [b"content-length: 0", TYPE], DATA),
        ({"content_length": 7}, [b"content-length: 7", TYPE], DATA),
        (
            {"second_content_length": 5},
            [b"content-length: 18", b"content-length: 5", TYPE],
            DATA,
        ),
        (
            {"body": "both"},
            [b"content-length: 18", b"transfer-encoding: chunked", TYPE],
            DATA,
        ),
        (
            {"body": "both_chunked"},
            [b"content-length: 18", b"transfer-encoding: chunked", TYPE],
            b"12\r\n" + DATA + b"\r\n0\r\n\r\n",
        ),
        (
            {"body": "chunked"},
            [b"transfer-encoding: chunked", TYPE],
            b"12\r\n" + DATA + b"\r\n0\r\n\r\n",
        ),
        (
            {"chunk_size": "ZZ"},
            [b"transfer-encoding: chunked", TYPE],
            b"ZZ\r\n" + DATA + b"\r\n0\r\n\r\n",
        ),
        (
            {"chunk_size_off": 10},
            [b"transfer-encoding: chunked", TYPE],
            b"1c\r\n" + DATA + b"\r\n0\r\n\r\n",
        ),
        ({"body": "eof"}, [b"connection: close", TYPE], DATA),
        ({"extra": "EXTRA JUNK"}, [TYPE, b"content-length: 18"], DATA + b"EXTRA JUNK"),
    ],
)
def test_a_json_answer_is_framed_as_the_settings_say(
    settings: dict[str, Any], lines: list[bytes], sent: bytes
) -> None:
    plan = worse(JSON, **settings)

    assert plan[0] == Mark()
    assert wire(plan) == ([LINE, *lines], sent)


def test_http_1_0_has_no_chunks_and_ends_with_the_connection() -> None:
    plan = worse(STREAM, version="1.0")

    lines, sent = wire(plan)
    assert lines == [b"HTTP/1.0 200 ", b"content-type: text/event-stream; charset=utf-8"]
    assert sent == b"".join(frame.data for frame in FRAMES)
    assert any(isinstance(s, Head) and s.framing is not None and s.framing.closes for s in plan)


def test_http_0_9_has_no_head_at_all() -> None:
    head = worse(JSON, version="0.9")[1]

    assert isinstance(head, Head)
    assert (head.written, head.framing) == (b"", Form(version=None, closes=True))


def test_the_length_of_a_stream_is_not_known_before_its_end() -> None:
    assert worse(STREAM, body="content_length") == list(STREAM)
    assert wire(worse(STREAM, content_length=9))[0][1] == b"content-length: 9"


def test_a_body_without_an_announced_length_is_measured() -> None:
    bare = json_head(0).without("content-length")

    plan = worse((bare, BODY, End()), body="content_length")

    assert wire(plan)[0][1] == b"content-length: 18"


def test_a_compressed_body_is_measured_as_it_is() -> None:
    faults = [
        Fired(kind, kind, make(KINDS, kind, settings))
        for kind, settings in (("encoding", {}), ("framing", {"body": "content_length"}))
    ]

    lines, sent = wire(compose(JSON, faults, Random))

    assert b"content-length: %d" % len(sent) in lines


def test_the_connection_can_end_with_the_answer() -> None:
    assert worse(JSON, chunk_size="ZZ", close=True)[-1] == End(Hangup())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (
            {"body": "eof", "content_length": 3},
            "content_length means nothing where the body is eof",
        ),
        ({"body": "eof", "chunk_size": "1"}, "chunk_size means nothing where the body is eof"),
        ({"version": "1.0", "body": "chunked"}, "body must be without chunks in HTTP/1.0"),
        ({"content_length": 3, "content_length_off": 1}, "content_length_off is off the real"),
        ({"chunk_size": "1\r\n"}, "chunk_size must be without CR"),
        ({"chunk_size": "1" * 101}, "chunk_size"),
    ],
)
def test_what_cannot_be_is_refused_in_words(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        make(KINDS, "framing", settings)

"""The kinds of transport and framing on real sockets: every byte, and what the connection ends with.

Each row is a script, met by a short answer, with all that a client hears of it. A connection that the
fault leaves usable serves the next request; a new one always does.
"""

from __future__ import annotations

import errno
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from random import Random
from typing import Any, Literal

import attrs
import pytest
import trio

from simtwin.core.fault import compose
from simtwin.core.plan import Chunk, End, Head, Plan
from simtwin.core.script import parse
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve
from simtwin_faults import KINDS

#: How a connection is left: ended, usable, or silent and good for nothing.
Left = Literal["FIN", "ECONNRESET", "usable", "silent"]

DATA = b'{"type":"message","text":"\xe5\x8c\x97"}'
EVENTS = [b"event: a\n\n", b"event: b\n\n", b"event: c\n\n"]
JSON: Plan = [Head(200, (("content-type", "application/json"),)), Chunk(DATA), End()]
STREAM: Plan = [
    Head(200, (("content-type", "text/event-stream"),)),
    *(Chunk(data, data[7:8].decode()) for data in EVENTS),
    End(),
]
OK: Plan = [Head(200, (("content-length", "2"),)), Chunk(b"ok"), End()]
WHOLE_OK = b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok"

#: A silence is told from a slow machine by nothing but patience: a false one would have to last for
#: less than this, and what would break it leaves within a millisecond.
SILENCE = 0.1


def head(*lines: bytes, status: bytes = b"HTTP/1.1 200 ") -> bytes:
    return b"\r\n".join([status, *lines, b"", b""])


def chunks(*data: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in data)


TYPE = b"content-type: application/json"
CHUNKED = b"transfer-encoding: chunked"
JSON_HEAD = head(TYPE, CHUNKED)
STREAM_HEAD = head(b"content-type: text/event-stream", CHUNKED)
LAST = b"0\r\n\r\n"
LENGTH = b"content-length: %d" % len(DATA)
WHOLE = JSON_HEAD + chunks(DATA) + LAST


TOO_LARGE = (
    b'{"type":"error","error":{"type":"request_too_large",'
    b'"message":"Request exceeds the maximum size"},"request_id":""}'
)


@attrs.frozen
class Row:
    """A script, what answers, and what is heard of it."""

    script: str
    heard: bytes
    left: Left
    plan: Plan = attrs.field(default=JSON, repr=False)


def packed(data: list[bytes]) -> list[bytes]:
    """Frames as gzip has them, each of them flushed."""
    made = zlib.compressobj(wbits=31)
    frames = [made.compress(each) + made.flush(zlib.Z_SYNC_FLUSH) for each in data]
    return [*frames, made.flush()]


def one_by_one(data: bytes) -> bytes:
    return chunks(*(data[at : at + 1] for at in range(len(data))))


ROWS = [
    Row("disconnect", b"", "FIN"),
    Row("disconnect(reset=true)", b"", "ECONNRESET"),
    Row("disconnect(at_head_byte=27)", JSON_HEAD[:27], "FIN"),
    Row("disconnect(at_head_byte=27, reset=true)", JSON_HEAD[:27], "ECONNRESET"),
    Row("disconnect(at_byte=9)", JSON_HEAD + chunks(DATA[:9]), "FIN"),
    Row("disconnect(at_byte=9, reset=true)", JSON_HEAD + chunks(DATA[:9]), "ECONNRESET"),
    Row("disconnect(after_events=2)", STREAM_HEAD + chunks(b"".join(EVENTS[:2])), "FIN", STREAM),
    Row("disconnect(half_open_seconds=5)", b"", "FIN"),
    Row("hang", b"", "silent"),
    Row("hang(at_head_byte=27)", JSON_HEAD[:27], "silent"),
    Row("hang(after_events=1)", STREAM_HEAD + chunks(EVENTS[0]), "silent", STREAM),
    Row("hang(at_byte=4, seconds=0.05)", JSON_HEAD + chunks(DATA[:4]), "FIN"),
    Row("drip(bytes=5)", WHOLE, "usable"),
    Row("drip(bytes=40, seconds=0.001, part=head)", WHOLE, "usable"),
    Row("drip(bytes=7, jitter=1, part=body)", WHOLE, "usable"),
    Row("slice", JSON_HEAD + one_by_one(DATA) + LAST, "usable"),
    Row(
        "slice(inside=character)",
        JSON_HEAD + chunks(DATA[:27], DATA[27:28], DATA[28:]) + LAST,
        "usable",
    ),
    Row("close", WHOLE, "FIN"),
    Row("close(reset=true)", WHOLE, "ECONNRESET"),
    Row("close(seconds=0.05)", WHOLE, "FIN"),
    Row(
        "close(announce=true)",
        head(TYPE, CHUNKED, b"connection: close") + chunks(DATA) + LAST,
        "FIN",
    ),
    Row(
        "close(last_chunk=false)",
        STREAM_HEAD + chunks(b"".join(EVENTS)),
        "silent",
        STREAM,
    ),
    Row("close(last_chunk=false, seconds=0)", JSON_HEAD + chunks(DATA), "FIN"),
    Row("stale(seconds=0.05)", WHOLE, "ECONNRESET"),
    Row("stale(seconds=0.05, reset=false)", WHOLE, "FIN"),
    Row("framing(body=content_length)", head(LENGTH, TYPE) + DATA, "usable"),
    Row(
        "framing(content_length_off=30, close=true)",
        head(b"content-length: %d" % (len(DATA) + 30), TYPE) + DATA,
        "FIN",
    ),
    Row(
        'framing(body=content_length, extra="EXTRA JUNK")',
        head(LENGTH, TYPE) + DATA + b"EXTRA JUNK",
        "usable",
    ),
    Row(
        "framing(second_content_length=5)",
        head(LENGTH, b"content-length: 5", TYPE) + DATA,
        "usable",
    ),
    Row("framing(body=both)", head(LENGTH, CHUNKED, TYPE) + DATA, "usable"),
    Row("framing(body=both_chunked)", head(LENGTH, CHUNKED, TYPE) + chunks(DATA) + LAST, "usable"),
    Row(
        "framing(chunk_size=ZZ, close=true)",
        head(CHUNKED, TYPE) + b"ZZ\r\n" + DATA + b"\r\n" + LAST,
        "FIN",
    ),
    Row(
        "framing(chunk_size_off=9)",
        head(CHUNKED, TYPE) + b"%x\r\n" % (len(DATA) + 9) + DATA + b"\r\n" + LAST,
        "usable",
    ),
    Row("framing(body=eof)", head(b"connection: close", TYPE) + DATA, "FIN"),
    Row(
        "framing(body=eof)+truncate(at_byte=9)",
        head(b"connection: close", TYPE) + DATA[:9],
        "FIN",
    ),
    Row('framing(version="1.0")', head(TYPE, status=b"HTTP/1.0 200 ") + DATA, "FIN"),
    Row('framing(version="0.9")', DATA, "FIN"),
    Row("garbage", b"HELO 200\r\n\r\n", "FIN"),
    Row('garbage(text="\\u0000\\u00ff", reset=true)', b"\x00\xff", "ECONNRESET"),
    Row("interim(status=100, times=2)", b"HTTP/1.1 100 Continue\r\n\r\n" * 2 + WHOLE, "usable"),
    Row(
        "interim(status=101)",
        head(b"connection: upgrade", b"upgrade: foo", status=b"HTTP/1.1 101 Switching Protocols"),
        "FIN",
    ),
    Row(
        "redirect(status=302)",
        head(b"location: messages", b"content-length: 0", status=b"HTTP/1.1 302 "),
        "usable",
    ),
    Row(
        "big_head(bytes=3, count=2)",
        head(TYPE, b"x-big-0: aaa", b"x-big-1: aaa", CHUNKED) + chunks(DATA) + LAST,
        "usable",
    ),
    Row(
        'raw_header(line="x-n: a\\u0001b")',
        head(CHUNKED, TYPE, b"x-n: a\x01b") + chunks(DATA) + LAST,
        "FIN",
    ),
    Row(
        "encoding",
        head(b"content-type: text/event-stream", b"content-encoding: gzip", CHUNKED)
        + chunks(b"".join(packed(EVENTS)))
        + LAST,
        "usable",
        STREAM,
    ),
    Row(
        "encoding(name=zzip)",
        head(TYPE, b"content-encoding: zzip", CHUNKED) + chunks(DATA) + LAST,
        "usable",
    ),
    Row(
        "encoding(missing_bytes=12)",
        head(TYPE, b"content-encoding: gzip", CHUNKED)
        + chunks(zlib.compress(DATA, wbits=31)[:-12])
        + LAST,
        "usable",
    ),
    Row(
        "413+close(announce=true, reset=true)",
        head(
            TYPE,
            b"content-length: %d" % len(TOO_LARGE),
            b"connection: close",
            status=b"HTTP/1.1 413 ",
        )
        + TOO_LARGE,
        "ECONNRESET",
    ),
]


class Stage:
    """An app on a real port whose first answer is a plan, and every other one is fine."""

    def __init__(self, plan: Plan) -> None:
        self.progress: list[Progress] = []
        self.address = ("127.0.0.1", 0)
        self._plans = [plan]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.progress.append(Progress())
        plan = self._plans.pop() if self._plans else OK
        await perform(plan, send, scope["state"]["wire"], self.progress[-1], max_wait=30)

    async def connect(self) -> trio.socket.SocketType:
        client = trio.socket.socket()
        await client.connect(self.address)
        await client.send(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        return client


@asynccontextmanager
async def on_stage(plan: Plan) -> AsyncIterator[Stage]:
    stage = Stage(plan)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    stage.address = listeners[0].socket.getsockname()[:2]
    async with trio.open_nursery() as nursery:
        server = await nursery.start(partial(serve, stage, listeners, grace=0, max_connections=10))
        with trio.fail_after(20):
            yield stage
        server.stop()


async def hear(client: trio.socket.SocketType, wanted: int | None) -> tuple[bytes, str | None]:
    """So many bytes, or all there are with what the connection ends with."""
    heard = bytearray()
    while wanted is None or len(heard) < wanted:
        try:
            data = await client.recv(65_536)
        except OSError as error:
            return bytes(heard), errno.errorcode[error.errno or 0]
        if not data:
            return bytes(heard), "FIN"
        heard += data
    return bytes(heard), None


def in_order(heard: bytes) -> bytes:
    """The same with the lines of the head in one order: who writes it decides that."""
    interim = b""
    while heard.startswith(b"HTTP/1.1 100"):
        first, mark, heard = heard.partition(b"\r\n\r\n")
        interim += first + mark
    start, mark, body = heard.partition(b"\r\n\r\n")
    if not mark:
        return interim + heard
    first, *lines = start.split(b"\r\n")
    return b"\r\n".join([interim + first, *sorted(line.lower() for line in lines)]) + mark + body


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.script)
async def test_every_byte_and_the_end_are_as_the_script_says(row: Row) -> None:
    script = parse(row.script, KINDS)
    faults = script.items[0].faults

    async with on_stage(compose(row.plan, faults, Random)) as stage:
        with await stage.connect() as client:
            ended = row.left in ("FIN", "ECONNRESET")
            heard, end = await hear(client, None if ended else len(row.heard))
            if row.left == "silent":
                with trio.move_on_after(SILENCE) as silence:
                    await client.recv(1)
                assert silence.cancelled_caught
            elif row.left == "usable":
                await client.send(b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
                assert await hear(client, len(WHOLE_OK)) == (WHOLE_OK, None)
        with await stage.connect() as another:
            fine = await hear(another, len(WHOLE_OK))

    assert in_order(heard) == in_order(row.heard)
    assert end == (row.left if ended else None)
    assert fine == (WHOLE_OK, None)
    assert stage.progress[0].wire_bytes == len(row.heard)
    assert len(stage.progress[0].marks) == len(faults)


async def test_a_stale_connection_resets_the_request_that_comes_next() -> None:
    (fired,) = parse("stale", KINDS).items[0].faults

    async with on_stage(compose(JSON, [fired], Random)) as stage:
        with await stage.connect() as client:
            first = await hear(client, len(WHOLE))
            await client.send(b"GET / HTTP/1.1\r\n")
            second = await hear(client, None)

    assert first[1] is None
    assert second == (b"", "ECONNRESET")
    assert len(stage.progress) == 1


async def test_pieces_leave_one_by_one() -> None:
    (fired,) = parse("drip(bytes=10, seconds=0.02)", KINDS).items[0].faults
    pieces: list[bytes] = []

    async with on_stage(compose(JSON, [fired], Random)) as stage:
        with await stage.connect() as client:
            while len(b"".join(pieces)) < len(WHOLE):
                pieces.append(await client.recv(65_536))

    # Two pieces may be read as one where this test is late, and none is read before it left: the
    # number of them is at most what was cut, and a machine that is busy makes it smaller.
    assert b"".join(pieces).endswith(LAST)
    assert all(len(piece) % 10 == 0 for piece in pieces[:-4])
    assert len(pieces) > 2

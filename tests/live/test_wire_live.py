"""How a connection ends, on real sockets: what the peer's system says, not what our record says."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio

from simtwin.core.plan import Chunk, End, Hangup, Head, Plan, Raw, Wait
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import Server, serve

pytestmark = pytest.mark.live

GET = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 30000000\r\n\r\n"
HEAD = Head(200)
OK: Plan = [Head(200, (("content-length", "2"),)), Chunk(b"ok"), End()]
BIG = Chunk(bytes(600_000))

#: The machine runs other things besides these tests; nothing here takes half a second by itself.
SLACK = 0.5


class Stage:
    """An app on a real port that performs one plan after another."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.plans = list(plans)
        self.progress: list[Progress] = []
        self.done: list[float] = []
        self.over = trio.Event()
        self.address = ("127.0.0.1", 0)
        self.server: Server

    def stop(self) -> float:
        self.server.stop()
        return time.perf_counter()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        progress = Progress()
        self.progress.append(progress)
        wire = scope["state"]["wire"]
        try:
            await perform(self.plans.pop(0), send, wire, progress, max_wait=30)
        finally:
            self.done.append(time.perf_counter())
            self.over.set()

    async def connect(self, receive_buffer: int | None = None) -> trio.socket.SocketType:
        client = trio.socket.socket()
        if receive_buffer is not None:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        await client.connect(self.address)
        return client


@asynccontextmanager
async def on_stage(*plans: Plan) -> AsyncIterator[Stage]:
    stage = Stage(plans)
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    stage.address = listeners[0].socket.getsockname()[:2]
    async with trio.open_nursery() as nursery:
        run = partial(serve, stage, listeners, grace=0, max_connections=10)
        stage.server = await nursery.start(run)
        with trio.fail_after(20):
            yield stage
        stage.stop()


async def read(client: trio.socket.SocketType) -> tuple[bytes, str]:
    """All that comes, and what the connection ended with."""
    got = bytearray()
    while True:
        try:
            data = await client.recv(65_536)
        except OSError as error:
            return bytes(got), errno.errorcode[error.errno or 0]
        if not data:
            return bytes(got), "FIN"
        got += data


async def ask(stage: Stage) -> bytes:
    """What a new connection is answered."""
    client = await stage.connect()
    with client:
        await client.send(GET)
        return await client.recv(65_536)


@pytest.mark.parametrize(("reset", "end"), [(False, "FIN"), (True, "ECONNRESET")])
async def test_a_connection_ends_as_the_plan_says_with_every_byte_before_it(
    reset: bool, end: str
) -> None:
    async with on_stage([HEAD, Chunk(b"half"), Hangup(reset=reset)], OK) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            got = await read(client)
        after = await ask(stage)

    assert got == (b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", end)
    assert after.endswith(b"ok")


@pytest.mark.parametrize(("reset", "end"), [(False, "FIN"), (True, "ECONNRESET")])
async def test_a_connection_ends_before_the_head(reset: bool, end: str) -> None:
    async with on_stage([Hangup(reset=reset)], OK) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            got = await read(client)
        after = await ask(stage)

    assert got == (b"", end)
    assert after.endswith(b"ok")


async def test_raw_bytes_arrive_as_they_are() -> None:
    async with on_stage([Raw(b"HTTP/1.1 two hundred\r\n\xff\x00"), Hangup()]) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            got = await read(client)

    assert got == (b"HTTP/1.1 two hundred\r\n\xff\x00", "FIN")


async def test_a_reset_waits_until_a_slow_reader_has_everything_before_it() -> None:
    async with on_stage([HEAD, BIG, Hangup(reset=True)], OK) as stage:
        with await stage.connect(receive_buffer=65_536) as client:
            await client.send(GET)
            await trio.sleep(0.3)
            got, end = await read(client)
        after = await ask(stage)

    assert got.count(b"\0") == 600_000
    assert end == "ECONNRESET"
    assert stage.progress[0].undelivered == 0
    assert after.endswith(b"ok")


async def test_a_reset_without_a_flush_comes_at_once_and_loses_what_is_queued() -> None:
    async with on_stage([HEAD, BIG, Hangup(reset=True, flush=False)]) as stage:
        with await stage.connect(receive_buffer=65_536) as client:
            began = time.perf_counter()
            await client.send(GET)
            await trio.sleep(0.3)
            got, end = await read(client)

    assert end == "ECONNRESET"
    assert stage.done[0] - began < 0.3
    assert len(got) < 600_000
    # How much of it the peer's system had taken is not ours to say; what ours kept, we know.
    assert stage.progress[0].undelivered >= 600_000 - len(got) > 0


async def test_a_reset_waits_two_seconds_at_most_for_a_client_that_does_not_read() -> None:
    async with on_stage([HEAD, Chunk(bytes(200_000)), Hangup(reset=True)]) as stage:
        with await stage.connect(receive_buffer=4_096) as client:
            began = time.perf_counter()
            await client.send(GET)
            await trio.sleep(3)
            got, end = await read(client)

    assert end == "ECONNRESET"
    assert 2 <= stage.done[0] - began < 2 + SLACK
    assert stage.progress[0].undelivered > 0
    assert len(got) < 200_000


async def test_a_stall_keeps_the_connection_and_then_goes_on() -> None:
    async with on_stage([HEAD, Chunk(b"one"), Wait(0.4), Chunk(b"two"), End()]) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            first = await client.recv(65_536)
            began = time.perf_counter()
            second = await client.recv(65_536)
            stalled = time.perf_counter() - began

    assert first.endswith(b"one\r\n")
    assert second == b"3\r\ntwo\r\n0\r\n\r\n"
    # The clock of the first read is ours, a little after the write that the wait counts from.
    assert 0.3 < stalled < 0.4 + SLACK


async def test_a_fin_does_not_become_a_reset_because_the_client_is_still_sending() -> None:
    async with on_stage([HEAD, Chunk(b"enough"), Hangup()]) as stage:
        with await stage.connect() as client:
            await upload(client)
            got = await read(client)

    assert got == (b"HTTP/1.1 200 \r\nTransfer-Encoding: chunked\r\n\r\n6\r\nenough\r\n", "FIN")


async def test_an_answer_before_the_end_of_the_body_is_read_whole() -> None:
    async with on_stage(OK) as stage:
        with await stage.connect() as client:
            await upload(client)
            got = await read(client)

    assert got == (b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok", "FIN")


async def test_a_client_that_resets_the_connection_has_left() -> None:
    async with on_stage([HEAD, Chunk(b"one"), Wait(20), End()]) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            await client.recv(65_536)
            began = time.perf_counter()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        await stage.over.wait()

    assert stage.done[0] - began < SLACK
    assert stage.progress[0].ended == "left"


async def test_a_write_to_a_client_that_does_not_read_is_given_up() -> None:
    big = [Chunk(bytes(1_000_000)) for _ in range(20)]

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await perform([HEAD, *big, End()], send, scope["state"]["wire"], progress, max_wait=0.3)
        done.set()

    progress, done = Progress(), trio.Event()
    async with trio.open_nursery() as nursery:
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        server = await nursery.start(partial(serve, app, listeners, grace=0, max_connections=1))
        client = trio.socket.socket()
        await client.connect(listeners[0].socket.getsockname())
        with client, trio.fail_after(20):
            await client.send(GET)
            await done.wait()
            _, end = await read(client)
        server.stop()

    assert end == "ECONNRESET"
    assert progress.ended == "hangup"


async def test_a_server_that_stops_does_not_wait_for_a_client_that_does_not_read() -> None:
    async with on_stage([HEAD, Chunk(bytes(20_000_000)), End()]) as stage:
        with await stage.connect() as client:
            await client.send(GET)
            await trio.sleep(0.1)
            stopped = stage.stop()
            await stage.over.wait()
            waited = time.perf_counter() - stopped

    assert waited < SLACK
    assert stage.progress[0].ended == "hangup"


async def upload(client: trio.socket.SocketType) -> None:
    """Send the beginning of a long body, a little at a time, whatever the other side does."""
    await client.send(POST)
    for _ in range(10):
        await trio.sleep(0.03)
        await client.send(bytes(50_000))

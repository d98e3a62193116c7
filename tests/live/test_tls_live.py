"""TLS on real sockets: what a client's system and its TLS say of how a connection ended."""

from __future__ import annotations

import errno
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
import trio
from certified import authority, trusting

from simtwin.core.plan import Chunk, End, Hangup, Head, Plan, Wait
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve

GET = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
BIG = Chunk(bytes(600_000))
HEAD = Head(200, (("content-length", "600000"),))


@asynccontextmanager
async def on_port(
    *plans: Plan, over: trio.Event | None = None
) -> AsyncIterator[tuple[int, list[Progress]]]:
    """The port of a server that performs one plan after another, and how far each came; `over` is set after each."""
    left, progress = list(plans), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        progress.append(Progress())
        wire = scope["state"]["wire"]
        await perform(left.pop(0), send, wire, progress[-1], max_wait=30)
        if over is not None:
            over.set()

    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
    tls = authority().context
    async with trio.open_nursery() as nursery:
        run = partial(serve, app, listeners, grace=0, max_connections=10, tls=tls)
        server = await nursery.start(run)
        with trio.fail_after(20):
            yield listeners[0].socket.getsockname()[1], progress
        server.stop()


async def connect(port: int) -> trio.SSLStream[trio.SocketStream]:
    """A client that holds the end of a connection without `close_notify` for an error."""
    stream = await trio.open_tcp_stream("127.0.0.1", port)
    return trio.SSLStream(
        stream, trusting("http/1.1"), server_hostname="localhost", https_compatible=False
    )


async def read(client: trio.SSLStream[trio.SocketStream]) -> tuple[int, str]:
    """How many bytes came, and what the connection ended with."""
    got = 0
    while True:
        try:
            data = await client.receive_some(65_536)
        except trio.BrokenResourceError as error:
            cause: BaseException | None = error
            while cause is not None and not isinstance(cause, OSError):
                cause = cause.__cause__
            if isinstance(cause, ssl.SSLEOFError):
                return got, "FIN"
            return got, errno.errorcode[getattr(cause, "errno", None) or 0]
        if not data:
            return got, "close_notify"
        got += len(data)


@pytest.mark.parametrize(
    ("end", "seen"),
    [
        (Hangup(reset=True), "ECONNRESET"),
        (Hangup(), "FIN"),
        (Hangup(notify=True), "close_notify"),
    ],
)
async def test_a_connection_ends_beneath_tls_as_the_plan_says_and_all_before_it_arrives(
    end: Hangup, seen: str
) -> None:
    async with on_port([HEAD, BIG, end]) as (port, progress):
        client = await connect(port)
        await client.send_all(GET)
        got = await read(client)
        await trio.aclose_forcefully(client)

    assert got[0] > 600_000
    assert got[1] == seen
    assert progress[0].ended == "hangup"
    assert progress[0].undelivered == 0


async def test_a_reset_that_waits_for_nothing_is_one_beneath_tls() -> None:
    async with on_port([HEAD, BIG, Hangup(reset=True, flush=False)]) as (port, progress):
        client = await connect(port)
        await client.send_all(GET)
        _, seen = await read(client)
        await trio.aclose_forcefully(client)

    assert seen == "ECONNRESET"
    assert progress[0].bytes == 600_000


async def test_a_connection_goes_on_after_an_answer() -> None:
    whole: Plan = [Head(200, (("content-length", "2"),)), Chunk(b"ok"), End()]
    async with on_port(whole, whole) as (port, progress):
        client = await connect(port)
        answers = []
        for _ in range(2):
            await client.send_all(GET)
            answers.append(await client.receive_some(65_536))
        await client.aclose()

    assert all(bytes(answer).endswith(b"ok") for answer in answers)
    assert [each.ended for each in progress] == ["end", "end"]


async def test_a_client_that_says_goodbye_in_tls_has_left() -> None:
    over = trio.Event()
    async with on_port([HEAD, Wait(20), End()], over=over) as (port, progress):
        client = await connect(port)
        await client.send_all(GET)
        await client.receive_some(65_536)
        await client.aclose()
        await over.wait()

    assert progress[0].ended == "left"


async def test_plain_http_on_the_https_port_is_told_so() -> None:
    async with on_port() as (port, _):
        client = await trio.open_tcp_stream("127.0.0.1", port)
        await client.send_all(GET)
        answer = b""
        async for data in client:
            answer += data
        await client.aclose()

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.endswith(b"The plain HTTP request was sent to HTTPS port\n")

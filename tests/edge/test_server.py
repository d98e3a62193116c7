from __future__ import annotations

import resource
from functools import partial
from typing import Any

import pytest
import trio
import trio.testing

from simtwin.edge.server import Server, ServerStatistics, raise_file_limit, serve

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"


class Doorstep(trio.abc.Listener[trio.abc.Stream]):
    """A listener whose connections are memory streams."""

    def __init__(self) -> None:
        self.closed = False
        self._send, self._receive = trio.open_memory_channel[trio.abc.Stream](10)

    async def accept(self) -> trio.abc.Stream:
        return await self._receive.receive()

    async def aclose(self) -> None:
        self.closed = True
        await trio.lowlevel.checkpoint()

    async def connect(self) -> trio.abc.Stream:
        client, server = trio.testing.memory_stream_pair()
        await self._send.send(server)
        await trio.testing.wait_all_tasks_blocked()
        return client


async def slow(scope: Any, receive: Any, send: Any) -> None:
    """Answers after ten seconds, and takes two more to clean up when it is cancelled."""
    try:
        await trio.sleep(10)
    except trio.Cancelled:
        with trio.CancelScope(shield=True):
            await trio.sleep(2)
        raise
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello", "more_body": False})


async def start(
    nursery: trio.Nursery, doorstep: Doorstep, grace: float = 0, most: int = 10
) -> Server:
    run = partial(serve, slow, [doorstep], grace=grace, max_connections=most)
    server: Server = await nursery.start(run)
    return server


async def test_a_server_that_stops_closes_its_listeners_and_idle_connections_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doorstep, began = Doorstep(), trio.current_time()

    async with trio.open_nursery() as nursery:
        server = await start(nursery, doorstep, grace=100)
        idle = await doorstep.connect()
        server.stop()
        rest = await idle.receive_some()

    assert (doorstep.closed, rest) == (True, b"")
    assert trio.current_time() == began


async def test_a_request_under_way_is_answered_within_the_grace_and_its_connection_closed(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doorstep, began = Doorstep(), trio.current_time()

    async with trio.open_nursery() as nursery:
        server = await start(nursery, doorstep, grace=100)
        client = await doorstep.connect()
        await client.send_all(GET)
        await trio.sleep(4)
        server.stop()
        answer = b"".join([bytes(data) async for data in client])

    assert answer.endswith(b"hello")
    assert trio.current_time() == began + 10


async def test_after_the_grace_what_is_under_way_is_cancelled_and_may_clean_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doorstep, began = Doorstep(), trio.current_time()

    async with trio.open_nursery() as nursery:
        server = await start(nursery, doorstep, grace=3)
        client = await doorstep.connect()
        await client.send_all(GET)
        await trio.sleep(1)
        server.stop()
        answer = b"".join([bytes(data) async for data in client])

    assert answer == b""
    assert trio.current_time() == began + 1 + 3 + 2


async def test_a_server_that_is_cancelled_gives_no_grace(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doorstep, began = Doorstep(), trio.current_time()

    async with trio.open_nursery() as nursery:
        await start(nursery, doorstep, grace=100)
        client = await doorstep.connect()
        await client.send_all(GET)
        await trio.sleep(1)
        nursery.cancel_scope.cancel()

    assert doorstep.closed
    assert trio.current_time() == began + 1 + 2


async def test_connections_beyond_the_most_are_closed_and_counted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    doorstep = Doorstep()

    async with trio.open_nursery() as nursery:
        server = await start(nursery, doorstep, most=2)
        first, second = await doorstep.connect(), await doorstep.connect()
        await first.send_all(GET)
        await trio.sleep(1)
        third = await doorstep.connect()
        refused = await third.receive_some()
        full = server.statistics()
        await second.aclose()
        await trio.testing.wait_all_tasks_blocked()
        fourth = await doorstep.connect()
        server.stop()
        await fourth.receive_some()

    assert refused == b""
    assert full == ServerStatistics(open=2, idle=1, accepted=2, turned_away=1)
    assert server.statistics() == ServerStatistics(open=0, idle=0, accepted=3, turned_away=1)


def test_a_limit_of_open_files_that_is_too_low_is_told() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)

    told = raise_file_limit(hard)

    assert told is not None
    assert f"may open {hard} files, too few for {hard} connections" in told


def test_the_limit_of_open_files_is_raised_as_far_as_it_goes() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))

    try:
        told = raise_file_limit(100)
        after, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before, hard))

    assert (told, after) == (None, hard)


@pytest.mark.parametrize("most", [0])
async def test_a_server_for_nobody_turns_everybody_away(
    most: int, autojump_clock: trio.testing.MockClock
) -> None:
    doorstep = Doorstep()

    async with trio.open_nursery() as nursery:
        server = await start(nursery, doorstep, most=most)
        client = await doorstep.connect()
        await client.receive_some()
        server.stop()

    assert server.statistics().turned_away == 1

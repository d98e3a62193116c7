from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Any

import h2.connection
import h2.events
import pytest
import trio
import trio.testing

from simtwin.core.plan import Chunk, End, Head, Plan
from simtwin.edge.connection import Connection
from simtwin.edge.http1.line import Line
from simtwin.edge.perform import Progress, perform
from simtwin.edge.wire import Wire

App = Callable[[Any, Any, Any], Awaitable[None]]
Serve = Callable[[App, Wire], Awaitable[None]]
GET = b"GET /a?b HTTP/1.1\r\nhost: a\r\n\r\n"
CLOSE = b"GET /a?b HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture(params=[Line, Connection])
def serve(request: pytest.FixtureRequest) -> Serve:
    """Each of the two that serve HTTP/1.1, our own line and Hypercorn's: one suite over both."""

    async def run(app: App, wire: Wire) -> None:
        await request.param(app, wire).run()

    return run


async def say(send: Any, text: bytes, status: int = 200) -> None:
    length = (b"content-length", b"%d" % len(text))
    await send({"type": "http.response.start", "status": status, "headers": [length]})
    await send({"type": "http.response.body", "body": text, "more_body": False})


async def hello(scope: Any, receive: Any, send: Any) -> None:
    await say(send, b"hello")


async def all_of(client: trio.abc.ReceiveStream) -> bytes:
    return b"".join([bytes(data) async for data in client])


async def test_requests_see_the_wire_and_its_ordinals(serve: Serve) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, seen = Wire(server, ordinal=3), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append((scope["state"]["wire"], scope["path"], wire.ordinal, wire.requests))
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, wire)
        await client.send_all(GET)
        await client.receive_some()
        await client.send_all(CLOSE)
        await all_of(client)

    assert seen == [(wire, "/a", 3, 1), (wire, "/a", 3, 2)]


async def test_each_request_begins_with_its_own_first_byte(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    start, began = trio.current_time(), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        began.append(scope["state"]["wire"].first_byte - start)
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        for _ in range(2):
            await trio.sleep(1)
            await client.send_all(GET[:10])
            await trio.sleep(1)
            await client.send_all(GET[10:])
            await client.receive_some()
        await client.aclose()

    assert began == [1, 3]


async def test_no_header_is_added_to_an_answer(serve: Serve) -> None:
    client, server = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, Wire(server))
        await client.send_all(GET)
        answer = await client.receive_some()
        await client.aclose()

    assert bytes(answer).startswith(b"HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\n")


async def test_a_connection_serves_more_than_a_thousand_requests(serve: Serve) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, answers = Wire(server), b""

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, wire)
        for _ in range(1_001):
            await client.send_all(GET)
            while not answers.endswith(b"hello"):
                answers += await client.receive_some()
            assert b"close" not in answers
            answers = b""
        await client.aclose()

    assert wire.requests == 1_001


async def test_an_idle_connection_is_closed_after_400_seconds(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, start = Wire(server), trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, wire)
        await trio.sleep(100)
        await client.send_all(GET)
        await all_of(client)

    assert trio.current_time() == start + 500
    assert (wire.closed_by, wire.ended) == ("twin", "fin")


async def test_a_request_under_way_may_take_longer_than_that(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    start, told = trio.current_time(), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        with trio.move_on_after(1_000):
            told.append(await receive())
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        await client.send_all(CLOSE)
        answer = await all_of(client)

    assert answer.endswith(b"hello")
    assert (told, trio.current_time()) == ([], start + 1_000)


async def test_an_app_is_told_when_the_client_leaves(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    told = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        told.extend([(await receive())["type"] for _ in range(3)])

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        await client.send_all(GET)
        await trio.sleep(1)
        await client.aclose()

    assert told == ["http.request", "http.disconnect", "http.disconnect"]


async def test_an_app_that_answers_without_reading_the_body_does_not_hold_the_reader(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, Wire(server))
        # One message a piece, more than an inbox takes.
        await client.send_all(CHUNKED + b"1\r\na\r\n" * 1_000)
        answer = await all_of(client)

    assert answer.endswith(b"hello")


async def test_an_app_that_answers_before_the_body_has_come_does_not_end_the_connection(
    serve: Serve,
) -> None:
    client, server = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, Wire(server))
        await client.send_all(CHUNKED)
        await trio.testing.wait_all_tasks_blocked()
        await client.send_all(b"1\r\na\r\n0\r\n\r\n" + CLOSE)
        answers = await all_of(client)

    assert answers.count(b"hello") == 2


async def test_an_app_that_hangs_up_while_another_request_waits_ends_the_connection(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await scope["state"]["wire"].hang_up(reset=True)

    with trio.fail_after(1):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, app, Wire(server))
            await client.send_all(GET + GET)
            answer = await all_of(client)

    assert answer == b""


async def test_a_client_that_leaves_while_its_next_request_waits_ends_the_connection(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, start = Wire(server), trio.current_time()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await trio.sleep(10)
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, wire)
        await client.send_all(GET + GET)
        await trio.sleep(1)
        await client.aclose()

    # Nobody reads while a request waits for its turn, so that only the write tells.
    assert trio.current_time() == start + 10
    assert (wire.requests, wire.closed_by) == (1, "client")


@pytest.mark.parametrize("grouped", [False, True])
async def test_an_app_that_crashes_is_a_500_and_the_connection_lives(
    serve: Serve, grouped: bool, caplog: pytest.LogCaptureFixture
) -> None:
    client, server = trio.testing.memory_stream_pair()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/a":
            raise ExceptionGroup("two", [ValueError("boom")]) if grouped else ValueError("boom")
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        await client.send_all(GET)
        answer = await client.receive_some()
        await client.aclose()

    assert bytes(answer).startswith(b"HTTP/1.1 500 ")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "boom" in caplog.text


async def test_an_app_that_crashes_within_its_answer_leaves_it_unfinished(
    serve: Serve,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client, server = trio.testing.memory_stream_pair()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ValueError("boom")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        await client.send_all(GET)
        answer = await all_of(client)

    assert answer.endswith(b"4\r\nhalf\r\n")
    assert "boom" in caplog.text


async def test_an_app_that_forgets_the_cork_is_heard_all_the_same(serve: Serve) -> None:
    client, server = trio.testing.memory_stream_pair()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scope["state"]["wire"].cork()
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, app, Wire(server))
        await client.send_all(GET)
        answer = await client.receive_some()
        await client.aclose()

    assert bytes(answer).endswith(b"hello")


async def test_what_is_no_http_is_refused_and_closed(serve: Serve) -> None:
    client, server = trio.testing.memory_stream_pair()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, Wire(server))
        await client.send_all(b"hello?\r\n\r\n")
        answer = await all_of(client)

    assert answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(("size", "status"), [(60_000, b"200"), (140_000, b"431")])
async def test_a_request_head_may_have_64_kib_and_what_one_read_adds(
    serve: Serve, size: int, status: bytes
) -> None:
    client, server = trio.testing.memory_stream_pair()
    padding = b"x" * size

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, hello, Wire(server))
        await client.send_all(b"GET / HTTP/1.1\r\nhost: a\r\nx: " + padding + b"\r\n\r\n")
        answer = await client.receive_some()
        await client.aclose()

    assert bytes(answer).startswith(b"HTTP/1.1 " + status)


async def test_an_app_that_is_cancelled_leaves_no_task_and_no_open_wire(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, ended = Wire(server), []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await trio.sleep_forever()
        finally:
            ended.append(wire.ended)

    with trio.move_on_after(5):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, app, wire)
            await client.send_all(GET)

    assert ended == [None]
    assert (wire.closed_by, await client.receive_some()) == ("twin", b"")


async def test_a_framework_that_cancels_on_disconnect_does_not_cut_its_own_last_write(
    serve: Serve,
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, progress = Wire(server), Progress()
    plan: Plan = [Head(200, (("content-length", "2"),)), Chunk(b"ok"), End()]

    async def listen(receive: Any, scope: trio.CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        scope.cancel()

    async def quart(scope: Any, receive: Any, send: Any) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listen, receive, nursery.cancel_scope)
            await trio.testing.wait_all_tasks_blocked()
            await perform(plan, send, wire, progress, max_wait=60)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, quart, wire)
        await client.send_all(GET)
        answer = await client.receive_some()
        await client.aclose()

    assert bytes(answer).endswith(b"ok")
    assert progress.ended == "end"


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Says what it was asked, and how."""
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message["body"], message["more_body"]
    seen = [scope["method"], scope["path"], scope["raw_path"], scope["query_string"], body]
    await say(
        send, repr([*seen, scope["headers"], scope["scheme"], scope["http_version"]]).encode()
    )


@pytest.mark.parametrize(
    "sent",
    [
        b"POST /a%20b?c=%20 HTTP/1.1\r\nHost: a\r\nX-Name:  d \r\ncontent-length: 3\r\n\r\nabc",
        b"get /a HTTP/1.1\r\nhost: a\r\nconnection: Close\r\n\r\n",
        b"HEAD /a HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET /a HTTP/1.0\r\n\r\n",
        b"GET /a HTTP/1.0\r\nconnection: keep-alive\r\n\r\n",
        b"\r\nGET /a HTTP/1.1\r\nhost: a\r\n\r\n",
        b"GET http://a/b HTTP/1.1\r\nhost: a\r\n\r\n",
        CHUNKED + b"3\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 3\r\n\r\nabc",
        b"GET /a HTTP/1.1\r\n\r\n",
        b"GET /a HTTP/1.1\r\nhost: a\r\nx : b\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
        b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -3\r\n\r\nabc",
        b"\x16\x03\x01\x02\x00",
        GET + b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabc" + GET,
        GET + CHUNKED + b"3\r\nabc\r\n0\r\n\r\n" + GET + CLOSE + GET,
    ],
)
@pytest.mark.parametrize("at_a_time", [1, 7, 10_000])
async def test_both_answer_in_the_same_bytes(
    sent: bytes, at_a_time: int, autojump_clock: trio.testing.MockClock
) -> None:
    said = []
    for kind in (Line, Connection):
        client, server = trio.testing.memory_stream_pair()
        wire = Wire(server)
        with trio.fail_after(1_000):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(kind(echo, wire).run)
                for place in range(0, len(sent), at_a_time):
                    if wire.ended is None:
                        await client.send_all(sent[place : place + at_a_time])
                    await trio.testing.wait_all_tasks_blocked()
                answers = await all_of(client)
        said.append((answers, wire.requests, wire.ended, wire.closed_by))

    assert said[0] == said[1]


async def test_http_2_is_left_to_hypercorn_with_all_that_was_read(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, heard = Wire(server), bytearray()
    ours = h2.connection.H2Connection()
    ours.initiate_connection()
    ours.send_headers(
        1,
        [(":method", "GET"), (":path", "/a"), (":scheme", "http"), (":authority", "a")],
        end_stream=True,
    )

    async with trio.open_nursery() as nursery:
        nursery.start_soon(Line(hello, wire).run)
        await client.send_all(ours.data_to_send())
        while not any(
            isinstance(event, h2.events.StreamEnded) for event in ours.receive_data(bytes(heard))
        ):
            heard[:] = await client.receive_some()
        await client.aclose()

    assert (wire.requests, wire.multiplexed) == (1, True)


async def test_a_client_that_leaves_while_a_plan_waits_is_noticed_although_nobody_reads(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, start = Wire(server), trio.current_time()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        with trio.CancelScope() as scope_:
            wire.watch(scope_)
            await wire.sleep_until(start + 100)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(Line(app, wire).run)
        await client.send_all(GET)
        await trio.sleep(10)
        await client.aclose()

    assert trio.current_time() == start + 10
    assert wire.closed_by == "client"


async def test_requests_that_are_read_ahead_while_a_plan_waits_are_not_lost(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    large = b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"x" * 30_000 + b"\r\n\r\n"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await wire.sleep_until(trio.current_time() + 1)
        await say(send, b"hello")

    async with trio.open_nursery() as nursery:
        nursery.start_soon(Line(app, wire).run)
        await client.send_all(large * 20 + CLOSE)
        answers = await all_of(client)

    assert answers.count(b"hello") == 21

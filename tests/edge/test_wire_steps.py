"""Steps past the ordinary ones: framing of its own, dripping, ends that the server knows nothing of."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
import trio
import trio.testing
from performed import HOUR, Heard

from simtwin.core.framing import Framing
from simtwin.core.plan import Chunk, End, Flush, Hangup, Head, Plan, Raw, Rest, Trickle, Wait
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
HEAD = Head(200, (("content-length", "5"),))
HELLO = b"HTTP/1.1 200 \r\ncontent-length: 5\r\n\r\nhello"
OK: Plan = [HEAD, Chunk(b"hello"), End()]
CHUNKED = Head(200).framed()


def event(name: str) -> Chunk:
    return Chunk(f"event: {name}\n\n".encode(), event=name)


class Talk:
    """A connection whose requests are answered by one plan after the other."""

    def __init__(self, *plans: Plan) -> None:
        self.client, server = trio.testing.memory_stream_pair()
        self.wire = Wire(server)
        self.progress: list[Progress] = []
        self.heard = bytearray()
        self.ended_at: float | None = None
        self._plans = list(plans)

    async def ask(self) -> bytes:
        """Send a request; what has come when all wait for something else than the other."""
        before = len(self.heard)
        await self.client.send_all(GET)
        await trio.testing.wait_all_tasks_blocked()
        return bytes(self.heard[before:])

    async def listen(self) -> None:
        with suppress(trio.ClosedResourceError):
            while data := await self.client.receive_some():
                self.heard += data
            self.ended_at = trio.current_time()

    async def app(self, scope: Any, receive: Any, send: Any) -> None:
        progress = Progress()
        self.progress.append(progress)
        wire = scope["state"]["wire"]
        await perform(self._plans.pop(0), send, wire, progress, max_wait=HOUR)


@asynccontextmanager
async def talking(*plans: Plan) -> AsyncIterator[Talk]:
    talk = Talk(*plans)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve_wire, talk.app, talk.wire)
        nursery.start_soon(talk.listen)
        yield talk
        nursery.cancel_scope.cancel()


@pytest.fixture
def clock(autojump_clock: trio.testing.MockClock) -> trio.testing.MockClock:
    return autojump_clock


async def test_a_head_with_a_framing_is_written_by_it() -> None:
    plan: Plan = [CHUNKED, event("a"), Flush(), event("b"), End()]

    heard = await Heard(plan).listen()

    assert heard.text == (
        b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n"
        b"a\r\nevent: a\n\n\r\n"
        b"a\r\nevent: b\n\n\r\n"
        b"0\r\n\r\n"
    )
    assert (heard.progress.events, heard.progress.bytes, heard.progress.ended) == (2, 20, "end")
    assert heard.progress.wire_bytes == len(heard.text)


async def test_the_next_request_on_the_connection_is_served_after_a_framing_of_its_own() -> None:
    async with talking([CHUNKED, Chunk(b"odd"), End()], OK) as talk:
        first, second = await talk.ask(), await talk.ask()

    assert first.endswith(b"\r\n\r\n3\r\nodd\r\n0\r\n\r\n")
    assert second == HELLO


async def test_a_connection_that_the_client_gave_up_ends_after_a_framing_of_its_own() -> None:
    heard = await Heard([CHUNKED, End()]).listen()

    assert heard.text.endswith(b"0\r\n\r\n")
    assert (heard.progress.ended, heard.wire.closed_by) == ("end", "twin")


async def test_a_body_that_ends_with_the_connection_is_whole() -> None:
    head = Head(200, framing=Framing("HTTP/1.0", closes=True))

    async with talking([head, Chunk(b"all"), End()]) as talk:
        heard = await talk.ask()
        await trio.testing.wait_all_tasks_blocked()

    assert heard == b"HTTP/1.0 200 \r\n\r\nall"
    assert (talk.progress[0].ended, talk.wire.ended) == ("end", "fin")


@pytest.mark.parametrize(("reset", "how"), [(False, "fin"), (True, "rst")])
async def test_a_connection_can_end_some_time_after_a_whole_answer(
    reset: bool, how: str, clock: trio.testing.MockClock
) -> None:
    start = trio.current_time()

    async with talking([CHUNKED, End(Hangup(reset=reset), 5)]) as talk:
        heard = await talk.ask()
        await trio.sleep(6)

    assert heard.endswith(b"0\r\n\r\n")
    assert talk.progress[0].ended == "end"
    assert (talk.wire.ended, talk.wire.closed_at) == (how, start + 5)


async def test_after_a_fin_what_the_client_sends_is_taken_for_as_long_as_the_plan_says(
    clock: trio.testing.MockClock,
) -> None:
    start = trio.current_time()

    async with talking([Hangup(half_open_seconds=30)]) as talk:
        await talk.ask()
        await trio.sleep(29)
        await talk.client.send_all(b"more")
        await trio.sleep(2)
        with pytest.raises(trio.BrokenResourceError):
            await talk.client.send_all(b"too much")

    assert talk.ended_at == start


async def test_what_drips_comes_in_pieces_head_and_framing_included(
    clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [Trickle(8, 0.5), CHUNKED, Trickle(), Chunk(b"hello"), End()]

    heard = await Heard(plan).listen()

    head = CHUNKED.written
    pieces = [head[at : at + 8] for at in range(0, len(head), 8)]
    expected = [(0.5 * number, piece) for number, piece in enumerate(pieces)]
    assert heard.pieces == [*expected, (expected[-1][0], b"5\r\nhello\r\n0\r\n\r\n")]


async def test_a_drip_of_the_body_holds_back_what_comes_after_it(
    clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, Trickle(2, 1), Chunk(b"hello"), Wait(1), End()]

    heard = await Heard(plan).listen()

    assert heard.pieces[1:] == [(0, b"he"), (1, b"ll"), (2, b"o")]
    assert heard.over == 2


def test_the_pieces_of_a_drip_vary_by_its_share_and_are_those_of_its_seed() -> None:
    trickle = Trickle(bytes=100, jitter=0.2, seed=7)

    sizes = [size for size, _ in zip(trickle.sizes(), range(200), strict=False)]

    assert min(sizes) >= 80
    assert max(sizes) <= 120
    assert len(set(sizes)) > 20
    assert sizes == [size for size, _ in zip(trickle.sizes(), range(200), strict=False)]


async def test_a_client_that_leaves_a_drip_has_had_what_the_progress_says(
    clock: trio.testing.MockClock,
) -> None:
    async with talking([Trickle(4, 1), CHUNKED, Chunk(bytes(100)), End()]) as talk:
        await talk.client.send_all(GET)
        await trio.sleep(2.5)
        await talk.client.aclose()
        await trio.testing.wait_all_tasks_blocked()

    assert talk.progress[0].ended == "left"
    assert talk.progress[0].wire_bytes == 12


async def test_a_connection_at_rest_ends_after_so_long(clock: trio.testing.MockClock) -> None:
    async with talking([Rest(7, reset=True), *OK]) as talk:
        start = trio.current_time()
        first = await talk.ask()
        await trio.sleep(8)

    assert first == HELLO
    assert (talk.wire.ended, talk.wire.closed_at) == ("rst", start + 7)


@pytest.mark.parametrize(("reset", "how"), [(False, "fin"), (True, "rst")])
async def test_a_stale_connection_ends_with_the_first_byte_of_its_next_request(
    reset: bool, how: str, clock: trio.testing.MockClock
) -> None:
    async with talking([Rest(reset=reset), *OK], OK) as talk:
        first = await talk.ask()
        await trio.sleep(100)
        alive = talk.wire.ended is None
        second = await talk.ask()
        await trio.sleep(2)

    assert (first, second, alive) == (HELLO, b"", True)
    assert len(talk.progress) == 1
    assert talk.wire.ended == how


async def test_bytes_past_the_framing_come_in_their_place_and_leave_the_connection_usable() -> None:
    plan: Plan = [Raw(b"HTTP/1.1 100 Continue\r\n\r\n"), HEAD, Chunk(b"hello"), Raw(b"junk"), End()]

    async with talking(plan, OK) as talk:
        first, second = await talk.ask(), await talk.ask()

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO + b"junk"
    assert second == HELLO
    assert talk.progress[0].wire_bytes == len(first)


async def test_a_silence_without_end_is_the_end_of_a_framing_of_its_own(
    clock: trio.testing.MockClock,
) -> None:
    async with talking([CHUNKED, Chunk(b"a"), Wait(math.inf)]) as talk:
        heard = await talk.ask()
        await trio.sleep(HOUR + 2)

    assert heard.endswith(b"1\r\na\r\n")
    assert talk.progress[0].ended == "hangup"

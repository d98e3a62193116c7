from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from functools import partial
from itertools import repeat
from typing import Any

import pytest
import trio
import trio.testing
from performed import HOUR, Heard

from simtwin.core.plan import (
    Arrival,
    Chunk,
    End,
    Hangup,
    Head,
    Mark,
    Plan,
    Raw,
    Step,
    Verbatim,
    Wait,
)
from simtwin.edge.perform import PlanError, Progress, perform
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire

HEAD = Head(200, (("content-type", "text/event-stream"), ("x-name", "d\xe9j\xe0")))
LENGTH_5 = Head(200, (("content-length", "5"),))
OK: Plan = [LENGTH_5, Chunk(b"hello"), End()]


def frame(letter: str, tokens: int = 0) -> Chunk:
    return Chunk(f"event: {letter}\n\n".encode(), event=letter, tokens=tokens)


async def test_an_answer_with_nothing_to_wait_for_is_one_write() -> None:
    heard = await Heard(OK).listen()

    assert len(heard.pieces) == 1
    assert heard.text.startswith(b"HTTP/1.1 200 \r\ncontent-length: 5\r\n")
    assert heard.text.endswith(b"\r\n\r\nhello")


async def test_headers_are_sent_as_latin_1() -> None:
    plan: Plan = [HEAD, End()]

    heard = await Heard(plan).listen()

    assert b"x-name: d\xe9j\xe0\r\n" in heard.text


async def test_steps_up_to_the_next_wait_leave_together_and_on_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, Wait(0.5), frame("a"), frame("b"), Wait(2), frame("c"), End()]

    heard = await Heard(plan).listen()

    assert heard.times == [0, 0.5, 2.5]
    assert heard.pieces[1][1].endswith(b"event: a\n\nevent: b\n\n\r\n")
    assert heard.pieces[2][1] == b"a\r\nevent: c\n\n\r\n0\r\n\r\n"


async def test_time_spent_making_the_plan_does_not_stretch_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    def plan() -> Iterator[Step]:
        yield HEAD
        for letter in "abcd":
            yield Wait(1)
            if letter == "b":
                autojump_clock.jump(1.5)
            yield frame(letter)
        yield End()

    heard = await Heard(plan()).listen()

    assert heard.times == [0, 1, 3.5, 4]
    assert b"event: b\n\nevent: c\n\n" in heard.pieces[2][1]


async def test_each_wait_is_capped(autojump_clock: trio.testing.MockClock) -> None:
    plan: Plan = [HEAD, Wait(1e9), frame("a"), Wait(5), frame("b"), Wait(1e9), End()]

    heard = await Heard(plan, max_wait=60).listen()

    assert heard.times == [0, 60, 65, 125]


async def test_a_wait_without_end_lasts_the_longest_wait_and_then_hangs_up(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, frame("a"), Wait(math.inf)]

    heard = await Heard(plan, max_wait=60).listen()

    assert (heard.times, heard.over) == ([0], 60)
    assert not heard.text.endswith(b"0\r\n\r\n")
    assert heard.progress.ended == "hangup"
    assert heard.wire.ended == "fin"


async def test_progress_says_what_has_left_and_when(autojump_clock: trio.testing.MockClock) -> None:
    cut = Chunk(b"eve", event="c", ends=False)
    plan: Plan = [Wait(1), HEAD, Mark("one"), frame("a", 2), Wait(1), frame("b", 3), cut, Hangup()]

    heard = await Heard(plan).listen()

    assert heard.progress == Progress(
        head=HEAD,
        head_at=heard.start + 1,
        last_at=heard.start + 2,
        chunks=2,
        events=2,
        bytes=23,
        wire_bytes=sum(len(data) for _, data in heard.pieces),
        tokens=5,
        last_event="b",
        marks=["one"],
        ended="hangup",
    )


async def test_a_json_answer_is_a_chunk_and_no_event() -> None:
    plan: Plan = [LENGTH_5, Chunk(b"hello", tokens=4), End()]

    heard = await Heard(plan).listen()

    assert (heard.progress.chunks, heard.progress.events, heard.progress.tokens) == (1, 0, 4)
    assert heard.progress.ended == "end"


@pytest.mark.parametrize(("reset", "ended"), [(False, "fin"), (True, "rst")])
async def test_hanging_up_leaves_the_body_unfinished(
    reset: bool, ended: str, caplog: pytest.LogCaptureFixture
) -> None:
    plan: Plan = [HEAD, frame("a"), Hangup(reset=reset)]

    heard = await Heard(plan).listen()

    assert heard.text.endswith(b"a\r\nevent: a\n\n\r\n")
    assert heard.wire.ended == ended
    assert caplog.records == []


async def test_hanging_up_before_the_head_says_nothing_at_all(
    caplog: pytest.LogCaptureFixture,
) -> None:
    plan: Plan = [Mark("gone"), Hangup(reset=True)]

    heard = await Heard(plan).listen()

    assert heard.text == b""
    assert (heard.progress.head, heard.progress.ended) == (None, "hangup")
    assert caplog.records == []


async def test_raw_bytes_go_past_the_framing_in_their_place() -> None:
    plan: Plan = [HEAD, frame("a"), Raw(b"!garbage!"), frame("b"), Hangup()]

    heard = await Heard(plan).listen()

    assert heard.text.endswith(b"a\r\nevent: a\n\n\r\n!garbage!a\r\nevent: b\n\n\r\n")
    assert heard.progress.bytes == 20


async def test_raw_bytes_can_stand_for_the_head() -> None:
    plan: Plan = [Raw(b"HTTP/9.9 oops\r\n"), Hangup()]

    heard = await Heard(plan).listen()

    assert heard.text == b"HTTP/9.9 oops\r\n"


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ([], "without an End"),
        ([HEAD, frame("a")], "without an End"),
        ([frame("a"), End()], "before its head"),
        ([End()], "before its head"),
        ([HEAD, HEAD, End()], "two heads"),
        ([HEAD, Wait(1), HEAD, End()], "two heads"),
    ],
)
async def test_a_plan_that_breaks_the_law_is_an_error(
    plan: list[Step], message: str, autojump_clock: trio.testing.MockClock
) -> None:
    _client, server = trio.testing.memory_stream_pair()

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()

    with pytest.raises(PlanError, match=message):
        await perform(plan, send, Wire(server), Progress(), max_wait=HOUR)


async def test_a_plan_without_a_head_is_a_500_that_the_log_explains(
    caplog: pytest.LogCaptureFixture,
) -> None:
    heard = await Heard([Mark()]).listen()

    assert heard.text.startswith(b"HTTP/1.1 500 ")
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "without an End" in caplog.text


async def test_a_client_that_leaves_ends_the_performance_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    heard = Heard([HEAD, frame("a"), Wait(1_000), frame("b"), End()])
    done = []

    async def serve() -> None:
        await serve_wire(heard.app, heard.wire)
        done.append(trio.current_time() - heard.start)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        await heard.ask()
        await trio.sleep(5)
        await heard.client.aclose()

    assert done == [5]
    assert (heard.progress.ended, heard.progress.chunks) == ("left", 1)


@pytest.mark.parametrize("last", [End(), Hangup(), Hangup(reset=True), Hangup(flush=False)])
async def test_a_client_that_is_gone_when_the_answer_is_due_has_left(
    last: Step, autojump_clock: trio.testing.MockClock
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire, progress = Wire(server), Progress()
    await client.aclose()

    async def send(message: Any) -> None:
        await wire.send_all(b"head or body")

    await perform([HEAD, frame("a"), last], send, wire, progress, max_wait=HOUR)

    assert (progress.ended, progress.head, progress.bytes) == ("left", None, 0)


async def test_nobody_watches_a_wire_once_the_performance_is_over() -> None:
    heard = await Heard(OK).listen()

    assert heard.progress.ended == "end"
    assert heard.wire._watchers == set()


async def test_a_performance_that_is_cancelled_from_outside_has_no_end(
    autojump_clock: trio.testing.MockClock,
) -> None:
    _client, server = trio.testing.memory_stream_pair()
    progress = Progress()

    async def send(message: Any) -> None:
        await trio.lowlevel.checkpoint()

    with trio.move_on_after(10) as scope:
        await perform([HEAD, Wait(100), End()], send, Wire(server), progress, max_wait=HOUR)

    assert scope.cancelled_caught
    assert (progress.ended, progress.head) == (None, HEAD)


async def test_a_long_plan_without_waits_lets_other_tasks_run() -> None:
    _client, server = trio.testing.memory_stream_pair()
    progress = Progress()
    turns = 0

    async def send(message: Any) -> None:
        """Takes everything at once, as a fast client's connection does."""

    async def other() -> None:
        nonlocal turns
        while True:
            await trio.lowlevel.checkpoint()
            turns += 1

    async with trio.open_nursery() as nursery:
        nursery.start_soon(other)
        plan: Plan = [HEAD, *repeat(frame("a"), 100_000), End()]
        await perform(plan, send, Wire(server), progress, max_wait=HOUR)
        nursery.cancel_scope.cancel()

    assert progress.bytes == 1_000_000
    assert turns > 10


async def test_what_has_arrived_leaves_before_more_is_waited_for(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, frame("a"), Arrival(partial(trio.sleep, 3)), frame("b"), End()]

    heard = await Heard(plan).listen()

    assert heard.times == [0, 3]
    assert heard.pieces[0][1].endswith(b"event: a\n\n\r\n")


async def test_a_wait_lasts_as_long_after_an_arrival(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, Arrival(partial(trio.sleep, 3)), frame("a"), Wait(2), frame("b"), End()]

    heard = await Heard(plan).listen()

    assert heard.times == [0, 3, 5]


async def test_what_does_not_arrive_is_waited_for_as_long_as_anything(
    autojump_clock: trio.testing.MockClock,
) -> None:
    plan: Plan = [HEAD, frame("a"), Arrival(trio.sleep_forever), End()]

    heard = await Heard(plan, max_wait=10).listen()

    assert heard.over == 10
    assert heard.progress.ended == "hangup"


async def test_what_somebody_else_wrote_leaves_as_it_is_and_is_counted() -> None:
    head, first, second = b"HTTP/1.1 200 Fine\r\nX-A: b\r\n", b"Content-Length: 5\r\n\r\nhe", b"llo"
    plan: Plan = [
        Verbatim(head),
        Verbatim(first, (HEAD,)),
        Verbatim(second, (Chunk(b"hello", "a", 3),)),
        End(),
    ]

    heard = await Heard(plan).listen()

    assert heard.text == head + first + second
    assert heard.progress.head is HEAD
    assert (heard.progress.events, heard.progress.tokens, heard.progress.bytes) == (1, 3, 5)
    assert heard.progress.ended == "end"

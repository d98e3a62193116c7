"""What holds for every plan that faults can make, once it is performed on a connection.

It ends, whatever it waits for; all bytes are those of the plan, in its order; and what is written down
of it is what the client got.
"""

from __future__ import annotations

from functools import partial
from random import Random
from typing import Any

import attrs
import trio
import trio.testing
from any_fault import chains
from hypothesis import given
from hypothesis import strategies as st
from plans import answers

from simtwin.core.fault import Fired, compose
from simtwin.core.plan import Chunk, End, Head, Raw, Step
from simtwin.edge.perform import Progress, perform
from simtwin.edge.server import serve_wire
from simtwin.edge.wire import Wire

GET = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"
OK: tuple[Step, ...] = (Head(200, (("content-length", "2"),)), Chunk(b"ok"), End())
WHOLE_OK = b"HTTP/1.1 200 \r\ncontent-length: 2\r\n\r\nok"

#: No wait is longer, so that what does not end by itself does by then.
MAX_WAIT = 5.0
#: Longer than all waits of a plan together: a drip of every byte of the largest one.
NEVER = 1e9


@attrs.define
class Performed:
    """What became of a plan, and of a request after it on the same connection."""

    progress: Progress
    heard: bytes
    after: bytes
    ended: str | None


async def performed(plan: tuple[Step, ...]) -> Performed:
    """Perform a plan, and then an ordinary one if the connection lives."""
    client, server = trio.testing.memory_stream_pair()
    wire, progress, heard = Wire(server), Progress(), bytearray()
    plans = [plan]
    done = trio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if not plans:
            return await perform(OK, send, wire, Progress(), max_wait=MAX_WAIT)
        try:
            await perform(plans.pop(), send, wire, progress, max_wait=MAX_WAIT)
        finally:
            done.set()

    async def listen() -> None:
        try:
            while data := await client.receive_some():
                heard.extend(data)
        except trio.ClosedResourceError:
            pass

    with trio.fail_after(NEVER):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve_wire, app, wire)
            nursery.start_soon(listen)
            await client.send_all(GET)
            await done.wait()
            await trio.testing.wait_all_tasks_blocked()
            first = bytes(heard)
            if wire.ended is None and progress.ended == "end":
                await client.send_all(GET)
                await trio.testing.wait_all_tasks_blocked()
            await client.aclose()
    return Performed(progress, first, bytes(heard[len(first) :]), wire.ended)


def run(plan: tuple[Step, ...]) -> Performed:
    clock = trio.testing.MockClock(autojump_threshold=0)
    return trio.run(partial(performed, plan), clock=clock)


@given(fired=chains(), plan=answers(), seed=st.integers())
def test_a_worse_answer_ends_and_all_of_it_is_written_down(
    fired: list[Fired], plan: tuple[Step, ...], seed: int
) -> None:
    worse = tuple(compose(plan, fired, lambda name: Random(f"{seed}/{name}")))

    result = run(worse)

    assert result.progress.ended in ("end", "hangup")
    assert result.progress.wire_bytes == len(result.heard)
    at = 0
    for step in worse:
        if isinstance(step, Chunk | Raw):
            at = result.heard.find(step.data, at)
            assert at >= 0, "a byte is missing, or out of its order"
            at += len(step.data)
    frames = [step for step in worse if isinstance(step, Chunk)]
    assert result.progress.bytes == sum(len(frame.data) for frame in frames)
    assert result.progress.chunks == sum(frame.ends for frame in frames)
    assert result.progress.tokens == sum(frame.tokens for frame in frames)
    assert result.after in (b"", WHOLE_OK)

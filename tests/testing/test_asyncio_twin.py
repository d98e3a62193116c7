"""asyncio in virtual time: its timers and the twin's waits are of one clock."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import anthropic
import httpx2
import pytest

from simtwin.testing import VirtualTwin

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


def test_asyncio_waits_an_hour_in_no_time() -> None:
    began = time.perf_counter()
    with VirtualTwin(script="429(retry_after=1800)*2; ok") as twin:

        async def main() -> None:
            client = twin.anthropic()
            await client.messages.create(**HELLO)
            await asyncio.sleep(400)
            await client.close()

        twin.run_asyncio(main())

        assert twin.now == 4_000
        assert len(twin.attempts) == 3
    assert time.perf_counter() - began < 60


def test_timers_of_asyncio_and_waits_of_the_twin_come_in_their_order() -> None:
    told: list[tuple[str, float]] = []
    with VirtualTwin(script="latency(seconds=30)*2; hang") as twin:

        async def ask(client: anthropic.AsyncAnthropic, name: str, after: float) -> None:
            await asyncio.sleep(after)
            await client.messages.create(**HELLO)
            told.append((name, twin.now))

        async def tick() -> None:
            await asyncio.sleep(31)
            told.append(("tick", twin.now))

        async def main() -> None:
            async with twin.anthropic() as client:
                await asyncio.gather(ask(client, "b", 2), ask(client, "a", 0), tick())
                with pytest.raises(TimeoutError):
                    async with asyncio.timeout(5):
                        await client.messages.create(**HELLO)
                told.append(("late", twin.now))

        twin.run_asyncio(main())

    assert told == [("a", 30), ("tick", 31), ("b", 32), ("late", 37)]


def test_a_stream_that_is_reset_fails_in_asyncio_as_on_a_real_socket() -> None:
    with VirtualTwin(script="disconnect(after_events=3, reset=true)") as twin:

        async def main() -> None:
            async with twin.anthropic() as client:
                with pytest.raises(httpx2.ReadError):
                    async with client.messages.stream(**HELLO) as stream:
                        await stream.get_final_message()

        twin.run_asyncio(main())


def test_a_cancelled_task_of_asyncio_leaves_the_twin() -> None:
    with VirtualTwin(script="hang") as twin:

        async def main() -> None:
            async with twin.anthropic() as client:
                task = asyncio.create_task(client.messages.create(**HELLO))
                await asyncio.sleep(3)
                task.cancel()
                await asyncio.wait([task])

        twin.run_asyncio(main())
        (attempt,) = twin.attempts

    assert (attempt.began, attempt.ended) == (0, 3)
    assert attempt.entry.closed_by == "client"


def test_work_in_another_thread_is_waited_for() -> None:
    with VirtualTwin() as twin:

        async def main() -> int:
            return await asyncio.to_thread(sum, [1, 2])

        assert twin.run_asyncio(main()) == 3


def test_an_error_in_asyncio_comes_out() -> None:
    with VirtualTwin() as twin:

        async def main() -> None:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            twin.run_asyncio(main())

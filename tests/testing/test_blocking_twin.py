"""A client that blocks, in virtual time: the twin moves only while somebody waits for it."""

from __future__ import annotations

import threading
import time
from typing import Any

import anthropic
import httpx
import httpx2
import pytest
import trio

from simtwin.testing import NotEnteredError, VirtualTwin
from simtwin.testing.turns import TurnError

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


def test_a_blocking_client_waits_an_hour_in_no_time() -> None:
    began = time.perf_counter()
    with VirtualTwin(script="429(retry_after=1800)*2; ok") as twin:
        message = twin.blocking_anthropic().messages.create(**HELLO)

        assert twin.now == 3600
        assert len(twin.attempts) == 3
        assert twin.calls[0].waits == (1800, 1800)
        assert message.stop_reason is not None
    assert time.perf_counter() - began < 60


def test_clocks_and_sleeps_of_its_thread_are_virtual_inside_the_block_alone() -> None:
    real = (time.time, time.monotonic, time.sleep)
    with VirtualTwin(start=1_900_000_000) as twin:
        time.sleep(86_400)
        assert (twin.now, time.time(), time.monotonic()) == (86_400, 1_900_086_400, 86_400)
        elsewhere: list[float] = []
        thread = threading.Thread(target=lambda: elsewhere.append(time.time()))
        thread.start()
        thread.join()
    assert (time.time, time.monotonic, time.sleep) == real
    assert elsewhere[0] < 1_900_000_000


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("disconnect(after_events=3, reset=true)", httpx2.ReadError),
        ("disconnect(after_events=3)", httpx2.RemoteProtocolError),
        ("stall(after_events=3, seconds=900)", httpx2.ReadTimeout),
    ],
)
def test_a_blocking_stream_fails_as_on_a_real_socket(script: str, error: type[Exception]) -> None:
    with VirtualTwin(script=script) as twin:
        client = twin.blocking_anthropic(timeout=600.0)
        with pytest.raises(error), client.messages.stream(**HELLO) as stream:
            stream.get_final_message()


def test_a_read_times_out_when_its_time_is_over() -> None:
    with VirtualTwin(script="hang") as twin:
        with pytest.raises(anthropic.APITimeoutError):
            twin.blocking_anthropic(timeout=20.0, max_retries=0).messages.create(**HELLO)

        assert twin.now == 20


def test_any_blocking_client_of_httpx_is_let_in() -> None:
    with VirtualTwin(script="529; ok") as twin:
        client = httpx.Client(
            transport=twin.blocking_transport("httpx"),
            base_url=twin.base_url,
            headers={"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"},
        )
        with client:
            statuses = [client.post("/v1/messages", json=HELLO).status_code for _ in range(2)]

    assert statuses == [529, 200]


def test_one_thread_alone_talks_to_the_twin() -> None:
    refused: list[BaseException | None] = []

    def other(twin: VirtualTwin) -> None:
        try:
            twin.blocking_anthropic(max_retries=0).messages.create(**HELLO)
        except anthropic.APIConnectionError as error:
            refused.append(error.__cause__)

    with VirtualTwin() as twin:
        thread = threading.Thread(target=other, args=(twin,))
        thread.start()
        thread.join()

    (error,) = refused
    assert isinstance(error, TurnError)
    assert "one thread alone" in str(error)


def test_what_a_client_does_after_the_block_is_refused() -> None:
    with VirtualTwin() as twin:
        client = twin.blocking_anthropic(max_retries=0)
    with pytest.raises(anthropic.APIConnectionError) as refused:
        client.messages.create(**HELLO)

    assert isinstance(refused.value.__cause__, TurnError)


def test_an_asynchronous_client_is_for_a_loop() -> None:
    with VirtualTwin() as twin, pytest.raises(NotEnteredError, match="blocking_anthropic"):
        twin.anthropic()


def test_an_error_of_the_test_comes_out_and_the_loop_ends() -> None:
    threads = threading.active_count()
    with pytest.raises(ZeroDivisionError), VirtualTwin():
        raise ZeroDivisionError

    assert threading.active_count() == threads


async def test_a_twin_entered_in_a_loop_has_no_blocking_client(autojump_clock: object) -> None:
    async with VirtualTwin() as twin:
        await trio.lowlevel.checkpoint()
        with pytest.raises(NotEnteredError, match="plain `with`"):
            twin.blocking_anthropic()

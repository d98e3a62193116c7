"""The twin in virtual time: waits cost nothing, clocks agree, and the same seed says the same."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx
import httpx2
import openai
import pytest
import trio
import trio.testing

from simtwin.core.fault import SettingsError
from simtwin.testing import NotEnteredError, RealClockError, VirtualTwin, run

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}
SEVERAL = "529; latency(seconds=2); disconnect(after_events=3); ok*3; 429(retry_after=3)"


async def test_three_waits_of_half_a_minute_take_ninety_seconds_that_nobody_waits(
    autojump_clock: trio.testing.MockClock,
) -> None:
    began = time.perf_counter()
    async with VirtualTwin(script="429(retry_after=30)*3; ok", seed=7) as twin:
        client = twin.anthropic(max_retries=3)

        message = await client.messages.create(**HELLO)

        assert twin.now == 90
        assert len(twin.attempts) == 4
        assert [call.waits for call in twin.calls] == [(30, 30, 30)]
        assert twin.usage["output_tokens"] == message.usage.output_tokens
    assert time.perf_counter() - began < 60


def test_run_brings_the_clock_that_a_virtual_twin_needs() -> None:
    async def use() -> float:
        async with VirtualTwin(script="429(retry_after=60); ok") as twin:
            await twin.anthropic().messages.create(**HELLO)
            return twin.now

    assert run(use) == 60


async def test_under_a_real_clock_there_is_one_clear_error() -> None:
    with pytest.raises(RealClockError, match="autojump_clock"):
        async with VirtualTwin():
            pass


async def test_what_is_wrong_with_a_script_is_said_before_anything_runs() -> None:
    with pytest.raises(SettingsError, match="no setting 'second'"):
        VirtualTwin(script="stall(second=3)")


async def test_settings_change_for_the_next_request(autojump_clock: trio.testing.MockClock) -> None:
    async with VirtualTwin() as twin:
        client = twin.anthropic(max_retries=0)
        twin.replies({"text": "Aye."})
        said = await client.messages.create(**HELLO)
        twin.script("400")
        with pytest.raises(anthropic.BadRequestError):
            await client.messages.create(**HELLO)
        twin.script(None)
        twin.rules({"when": {"first": 1}, "refuse": {"status": 503}})
        with pytest.raises(anthropic.InternalServerError):
            await client.messages.create(**HELLO)
        with pytest.raises(SettingsError, match="no profile"):
            twin.profile("none_such")

    assert said.content[0].text == "Aye."


async def test_wall_time_dates_and_waits_agree(autojump_clock: trio.testing.MockClock) -> None:
    script = "429(retry_after=90, retry_after_form=date); ok"
    async with VirtualTwin(script=script, start=1_900_000_000) as twin:
        response = await twin.anthropic().messages.with_raw_response.create(**HELLO)

        assert twin.now == 90
        assert time.time() == 1_900_000_090
        assert time.monotonic() == 90
        assert response.headers["date"] == "Sun, 17 Mar 2030 17:48:10 GMT"
    assert time.time() != 1_900_000_090


async def test_process_clocks_are_left_alone_where_they_are_not_wanted(
    autojump_clock: trio.testing.MockClock,
) -> None:
    real = time.time
    async with VirtualTwin(wall_clock=False):
        assert time.time is real


async def test_an_error_of_the_test_comes_out_as_it_was_raised(
    autojump_clock: trio.testing.MockClock,
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with VirtualTwin():
            raise ZeroDivisionError


async def test_a_twin_can_be_entered_again_and_begins_anew(
    autojump_clock: trio.testing.MockClock,
) -> None:
    twin = VirtualTwin(script="529; ok")
    seen = []
    for _ in range(2):
        async with twin:
            await twin.anthropic().messages.create(**HELLO)
            seen.append((len(twin.attempts), twin.now))
    with pytest.raises(NotEnteredError):
        _ = twin.now

    assert seen[0] == seen[1]
    assert seen[0][0] == 2


async def test_a_twin_is_entered_once_at_a_time(autojump_clock: trio.testing.MockClock) -> None:
    async with VirtualTwin() as twin:
        with pytest.raises(RuntimeError, match="entered already"):
            await twin.__aenter__()


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("disconnect(after_events=3, reset=true)", httpx2.ReadError),
        ("disconnect(after_events=3)", httpx2.RemoteProtocolError),
        ("stall(after_events=3, seconds=900)", httpx2.ReadTimeout),
    ],
)
async def test_a_reset_a_close_and_silence_are_told_apart(
    script: str, error: type[Exception], autojump_clock: trio.testing.MockClock
) -> None:
    async with VirtualTwin(script=script) as twin:
        with pytest.raises(error):
            async with twin.anthropic(timeout=600.0).messages.stream(**HELLO) as stream:
                await stream.get_final_message()


async def test_connections_can_be_refused(autojump_clock: trio.testing.MockClock) -> None:
    async with VirtualTwin() as twin:
        twin.refusing = True
        with pytest.raises(anthropic.APIConnectionError):
            await twin.anthropic(max_retries=1).messages.create(**HELLO)
        twin.refusing = False
        await twin.anthropic().messages.create(**HELLO)

        assert len(twin.attempts) == 1


def test_a_gateway_that_restarts_refuses_connections_and_then_sends_pages() -> None:
    with VirtualTwin(profiles=["restart"]) as twin:
        met: list[object] = []
        for _ in range(9):
            try:
                with httpx2.Client(
                    transport=twin.blocking_transport(), base_url=twin.base_url
                ) as client:
                    headers = {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"}
                    met.append(client.post("/v1/messages", json=HELLO, headers=headers).status_code)
            except httpx2.TransportError as error:
                met.append(type(error))
            twin.sleep(1)

    refused, reset = [httpx2.ConnectError] * 3, [httpx2.ReadError]
    assert met == [*refused, *reset, 502, 503, 200, 529, 200]


async def test_another_key_has_a_schedule_of_its_own(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="529; ok") as twin:
        other = twin.add_key()
        await twin.anthropic().messages.create(**HELLO)
        with pytest.raises(anthropic.InternalServerError):
            await twin.anthropic(api_key=other, max_retries=0).messages.create(**HELLO)
        await twin.reset()

        assert twin.attempts == ()


async def test_openais_client_meets_the_same_refusals(
    autojump_clock: trio.testing.MockClock,
) -> None:
    rule = {"refuse": {"status": 429, "retry_after": 20}}
    async with VirtualTwin(rules=[rule]) as twin:
        with pytest.raises(openai.RateLimitError):
            await twin.openai(max_retries=2).chat.completions.create(
                model="claude-sonnet-4-6", messages=[{"role": "user", "content": "Hello"}]
            )

        assert twin.now == 40
        assert len(twin.attempts) == 3


async def test_clients_of_either_http_library_are_let_in(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="disconnect(reset=true); ok*2") as twin:
        headers = {"x-api-key": twin.api_key, "anthropic-version": "2023-06-01"}
        options: dict[str, Any] = {"base_url": twin.base_url, "headers": headers}
        async with httpx.AsyncClient(transport=twin.transport("httpx"), **options) as old:
            with pytest.raises(httpx.ReadError):
                await old.post("/v1/messages", json=HELLO)
            assert (await old.post("/v1/messages", json=HELLO)).is_success
        async with httpx2.AsyncClient(transport=twin.transport(), **options) as new:
            assert (await new.post("/v1/messages", json=HELLO)).is_success


def transcript(seed: int) -> list[bytes]:
    """The journal of five clients side by side, byte for byte."""

    async def client(twin: VirtualTwin, number: int) -> None:
        sdk = twin.anthropic(max_retries=4)
        for turn in range(3):
            request = {**HELLO, "messages": [{"role": "user", "content": f"{number}/{turn}"}]}
            try:
                async with sdk.messages.stream(**request) as stream:
                    await stream.get_final_message()
            except httpx2.RemoteProtocolError:
                await trio.sleep(random.random())  # what a client's own jitter does

    async def main() -> list[bytes]:
        rules: list[dict[str, Any]] = [
            {"when": {"chance": 0.3}, "refuse": {"status": 529}},
            {"when": {"chance": 0.2}, "disconnect": {"after_events": 4}},
            {"latency": {"seconds": 2, "jitter": 0.5}},
        ]
        async with VirtualTwin(rules=rules, seed=seed, settings={"pace": "real"}) as twin:
            async with trio.open_nursery() as nursery:
                for number in range(5):
                    nursery.start_soon(client, twin, number)
            stranger = twin.anthropic(api_key="sk-ant-nobody", max_retries=0)
            with pytest.raises(anthropic.AuthenticationError) as refused:
                await stranger.messages.create(**HELLO)
            return [*twin.lines(), str(refused.value).encode()]

    return run(main, seed=seed)


def test_a_transcript_repeats_byte_for_byte_with_clients_side_by_side() -> None:
    once = transcript(7)

    assert len(once) > 15
    assert transcript(7) == once
    assert transcript(8) != once


async def test_nothing_takes_a_thread(
    autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread takes real time, in which a virtual clock jumps."""

    async def forbidden(*_args: object, **_options: object) -> None:
        pytest.fail("a thread was asked for")

    monkeypatch.setattr(trio.to_thread, "run_sync", forbidden)
    async with VirtualTwin(script="529; ok*9") as twin:
        client = twin.anthropic()
        await client.messages.create(**HELLO)
        async with client.messages.stream(**HELLO) as stream:
            await stream.get_final_message()
        await client.models.list()
        await client.messages.count_tokens(model=HELLO["model"], messages=HELLO["messages"])


async def test_a_stream_arrives_event_by_event_at_its_pace(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def times(events: AsyncIterator[Any], twin: VirtualTwin) -> list[float]:
        return [twin.now async for _ in events]

    script = "pace(tokens_per_second=1)"
    async with VirtualTwin(script=script) as twin:
        events = await twin.anthropic().messages.create(**HELLO, stream=True)
        heard = await times(events, twin)

    assert heard == sorted(heard)
    assert len(set(heard)) > 5


async def test_a_client_that_is_cancelled_leaves_nothing_under_way(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="hang") as twin:
        with trio.move_on_after(5):
            await twin.anthropic().messages.create(**HELLO)
        await trio.testing.wait_all_tasks_blocked()
        (attempt,) = twin.attempts

    assert attempt.failed
    assert (attempt.began, attempt.ended) == (0, 5)

"""What the official SDK keeps to whatever happens, and where it is known not to.

The showcase of the room for tests: each example is a script that Hypothesis makes up, an hour of it
takes milliseconds, and what fails shrinks to the one fault that matters.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import anthropic
import attrs
import msgspec
import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from simtwin.testing import VirtualTwin, run, strategies
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Call

MAX_RETRIES = 3
TIMEOUT = 600.0
#: The SDK's longest backoff, in seconds (anthropic 2.12.0, `_base_client`).
MAX_BACKOFF = 8.0
#: A date is in whole seconds, and is read some microseconds after it was written.
SLACK = 1e-3

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "Hello"}],
}


@attrs.frozen
class Played:
    """One call of the SDK under a script: what it tried, what it got, and how long it took."""

    call: Call
    got: anthropic.types.Message | Exception
    took: float


def play(script: str, *, stream: bool, request: dict[str, Any] | None = None) -> Played:
    async def main() -> Played:
        async with VirtualTwin(script=script, seed=7) as twin:
            client = twin.anthropic(max_retries=MAX_RETRIES, timeout=TIMEOUT)
            try:
                if stream:
                    async with client.messages.stream(**(request or HELLO)) as events:
                        got: anthropic.types.Message | Exception = await events.get_final_message()
                else:
                    got = await client.messages.create(**(request or HELLO))
            except Exception as error:  # noqa: BLE001  # what the SDK raises is what is looked at
                got = error
            took = twin.now
            await trio.testing.wait_all_tasks_blocked()
            return Played(Call(twin.attempts), got, took)

    return run(main, seed=7)


def told_waits(call: Call) -> list[tuple[float, float]]:
    """How long the client was told to wait, and how long it did."""
    return [
        (attempt.retry_after, wait)
        for attempt, wait in zip(call.attempts, call.waits, strict=False)
        if attempt.retry_after is not None
    ]


anything = given(script=strategies.scripts(), stream=st.booleans())


@anything
def test_it_never_comes_back_before_it_was_told_to(script: str, stream: bool) -> None:
    played = play(script, stream=stream)

    assert all(waited >= told - SLACK for told, waited in told_waits(played.call))


@anything
def test_it_tries_no_more_often_than_it_may(script: str, stream: bool) -> None:
    assert len(play(script, stream=stream).call.attempts) <= MAX_RETRIES + 1


@given(status=st.sampled_from((400, 401, 402, 403, 404, 405, 413, 422)), stream=st.booleans())
def test_what_cannot_succeed_is_asked_once(status: int, stream: bool) -> None:
    played = play(f"{status}", stream=stream)

    assert isinstance(played.got, anthropic.APIStatusError)
    assert len(played.call.attempts) == 1


@given(script=strategies.scripts(), stream=st.booleans(), request=strategies.requests())
def test_the_usage_that_it_tells_is_the_usage_that_was_booked(
    script: str, stream: bool, request: dict[str, Any]
) -> None:
    played = play(script, stream=stream, request=request)
    last = played.call.attempts[-1]

    if isinstance(played.got, anthropic.types.Message) and not last.failed:
        assert played.got.usage.output_tokens == last.usage["output_tokens"]
        assert played.got.usage.input_tokens == last.usage["input_tokens"]


def longest(attempts: tuple[Attempt, ...]) -> float:
    """By when a call that times out, waits as it was told, and backs off must be over."""
    told = sum(attempt.retry_after or MAX_BACKOFF for attempt in attempts[:-1])
    # Of one attempt head and stream may each take as long as a read may, event after event.
    reads = sum(2 + attempt.entry.sent_events for attempt in attempts)
    return told + reads * TIMEOUT


@anything
def test_it_is_over_when_its_time_is_over(script: str, stream: bool) -> None:
    played = play(script, stream=stream)

    assert played.took <= longest(played.call.attempts)


GAPS = {
    # A timeout is per read: what trickles never runs into one (evidence 22, 27).
    "pings(seconds=3000, interval_seconds=500)": True,
    "drip(bytes=1, seconds=2)": False,
}


@pytest.mark.parametrize(("script", "stream"), GAPS.items())
def test_what_trickles_outlasts_every_timeout(script: str, stream: bool) -> None:
    """A known gap of the SDK; a fixed one fails here."""
    played = play(script, stream=stream)

    assert played.took > TIMEOUT
    assert len(played.call.attempts) == 1


def test_a_wait_without_end_is_waited() -> None:
    """Likewise: the SDK sleeps for as long as `retry-after: inf` says, cut to 49 days."""
    played = play('429(retry_after_raw="inf"); ok', stream=False)

    assert played.took > 86_400 * 49


def test_a_stream_that_ends_without_its_last_event_is_taken_for_whole() -> None:
    """Likewise (evidence 11 and 12)."""
    played = play('truncate(before_event="message_delta")', stream=True)

    assert isinstance(played.got, anthropic.types.Message)
    assert played.got.stop_reason is None


def test_an_overload_inside_a_stream_is_not_tried_again() -> None:
    """Likewise (evidence 1 and 2): nor is it of the class that a 529 is."""
    played = play("error_event(after_events=2)", stream=True)

    assert isinstance(played.got, anthropic.APIStatusError)
    assert played.got.status_code == 200
    assert len(played.call.attempts) == 1


@given(script=strategies.scripts(), stream=st.booleans())
def test_the_same_script_is_the_same_transcript(script: str, stream: bool) -> None:
    once, again = (play(script, stream=stream) for _ in range(2))

    assert [msgspec.json.encode(a.entry) for a in once.call.attempts] == [
        msgspec.json.encode(a.entry) for a in again.call.attempts
    ]


@settings(max_examples=20)
@given(when=strategies.interleavings(clients=3, calls=3), script=strategies.scripts(max_faults=6))
def test_clients_side_by_side_are_each_bounded(
    when: tuple[tuple[float, ...], ...], script: str
) -> None:
    async def client(twin: VirtualTwin, number: int, pauses: tuple[float, ...]) -> None:
        sdk = twin.anthropic(max_retries=1, timeout=TIMEOUT)
        for turn, pause in enumerate(pauses):
            await trio.sleep(pause)
            question = {"role": "user", "content": f"{number}/{turn}"}
            # A cut body may be any error of any library: only that it is over counts here.
            with suppress(Exception):
                await sdk.messages.create(**{**HELLO, "messages": [question]})

    async def main() -> int:
        async with VirtualTwin(script=f"{script}; loop") as twin:
            async with trio.open_nursery() as nursery:
                for number, pauses in enumerate(when):
                    nursery.start_soon(client, twin, number, pauses)
            return max(len(call.attempts) for call in twin.calls)

    assert run(main) <= 2

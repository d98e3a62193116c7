"""Answers that come slowly arrive when they are due, to the client's own clock.

Nothing is early: a client's clock starts before the twin's, and no wait is ever too short. What is
late is late by itself alone, since waits count from the beginning of the answer.
"""

from __future__ import annotations

import time
from statistics import median

import attrs
from anthropic import Anthropic, AsyncAnthropic
from anthropic.types import RawMessageStreamEvent
from live.served import SLACK, Key
from live.ways import ASKED

from simtwin.api.tokens import pieces

SPEED = 20.0
TOKENS = 40
#: Long enough to be cut at `max_tokens`, so that it has as many tokens as are counted on here.
TRICKLED = {
    **ASKED,
    "max_tokens": TOKENS,
    "messages": [{"role": "user", "content": "Write a story of 500 words."}],
}

#: A piece is read some 10 ms after it is due. The machine has other things to do now and then, which
#: may hold up any one of them by `SLACK`, but not half of them by more than this.
USUALLY = 0.5


@attrs.define
class Arrivals:
    """When the pieces of a text came, and how late each was."""

    began: float = attrs.field(factory=time.monotonic)
    heard: int = 0
    late: list[float] = attrs.field(factory=list)
    ended: float = 0.0

    def hear(self, event: RawMessageStreamEvent) -> None:
        self.ended = time.monotonic() - self.began
        if event.type == "content_block_delta" and event.delta.type == "text_delta":
            self.heard += len(pieces(event.delta.text))
            self.late.append(self.ended - self.heard / SPEED)


def on_time(arrivals: Arrivals) -> bool:
    """Whether every piece came when its last token was written, and the end with the last one."""
    late = arrivals.late
    return (
        arrivals.heard == TOKENS
        and min(late) >= 0
        and median(late) < USUALLY
        and max(late) < SLACK
        and TOKENS / SPEED <= arrivals.ended < TOKENS / SPEED + SLACK
    )


def test_a_trickle_arrives_on_time(key: Key, sdk: Anthropic) -> None:
    key.set(rules=[{"pace": {"tokens_per_second": SPEED}}])
    arrivals = Arrivals()

    with sdk.messages.create(**TRICKLED, stream=True) as stream:
        for event in stream:
            arrivals.hear(event)

    assert on_time(arrivals), arrivals


async def test_a_trickle_arrives_on_time_asynchronously(
    key: Key, async_sdk: AsyncAnthropic
) -> None:
    key.set(rules=[{"pace": {"tokens_per_second": SPEED}}])
    arrivals = Arrivals()

    async with await async_sdk.messages.create(**TRICKLED, stream=True) as stream:
        async for event in stream:
            arrivals.hear(event)

    assert on_time(arrivals), arrivals


def test_a_pace_lets_the_first_event_and_a_whole_message_wait(key: Key, sdk: Anthropic) -> None:
    key.set(pace="steady")
    began = time.monotonic()

    with sdk.messages.create(**TRICKLED, stream=True) as stream:
        headed = time.monotonic() - began
        events = list(stream)
    streamed = time.monotonic() - began
    message = sdk.messages.create(**TRICKLED)
    whole = time.monotonic() - began - streamed

    # 0.3 s to the first token, and 80 a second from there.
    assert 0.3 <= headed < 0.3 + SLACK
    assert 0.8 <= streamed < 0.8 + SLACK
    assert 0.8 <= whole < 0.8 + SLACK
    assert message.usage.output_tokens == TOKENS
    assert events[-1].type == "message_stop"

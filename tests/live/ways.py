"""The SDK asked for a message, in each of the three ways that it has, and what it made of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import anthropic
import attrs
import httpx2
from live.served import NOBODY, Key

#: Of a client that is not meant to give up: longer than anything takes, shorter than patience.
TIMEOUT = 20.0

#: A call; a `stream=True` response that is iterated; the helper `messages.stream()`.
WAYS = ("create", "raw", "helper")

ASKED: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "What is a twin?"}],
}


@attrs.frozen
class Outcome:
    """What came of a request.

    Args:
        error: the class of what was raised, None where the SDK saw nothing wrong.
        cause: of an error of the SDK's own, the class of what it was raised from.
        stop_reason: of the message; None also where there is none.
        events: how many events came before the end or the error, where they were iterated.
    """

    error: type[BaseException] | None = None
    cause: type[BaseException] | None = None
    stop_reason: str | None = None
    events: int | None = None


class Attempts:
    """What a client sent and was told, attempt by attempt, by its own clock.

    Attributes:
        sent: when each request left, and `heads` when each head was there (`time.monotonic`).
        dates: the latter as Unix times.
        statuses: what was answered, and `retry_after` what was said there.
    """

    def __init__(self) -> None:
        self.sent: list[float] = []
        self.heads: list[float] = []
        self.dates: list[float] = []
        self.statuses: list[int] = []
        self.retry_after: list[str | None] = []

    @property
    def waits(self) -> list[float]:
        """Seconds from each head to the next request: what the SDK slept, and never less."""
        return [sent - head for head, sent in zip(self.heads, self.sent[1:], strict=False)]

    def request(self, _: httpx2.Request) -> None:
        self.sent.append(time.monotonic())

    def response(self, response: httpx2.Response) -> None:
        self.heads.append(time.monotonic())
        self.dates.append(time.time())
        self.statuses.append(response.status_code)
        self.retry_after.append(response.headers.get("retry-after"))

    async def async_request(self, request: httpx2.Request) -> None:
        self.request(request)

    async def async_response(self, response: httpx2.Response) -> None:
        self.response(response)


def client(key: Key, attempts: Attempts | None = None, **options: Any) -> anthropic.Anthropic:
    """The SDK as users have it, but deaf to the proxies that an environment may name."""
    told = attempts or Attempts()
    http = anthropic.DefaultHttpxClient(
        trust_env=False,
        verify=NOBODY,
        event_hooks={"request": [told.request], "response": [told.response]},
    )
    settings = {"api_key": key.api_key, "base_url": key.base_url, "timeout": TIMEOUT, **options}
    return anthropic.Anthropic(http_client=http, **settings)


def async_client(
    key: Key, attempts: Attempts | None = None, **options: Any
) -> anthropic.AsyncAnthropic:
    """The same, asynchronous."""
    told = attempts or Attempts()
    http = anthropic.DefaultAsyncHttpxClient(
        trust_env=False,
        verify=NOBODY,
        event_hooks={"request": [told.async_request], "response": [told.async_response]},
    )
    settings = {"api_key": key.api_key, "base_url": key.base_url, "timeout": TIMEOUT, **options}
    return anthropic.AsyncAnthropic(http_client=http, **settings)


def ask(sdk: anthropic.Anthropic, way: str, **options: Any) -> tuple[Outcome, Exception | None]:
    """Ask once; what came of it, and the exception itself."""
    asked, events = {**ASKED, **options}, []
    try:
        match way:
            case "create":
                message = sdk.messages.create(**asked)
                return Outcome(stop_reason=message.stop_reason), None
            case "raw":
                with sdk.messages.create(**asked, stream=True) as stream:
                    for event in stream:
                        events.append(event)  # noqa: PERF402  # those before an error count too
                return read(events), None
            case _:
                with sdk.messages.stream(**asked) as helper:
                    reason = helper.get_final_message().stop_reason
                return Outcome(stop_reason=reason), None
    except Exception as error:  # noqa: BLE001  # whatever it is, is what came of it
        return failed(error, len(events) if way == "raw" else None), error


async def ask_async(
    sdk: anthropic.AsyncAnthropic, way: str, **options: Any
) -> tuple[Outcome, Exception | None]:
    """The same by the asynchronous client."""
    asked, events = {**ASKED, **options}, []
    try:
        match way:
            case "create":
                message = await sdk.messages.create(**asked)
                return Outcome(stop_reason=message.stop_reason), None
            case "raw":
                async with await sdk.messages.create(**asked, stream=True) as stream:
                    async for event in stream:
                        events.append(event)  # noqa: PERF401  # those before an error count too
                return read(events), None
            case _:
                async with sdk.messages.stream(**asked) as helper:
                    reason = (await helper.get_final_message()).stop_reason
                return Outcome(stop_reason=reason), None
    except Exception as error:  # noqa: BLE001  # whatever it is, is what came of it
        return failed(error, len(events) if way == "raw" else None), error


def read(events: Sequence[Any]) -> Outcome:
    """Events that came to an end of their own."""
    reasons = [event.delta.stop_reason for event in events if event.type == "message_delta"]
    return Outcome(stop_reason=reasons[-1] if reasons else None, events=len(events))


def failed(error: BaseException, events: int | None = None) -> Outcome:
    """What was raised."""
    below = error.__cause__ if isinstance(error, anthropic.APIError) else None
    return Outcome(type(error), None if below is None else type(below), events=events)

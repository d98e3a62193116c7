"""OpenAI's own client, unmodified, and what it makes of the twin: in virtual time."""

from __future__ import annotations

import json
from typing import Any

import openai
import pytest
import trio.testing

from simtwin.testing import VirtualTwin
from simtwin.testing.clock import START

MODEL = "claude-sonnet-4-6"
HELLO: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"],
        },
    },
}

#: The client leaves its own generators where they are once it has read `[DONE]`.
pytestmark = [
    pytest.mark.filterwarnings("ignore:Async generator 'openai:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Async generator 'http:ResourceWarning"),
]


def client(twin: VirtualTwin, retries: int = 0, **options: Any) -> openai.AsyncOpenAI:
    return twin.openai(max_retries=retries, _strict_response_validation=True, **options)


async def read(sdk: openai.AsyncOpenAI, **fields: Any) -> list[Any]:
    stream = await sdk.chat.completions.create(**{**HELLO, **fields}, stream=True)
    return [chunk async for chunk in stream]


def told(chunks: list[Any]) -> str:
    return "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)


async def test_a_completion_and_its_stream_say_what_a_message_says(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin() as twin:
        message = await twin.anthropic().messages.create(**HELLO, max_tokens=1_000)
        whole = await client(twin).chat.completions.create(**HELLO, max_tokens=1_000)
        chunks = await read(client(twin), max_tokens=1_000, stream_options={"include_usage": True})

        text = message.content[0]
        assert text.type == "text"
        assert whole.choices[0].message.content == text.text
        assert told(chunks) == text.text
        assert whole.usage is not None
        assert whole.usage.prompt_tokens == message.usage.input_tokens
        assert whole.usage.completion_tokens == message.usage.output_tokens
        assert chunks[-1].usage == whole.usage
        assert [whole.created, chunks[0].created] == [int(START)] * 2


async def test_what_it_costs_is_booked_as_for_a_message(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin() as twin:
        await twin.anthropic().messages.create(**HELLO, max_tokens=1_000)
        await read(client(twin), max_tokens=1_000)

        by_message, by_completion = (json.loads(line) for line in twin.lines())
        for name in ("usage", "fingerprint", "messages", "emitted", "planned_tokens", "whole"):
            assert by_completion[name] == by_message[name], name
        assert by_completion["endpoint"] == "chat_completions"


async def test_a_tool_is_called_and_its_answer_taken(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin() as twin:
        sdk = client(twin)
        asked = {**HELLO, "tools": [TOOL]}
        first = await sdk.chat.completions.create(**asked, tool_choice="required")
        said = first.choices[0].message
        assert said.tool_calls is not None
        (call,) = said.tool_calls
        assert call.type == "function"
        assert json.loads(call.function.arguments).keys() == {"city", "days"}
        assert first.choices[0].finish_reason == "tool_calls"

        result = {"role": "tool", "tool_call_id": call.id, "content": "It rains."}
        messages = [*HELLO["messages"], said.model_dump(exclude_none=True), result]
        second = await sdk.chat.completions.create(**{**asked, "messages": messages})

        assert second.choices[0].finish_reason in ("stop", "tool_calls")


async def test_the_clients_own_helper_puts_a_streamed_call_together(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin() as twin:
        sdk = client(twin)
        async with sdk.chat.completions.stream(
            **HELLO, tools=[TOOL], tool_choice="required"
        ) as stream:
            final = await stream.get_final_completion()

        calls = final.choices[0].message.tool_calls
        assert calls is not None
        (call,) = calls
        assert json.loads(call.function.arguments).keys() == {"city", "days"}


@pytest.mark.parametrize(
    ("fields", "error", "code", "message"),
    [
        ({"model": "no-model"}, openai.NotFoundError, "not_found_error", "model: no-model"),
        ({"n": 2}, openai.BadRequestError, "invalid_request_error", "n: must be exactly 1"),
        (
            {"messages": []},
            openai.BadRequestError,
            "invalid_request_error",
            "messages: at least one message is required",
        ),
    ],
)
async def test_what_cannot_be_is_refused_in_openais_form(
    autojump_clock: trio.testing.MockClock,
    fields: dict[str, Any],
    error: type[openai.APIStatusError],
    code: str,
    message: str,
) -> None:
    async with VirtualTwin() as twin:
        with pytest.raises(error) as refused:
            await client(twin).chat.completions.create(**{**HELLO, **fields})

        assert refused.value.code == code
        assert refused.value.type == "invalid_request_error"
        assert refused.value.body == {
            "code": code,
            "message": message,
            "type": "invalid_request_error",
            "param": None,
        }


async def test_a_bad_key_is_refused_in_openais_form(autojump_clock: trio.testing.MockClock) -> None:
    async with VirtualTwin() as twin:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client(twin, api_key="sk-nobody").chat.completions.create(**HELLO)

        assert refused.value.code == "authentication_error"


async def test_an_exhausted_limit_is_a_rate_limit_error_with_the_time_to_wait(
    autojump_clock: trio.testing.MockClock,
) -> None:
    limits = {"tier": "scale", "pools": {"claude-sonnet-4.x": {"rpm": 1}}}
    async with VirtualTwin(settings={"limits": limits}) as twin:
        sdk = client(twin)
        await sdk.chat.completions.create(**HELLO)
        with pytest.raises(openai.RateLimitError) as refused:
            await sdk.chat.completions.create(**HELLO)

        headers = refused.value.response.headers
        assert refused.value.code == "rate_limit_error"
        assert int(headers["retry-after"]) > 0
        assert headers["x-ratelimit-limit-requests"] == "1"
        assert headers["x-ratelimit-remaining-requests"] == "0"
        assert headers["x-ratelimit-reset-requests"].endswith("s")


async def test_the_client_waits_as_a_refusal_tells_it_and_uses_up_the_script(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="429(retry_after=20)*2; ok; 529") as twin:
        await client(twin, retries=2).chat.completions.create(**HELLO)
        with pytest.raises(openai.InternalServerError) as refused:
            await client(twin).chat.completions.create(**HELLO)

        assert twin.now == 40
        assert refused.value.code == "overloaded_error"
        assert [attempt.status for attempt in twin.attempts] == [429, 429, 200, 529]


async def test_rules_tell_the_endpoint_and_the_name_of_a_tool(
    autojump_clock: trio.testing.MockClock,
) -> None:
    match = {"endpoint": "chat_completions", "tools": "get_*"}
    async with VirtualTwin(rules=[{"match": match, "refuse": {"status": 500}}]) as twin:
        sdk = client(twin)
        await twin.anthropic().messages.create(**HELLO, max_tokens=10)
        await sdk.chat.completions.create(**HELLO)
        with pytest.raises(openai.InternalServerError):
            await sdk.chat.completions.create(**HELLO, tools=[TOOL])


async def test_an_error_inside_a_stream_is_an_error_of_the_client(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="error_event(after_events=3)") as twin:
        with pytest.raises(openai.APIError) as failed:
            await read(client(twin))

        assert failed.value.code == "overloaded_error"
        assert not isinstance(failed.value, openai.APIStatusError)


@pytest.mark.parametrize(
    ("place", "chunks"),
    [
        ("after_events=4", 4),
        ("before_event=message_delta", None),
        ("before_event=message_stop", None),
        ("at_token=20", None),
    ],
)
async def test_places_are_found_by_the_events_that_chunks_came_of(
    autojump_clock: trio.testing.MockClock, place: str, chunks: int | None
) -> None:
    async with VirtualTwin(script=f"ok; truncate({place})") as twin:
        whole = await read(client(twin))
        cut = await read(client(twin))

        assert 0 < len(cut) <= len(whole)
        assert told(whole).startswith(told(cut))
        assert chunks is None or len(cut) == chunks
        (fired,) = json.loads(list(twin.lines())[-1])["fired"]
        assert fired["outcome"] == "reached"


async def test_a_stream_comes_at_the_pace_of_a_message(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(settings={"pace": "steady"}) as twin:
        await read(client(twin), max_tokens=1_000)
        by_completion = twin.now
        stream = await twin.anthropic().messages.create(**HELLO, max_tokens=1_000, stream=True)
        async for _ in stream:
            pass

        assert by_completion > 0.3
        assert twin.now - by_completion == pytest.approx(by_completion, abs=0.02)


async def test_pings_are_comments_that_the_client_passes_over(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin(script="pings(after_events=2, seconds=60)") as twin:
        chunks = await read(client(twin))

        assert twin.now == 60
        assert all(chunk.object == "chat.completion.chunk" for chunk in chunks)


async def test_a_lane_and_a_script_in_the_base_url_lead_there_too(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with VirtualTwin() as twin:
        sdk = client(twin, base_url=f"{twin.base_url}/_lane/one/_script/529;ok/v1")
        with pytest.raises(openai.InternalServerError):
            await sdk.chat.completions.create(**HELLO)
        await sdk.chat.completions.create(**HELLO)

        assert {attempt.entry.lane for attempt in twin.attempts} == {"one"}

"""The SDK is answered as by the real API: every endpoint that there is, by both fronts of the twin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import jsonschema
import pytest
from anthropic import Anthropic, AsyncAnthropic, NotFoundError
from live.served import NOBODY, Key, Tenant
from live.ways import ASKED, client

TOOL: dict[str, Any] = {
    "name": "book_table",
    "description": "Book a table in a restaurant.",
    "input_schema": {
        "type": "object",
        "properties": {
            "restaurant": {"type": "string", "minLength": 3},
            "guests": {"type": "integer", "minimum": 1, "maximum": 12},
            "place": {"enum": ["inside", "terrace"]},
            "wishes": {"type": "array", "items": {"type": "string"}, "maxItems": 3},
        },
        "required": ["restaurant", "guests", "place"],
        "additionalProperties": False,
    },
}
WITH_TOOL = {**ASKED, "max_tokens": 512, "tools": [TOOL]}
COUNTED = {name: WITH_TOOL[name] for name in ("model", "messages", "tools")}

LIMITS = {
    f"anthropic-ratelimit-{measure}-{part}"
    for measure in ("requests", "input-tokens", "output-tokens", "tokens")
    for part in ("limit", "remaining", "reset")
}


@pytest.fixture(params=["asgi", "quart"])
def twin(request: pytest.FixtureRequest, fronts: Callable[[str], Tenant]) -> Tenant:
    """A twin with each of the two fronts."""
    return fronts(request.param)


@pytest.fixture
def http(key: Key) -> Iterator[httpx2.Client]:
    """A client that sends what it is told and nothing else."""
    with httpx2.Client(base_url=key.base_url, trust_env=False, verify=NOBODY) as plain:
        yield plain


def test_a_message_is_whole_and_its_usage_adds_up(key: Key, sdk: Anthropic) -> None:
    response = sdk.messages.with_raw_response.create(**ASKED)

    message = response.parse()
    (entry,) = key.requests()
    assert message.role == "assistant"
    assert message.model == ASKED["model"]
    assert message.stop_reason == "end_turn"
    assert message.content[0].type == "text"
    assert 0 < message.usage.output_tokens < ASKED["max_tokens"]
    assert entry["usage"]["input_tokens"] == message.usage.input_tokens
    assert entry["usage"]["output_tokens"] == message.usage.output_tokens
    assert set(response.headers) >= LIMITS
    assert response.headers["request-id"] == entry["request"] == message._request_id
    assert response.headers["anthropic-organization-id"] == entry["tenant"]


async def test_so_is_one_that_is_asked_for_asynchronously(async_sdk: AsyncAnthropic) -> None:
    message = await async_sdk.messages.create(**ASKED)
    again = await async_sdk.messages.create(**ASKED)

    assert message.stop_reason == "end_turn"
    assert message.content == again.content
    assert message.usage == again.usage
    assert message.id != again.id


def test_a_stream_says_what_a_message_says(sdk: Anthropic) -> None:
    message = sdk.messages.create(**ASKED)
    with sdk.messages.create(**ASKED, stream=True) as stream:
        events = list(stream)
    with sdk.messages.stream(**ASKED) as helper:
        text = "".join(helper.text_stream)
        streamed = helper.get_final_message()

    assert [event.type for event in (events[0], *events[-2:])] == [
        "message_start",
        "message_delta",
        "message_stop",
    ]
    assert [block.model_dump() for block in message.content] == [
        {"type": "text", "text": text, "citations": None}
    ]
    assert streamed.usage.output_tokens == message.usage.output_tokens
    assert streamed.usage.input_tokens == message.usage.input_tokens
    assert streamed.stop_reason == message.stop_reason


async def test_a_stream_can_be_read_asynchronously(async_sdk: AsyncAnthropic) -> None:
    async with await async_sdk.messages.create(**ASKED, stream=True) as stream:
        events = [event async for event in stream]
    async with async_sdk.messages.stream(**ASKED) as helper:
        text = "".join([piece async for piece in helper.text_stream])
        message = await helper.get_final_message()

    pieces = [event.delta for event in events if event.type == "content_block_delta"]
    assert "".join(piece.text for piece in pieces if piece.type == "text_delta") == text != ""
    assert message.stop_reason == "end_turn"


def test_max_tokens_and_stop_sequences_are_kept_to(sdk: Anthropic) -> None:
    whole = sdk.messages.create(**ASKED)
    assert whole.content[0].type == "text"
    text = whole.content[0].text
    word = text.split()[8]

    short = sdk.messages.create(**{**ASKED, "max_tokens": 7})
    stopped = sdk.messages.create(**ASKED, stop_sequences=[word])

    assert (short.stop_reason, short.usage.output_tokens) == ("max_tokens", 7)
    assert (stopped.stop_reason, stopped.stop_sequence) == ("stop_sequence", word)
    assert stopped.content[0].type == "text"
    assert stopped.content[0].text == text[: text.index(word)]


def test_a_tool_is_called_with_an_input_that_satisfies_its_schema(sdk: Anthropic) -> None:
    message = sdk.messages.create(**WITH_TOOL)
    with sdk.messages.stream(**WITH_TOOL) as stream:
        streamed = stream.get_final_message()

    calls = [block for block in message.content if block.type == "tool_use"]
    assert message.stop_reason == streamed.stop_reason == "tool_use"
    assert {call.name for call in calls} == {TOOL["name"]}
    for call in calls:
        jsonschema.validate(call.input, TOOL["input_schema"])
    assert [call.input for call in calls] == [
        block.input for block in streamed.content if block.type == "tool_use"
    ]


async def test_a_tool_loop_comes_to_an_end(async_sdk: AsyncAnthropic) -> None:
    first = await async_sdk.messages.create(**{**WITH_TOOL, "tool_choice": {"type": "any"}})
    results = [
        {"type": "tool_result", "tool_use_id": block.id, "content": "Booked."}
        for block in first.content
        if block.type == "tool_use"
    ]

    turns: list[Any] = [
        *ASKED["messages"],
        {"role": "assistant", "content": first.content},
        {"role": "user", "content": results},
    ]
    last = await async_sdk.messages.create(**{**WITH_TOOL, "messages": turns})

    assert first.stop_reason == "tool_use"
    assert results
    assert last.stop_reason == "end_turn"


def test_counted_tokens_are_those_of_the_usage(sdk: Anthropic) -> None:
    counted = sdk.messages.count_tokens(**COUNTED)
    plain = sdk.messages.count_tokens(model=ASKED["model"], messages=ASKED["messages"])

    assert sdk.messages.create(**WITH_TOOL).usage.input_tokens == counted.input_tokens
    assert sdk.messages.create(**ASKED).usage.input_tokens == plain.input_tokens
    assert counted.input_tokens > plain.input_tokens > 0


async def test_tokens_are_counted_asynchronously_too(async_sdk: AsyncAnthropic) -> None:
    counted = await async_sdk.messages.count_tokens(**COUNTED)
    message = await async_sdk.messages.create(**WITH_TOOL)

    assert counted.input_tokens == message.usage.input_tokens


def test_models_are_listed_page_by_page_and_found_by_alias(sdk: Anthropic) -> None:
    listed = list(sdk.models.list(limit=5))
    found = sdk.models.retrieve(listed[-1].id)
    by_alias = sdk.models.retrieve("claude-sonnet-4-5")

    assert len(listed) == len({model.id for model in listed}) > 5
    assert found == listed[-1]
    assert by_alias.id == "claude-sonnet-4-5-20250929"
    with pytest.raises(NotFoundError):
        sdk.models.retrieve("claude-0")


async def test_models_are_listed_asynchronously_too(async_sdk: AsyncAnthropic) -> None:
    listed = [model async for model in async_sdk.models.list(limit=5)]
    found = await async_sdk.models.retrieve(listed[0].id)

    assert len(listed) > 5
    assert found == listed[0]


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        ("x-api-key", ""),
        ("X-API-Key", ""),
        ("authorization", "Bearer "),
        ("Authorization", "bearer "),
        ("AUTHORIZATION", "BeArEr "),
    ],
)
def test_a_key_may_come_in_either_header(
    header: str, scheme: str, key: Key, http: httpx2.Client
) -> None:
    headers = {header: f"{scheme}{key.api_key}", "anthropic-version": "2023-06-01"}

    answer = http.post("/v1/messages", json=ASKED, headers=headers)

    assert answer.status_code == 200
    assert answer.json()["type"] == "message"
    assert answer.headers["anthropic-organization-id"] == key.tenant_id


def test_the_sdk_may_send_its_key_as_a_bearer_token(key: Key) -> None:
    with client(key, api_key=None, auth_token=key.api_key) as sdk:
        message = sdk.messages.create(**ASKED)

    assert message.stop_reason == "end_turn"


def test_a_request_without_what_it_needs_is_told_so(key: Key, http: httpx2.Client) -> None:
    version, credentials = {"anthropic-version": "2023-06-01"}, {"x-api-key": key.api_key}

    answers = {
        "no key": http.post("/v1/messages", json=ASKED, headers=version),
        "a wrong key": http.post("/v1/messages", json=ASKED, headers={**version, "x-api-key": "x"}),
        "no version": http.post("/v1/messages", json=ASKED, headers=credentials),
        "no such path": http.get("/v1/nothing", headers={**version, **credentials}),
    }

    told = {what: (answer.status_code, answer.json()) for what, answer in answers.items()}
    assert {what: (status, body["error"]["type"]) for what, (status, body) in told.items()} == {
        "no key": (401, "authentication_error"),
        "a wrong key": (401, "authentication_error"),
        "no version": (400, "invalid_request_error"),
        "no such path": (404, "not_found_error"),
    }
    for what, (_, body) in told.items():
        assert body["request_id"] == answers[what].headers["request-id"]

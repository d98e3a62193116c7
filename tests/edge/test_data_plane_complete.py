"""Text completions on the wire: the same limits, faults and books as for messages."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from virtual import Stage, staged

ASKED: dict[str, Any] = {
    "model": "claude-2.1",
    "max_tokens_to_sample": 64,
    "prompt": "\n\nHuman: Hello\n\nAssistant:",
}


async def complete(stage: Stage, **fields: Any) -> httpx2.Response:
    return await stage.client.post(
        "/v1/complete", headers=stage.headers(), json={**ASKED, **fields}
    )


async def test_a_completion_says_whole_what_it_says_streamed(front: str) -> None:
    async with staged(front) as stage:
        whole = await complete(stage)
        stream = await complete(stage, stream=True)

    frames = [frame.split("\r\n") for frame in stream.text.strip().split("\r\n\r\n")]
    docs = [json.loads(data.removeprefix("data: ")) for _, data in frames]
    texts = [doc["completion"] for doc in docs if doc["type"] == "completion"]
    assert "".join(texts) == whole.json()["completion"]
    assert stream.headers["content-type"] == "text/event-stream; charset=utf-8"


async def test_it_is_booked_and_limited_as_a_message_is(front: str) -> None:
    async with staged(front, tier="tier1") as stage:
        answers = [await complete(stage) for _ in range(60)]
        entries = await stage.entries()
        (used,) = await stage.usage()

    served = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert served
    assert refused
    assert refused[0].json()["error"]["type"] == "rate_limit_error"
    assert int(refused[0].headers["retry-after"]) > 0
    assert {entry["endpoint"] for entry in entries} == {"complete"}
    assert entries[0]["usage"]["input_tokens"] > 0
    assert used["output_tokens"] == sum(entry["usage"]["output_tokens"] for entry in entries)


async def test_it_uses_up_a_script_and_breaks_off_at_a_token(front: str) -> None:
    script = "529; truncate(at_token=5); ok"
    async with staged(front, settings={"script": script}) as stage:
        refused, cut, whole = [await complete(stage, stream=True) for _ in range(3)]

    assert refused.json()["error"]["type"] == "overloaded_error"
    assert whole.text.count('"completion":') > cut.text.count('"completion":') == 5


async def test_what_cannot_be_is_refused_in_its_own_words(front: str) -> None:
    async with staged(front) as stage:
        answer = await complete(stage, prompt="Hello")
        unversioned = await stage.client.post(
            "/v1/complete", headers={"x-api-key": stage.tenant.api_key}, json=ASKED
        )

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("prompt must start with")
    assert unversioned.json()["error"]["message"] == "anthropic-version: header is required"

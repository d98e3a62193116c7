"""What is written down of every request: usage, journal, log and messages."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import trio
import trio.testing
from hearing import hear
from virtual import EPOCH, HELLO, URL, Stage, staged

TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
SECRET = "the-secret-of-another-service"


async def slowly(body: bytes) -> AsyncIterator[bytes]:
    """The body in two halves, five seconds apart."""
    yield body[:40]
    await trio.sleep(5)
    yield body[40:]


async def post(stage: Stage, content: Any, **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await stage.client.post(
        "/v1/messages", headers={**stage.headers(), **named}, content=content
    )


async def test_usage_is_the_sum_of_what_the_answers_said(front: str) -> None:
    async with staged(front) as stage:
        answers = [await stage.create(max_tokens=size) for size in (5, 20, 64)]
        await stage.create(max_tokens=-1)
        await stage.create(model="claude-opus-4-5", stream=True)
        await stage.client.get("/v1/models", headers=stage.headers())
        rows = {row["model"]: row for row in await stage.usage()}

    told = [answer.json()["usage"] for answer in answers]
    sonnet = rows["claude-sonnet-4-6"]
    assert set(rows) == {"claude-sonnet-4-6", "claude-opus-4-5", None}
    assert sonnet["requests"] == {"200": 3, "400": 1}
    assert sonnet["input_tokens"] == sum(usage["input_tokens"] for usage in told)
    assert sonnet["output_tokens"] == sum(usage["output_tokens"] for usage in told)
    assert rows[None]["requests"] == {"200": 1}
    assert {row["aborted_output_tokens"] for row in rows.values()} == {0}


async def test_usage_is_that_of_each_key_and_of_nobody_else(front: str) -> None:
    async with staged(front) as stage:
        other = await stage.add_key()
        await stage.create()
        await stage.create(key=other["api_key"])
        rows = await stage.usage()

    ids = {stage.tenant.api_key_id, other["api_key_id"]}
    assert {row["api_key_id"] for row in rows} == ids
    assert {row["tenant_id"] for row in rows} == {stage.tenant.tenant_id}


async def test_an_entry_has_the_times_of_the_wire(front: str) -> None:
    rules = [{"latency": {"seconds": 3}}, {"pace": {"tokens_per_second": 4}}]
    body = json.dumps({**HELLO, "stream": True}).encode()
    async with staged(front, settings={"rules": rules}) as stage:
        await trio.sleep(10)
        await post(stage, slowly(body))
        (entry,) = await stage.entries()

    times = ("first_byte_at", "body_at", "head_at", "last_byte_at", "closed_at")
    assert [entry[name] and entry[name] - EPOCH for name in times] == [10, 15, 18, 31, None]


async def test_an_entry_says_which_request_of_which_connection_it_was(front: str) -> None:
    async with staged(front) as stage:
        await stage.create()
        await stage.create()
        async with stage.network.client(base_url=URL) as other:
            await other.post("/v1/messages", headers=stage.headers(), json=HELLO)
        entries = await stage.entries()

    places = [
        (entry["connection"], entry["request_on_connection"], entry["ordinal"]) for entry in entries
    ]
    assert places == [(1, 1, 0), (1, 2, 1), (2, 1, 2)]
    assert [entry["id"] for entry in entries] == [1, 2, 3]


async def test_an_entry_says_who_asked_and_for_which_call(front: str) -> None:
    async with staged(front) as stage:
        body = json.dumps(HELLO).encode()
        trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        await post(stage, body, traceparent=trace, x_stainless_retry_count="2", user_agent="me/1")
        await post(stage, body, traceparent=trace, x_simtwin_call="mine")
        first, second = await stage.entries()

    assert (first["user_agent"], first["stainless"]) == ("me/1", {"retry-count": "2"})
    assert (first["call"], second["call"]) == (trace, "mine")


async def test_the_same_question_has_the_same_fingerprints_streamed_or_not(front: str) -> None:
    more = [*HELLO["messages"], {"role": "assistant", "content": "Hi."}]
    async with staged(front) as stage:
        await stage.create(tools=[TOOL])
        await stage.create(tools=[TOOL], stream=True)
        await stage.create(messages=[*more, {"role": "user", "content": "And?"}])
        whole, streamed, longer = await stage.entries()

    assert whole["fingerprint"] == streamed["fingerprint"] != longer["fingerprint"]
    assert whole["emitted"] == streamed["emitted"] != longer["emitted"]
    assert whole["tool_uses"] == streamed["tool_uses"]
    assert (len(whole["tool_uses"]), longer["tool_uses"]) == (1, [])
    assert longer["messages"][:1] == whole["messages"]
    assert len(longer["messages"]) == 3


async def test_an_answer_that_was_cut_has_no_hash_of_what_was_said(front: str) -> None:
    async with staged(front, settings={"script": "disconnect(at_token=20)"}) as stage:
        heard = await hear(stage, stream=True)
        (entry,) = await stage.entries()

    assert (entry["emitted"], entry["planned_tokens"]) == (None, 52)
    assert 20 <= entry["sent_tokens"] < 26
    assert (entry["sent_bytes"], entry["sent_events"]) == (len(heard.body), len(heard.events))
    assert entry["usage"]["output_tokens"] == entry["sent_tokens"]


async def test_every_entry_is_one_line_whatever_the_body_looked_like(front: str) -> None:
    bodies = [
        json.dumps(HELLO, indent=4).encode(),
        b'{\n"half',
        b"\xff\n\xfe",
        b"\n\n",
        b"[1,\r\n2]",
    ]
    async with staged(front) as stage:
        for body in bodies:
            await post(stage, body)
        response = await stage.client.get("/_twin/journal", headers=stage.auth)

    kept = [json.loads(line)["body"] for line in response.text.splitlines()]
    assert kept == [HELLO, '{\n"half', "\ufffd\n\ufffd", "\n\n", [1, 2]]
    assert [json.loads(line)["body_bytes"] for line in response.text.splitlines()] == [
        len(body) for body in bodies
    ]


async def test_of_a_large_body_only_the_beginning_is_kept(front: str) -> None:
    large = json.dumps({**HELLO, "messages": [{"role": "user", "content": "x" * 300_000}]})
    async with staged(front) as stage:
        await post(stage, large.encode())
        (entry,) = await stage.entries()
        (message,) = (await stage.control("GET", "/messages"))["messages"]

    assert entry["body"]["truncated"] is True
    assert (entry["body"]["size"], len(entry["body"]["head"])) == (len(large), 4096)
    assert message["request_json"] == entry["body"]
    assert entry["fingerprint"] is not None


async def test_known_secrets_are_kept_nowhere(front: str) -> None:
    servers = [{"type": "url", "name": "x", "url": "http://x", "authorization_token": SECRET}]
    async with staged(front) as stage:
        await post(
            stage,
            json.dumps({**HELLO, "mcp_servers": servers}).encode(),
            anthropic_beta="mcp-client-2025-04-04",
        )
        kept = [
            (await stage.client.get(f"/_twin/{name}", headers=stage.auth)).text
            for name in ("journal", "messages", "logs")
        ]

    assert "[redacted]" in kept[0]
    assert "mcp-client-2025-04-04" in kept[2]
    for text in kept:
        assert SECRET not in text
        assert stage.tenant.api_key not in text


async def test_the_log_has_two_records_of_each_request_under_one_id(front: str) -> None:
    async with staged(front, settings={"script": "ok; 529"}) as stage:
        await stage.create()
        await stage.create()
        logs = (await stage.control("GET", "/logs"))["logs"]

    data = [record for record in reversed(logs) if record["plane"] == "data"]
    operations = ["auth.api_key.validate", "data.messages.create"] * 2
    assert [record["operation"] for record in data] == operations
    assert [record["outcome"] for record in data] == ["success", "success", "success", "failure"]
    ids = [record["correlation_id"] for record in data]
    assert ids[0] == ids[1] != ids[2] == ids[3]
    assert data[1]["details"]["output_tokens"] == 52
    assert (data[3]["reason"], data[3]["details"]["fault"]) == ("fault refuse", "script")


async def test_the_log_says_why_a_request_failed(front: str) -> None:
    async with staged(front, pace="steady") as stage:
        wrong = await stage.create(max_tokens=-1)
        await stage.client.get("/v1/nothing", headers=stage.headers())
        with trio.move_on_after(0.1):
            await stage.create()
        await trio.testing.wait_all_tasks_blocked()
        logs = (await stage.control("GET", "/logs"))["logs"]

    reasons = [record["reason"] for record in reversed(logs) if record["reason"]]
    assert reasons == [wrong.json()["error"]["message"], "Not found", "the client left"]


async def test_a_message_is_kept_as_it_was_before_any_fault(front: str) -> None:
    async with staged(front, settings={"script": "disconnect(at_token=9); ok; 529"}) as stage:
        await hear(stage, stream=True)
        whole = await stage.create()
        await stage.create()
        kept = (await stage.control("GET", "/messages"))["messages"]

    newest, cut = kept
    assert newest["response_json"] == whole.json()
    assert newest["request_json"] == HELLO
    assert cut["response_json"]["content"] == whole.json()["content"]
    assert cut["id"] != newest["id"]

"""`GET /_twin/verdict`: what clients did, judged by what the twin saw of it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest
import trio
import trio.testing
from virtual import Stage, staged

from simtwin.judging import judged


def rule(verdict: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(each for each in verdict["rules"] if each["id"] == name)
    return found


async def come_early(stage: Stage, key: str | None = None) -> None:
    await stage.create(key=key)
    await trio.sleep(1)
    await stage.create(key=key)


async def test_a_client_that_comes_early_is_found_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with staged("asgi", settings={"script": "429(retry_after=9); ok"}) as stage:
        await come_early(stage)
        verdict = await stage.control("GET", "/verdict?wait=1")
        entries = await stage.entries()

    assert (verdict["version"], verdict["attempts"], verdict["calls"]) == (1, 2, 1)
    assert rule(verdict, "V1")["value"] == "fail"
    evidence = rule(verdict, "V1")["findings"][0]["evidence"]
    assert [each["request"] for each in evidence] == [each["request"] for each in entries]
    assert verdict["keys"] == [stage.tenant.api_key_id]


async def test_keys_and_lanes_are_judged_apart(autojump_clock: trio.testing.MockClock) -> None:
    async with staged("asgi", settings={"script": "429(retry_after=9); ok"}) as stage:
        other = await stage.add_key()
        await come_early(stage)
        await stage.create(key=other["api_key"])
        own = await stage.control("GET", f"/verdict?key={stage.tenant.api_key_id}")
        others = await stage.control("GET", f"/verdict?key={other['api_key_id']}")
        nobody = await stage.control("GET", "/verdict?lane=elsewhere")

    assert [rule(each, "V1")["value"] for each in (own, others)] == ["fail", "pass"]
    assert (nobody["attempts"], rule(nobody, "V1")["value"]) == (0, "not_exercised")


async def test_what_the_twin_itself_refused_is_left_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with staged("asgi") as stage:
        await stage.client.post(
            "/_script/bogus/v1/messages", headers=stage.headers(), json={"model": "m"}
        )
        verdict = await stage.control("GET", "/verdict")

    assert (verdict["own"], verdict["attempts"]) == (1, 0)


@pytest.mark.parametrize(
    ("script", "last", "stopped"),
    [("ok", "message_stop", True), ("truncate(after_events=6)", "content_block_delta", False)],
)
async def test_the_journal_tells_what_a_cut_answer_would_have_been(
    script: str, last: str, stopped: bool, autojump_clock: trio.testing.MockClock
) -> None:
    replies = [{"text": "It rains, and it will go on raining until the evening comes."}]
    async with staged("asgi", settings={"script": script, "replies": replies}) as stage:
        answer = await stage.create(stream=True)
        (entry,) = await stage.entries()

    said = "".join(
        json.loads(line.removeprefix("data: "))["delta"]["text"]
        for line in answer.text.splitlines()
        if line.startswith("data: ") and '"text_delta"' in line
    )
    assert entry["last_event"] == last
    assert entry["open_connections"] == 1
    assert ("meant" not in entry) is stopped
    if not stopped:
        assert entry["meant"] == replies[0]["text"]
        assert 0 < entry["sent_characters"] == len(said) < len(entry["meant"])


async def test_a_key_has_as_many_connections_open_as_it_left_open(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with staged("asgi", settings={"script": "disconnect(after_events=1); ok; loop"}) as stage:
        for _ in range(4):
            with suppress(httpx2.HTTPError):
                await stage.create(stream=True)
        entries = await stage.entries()

    assert [entry.get("open_connections", 0) for entry in entries] == [0, 1, 0, 1]


async def test_a_client_that_says_that_it_raised_has_noticed_the_cut(
    autojump_clock: trio.testing.MockClock, tmp_path: Path
) -> None:
    settings = {"script": "truncate(after_events=6); ok", "rules": []}
    async with staged("asgi", settings=settings) as stage:
        answer = await stage.create(stream=True)
        key = stage.tenant.api_key_id
        unknown = await stage.control("GET", "/verdict")
        made = await stage.control("POST", f"/accounts/{key}/outcome-url", doc={})
        told = {"call": answer.headers["request-id"], "outcome": "raised"}
        await stage.client.post(made["outcome_url"], content=json.dumps(told))
        await stage.client.post(made["outcome_url"], content=json.dumps({**told, "call": "req_x"}))
        known = await stage.control("GET", "/verdict")
        saved = await stage.client.get("/_twin/journal", headers=stage.auth)

    assert rule(unknown, "V13")["value"] == "not_exercised"
    assert rule(known, "V13")["value"] == "pass"
    assert (known["outcomes"], known["unmatched"]) == (2, 1)
    journal = tmp_path / "journal.jsonl"
    journal.write_bytes(saved.content)
    again = msgspec.to_builtins(judged(str(journal)))
    # That a journal is whole is known to the twin alone.
    assert json.loads(msgspec.json.encode(again)) == {**known, "dropped": None}

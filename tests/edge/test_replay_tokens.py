"""A run that was met once is met again, from the token that it left."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from hearing import Heard, hear
from virtual import HELLO, OPERATOR, Stage, all_words, basic, staged

from simtwin.core.fates import Fates, parse
from simtwin.core.replay_token import unpack, unpack_file
from simtwin_faults.refuse import Refuse

#: Chance in whether, where and how long.
PROFILE: dict[str, Any] = {
    "rules": [
        {"name": "busy", "when": {"chance": 0.3}, "refuse": {"status": 529}},
        {
            "name": "paid",
            "when": {"chance": 0.2},
            "charge": True,
            "refuse": {"status": 500, "message": "a; b"},
        },
        {"when": {"chance": 0.4}, "latency": {"seconds": 2, "jitter": 0.9}},
        {"when": {"every": 5}, "match": {"stream": True}, "disconnect": {"at_token": 9}},
        {"when": {"chance": 0.2}, "error_event": {"after_events": 4}},
    ],
    "seed": 11,
}


def fates_of(token: str) -> Fates:
    return parse(unpack(token), all_words().kinds)


def told(heard: Heard) -> tuple[Any, ...]:
    """All of an answer but its cause: what a client can hear, and when."""
    marks = {k: v for k, v in heard.headers.items() if k in ("request-id", "x-simtwin-fault")}
    return heard.status, marks, heard.body, heard.times, type(heard.error)


async def run(
    stage: Stage, count: int = 30, lane: str = "", key: str | None = None
) -> list[tuple[Any, ...]]:
    path = f"/_lane/{lane}/v1/messages" if lane else "/v1/messages"
    return [told(await hear(stage, key=key, path=path, stream=n % 2 == 0)) for n in range(count)]


async def test_a_run_is_met_again_to_the_byte_and_the_instant(front: str) -> None:
    async with staged(front, settings=PROFILE) as stage:
        first = [await run(stage), await run(stage, 10, "a")]
        found = await stage.control("GET", "/replay")
    async with staged(front, told=fates_of(found["token"])) as stage:
        # What is set here decides nothing of them.
        await stage.configure(rules=[{"refuse": {"status": 418}}], script="418; loop", seed=1)
        again = [await run(stage), await run(stage, 10, "a")]
        after = [each[0] for each in await run(stage, 5)]
        twice = await stage.control("GET", "/replay?lane=a")

    assert (found["requests"], found["dropped"], found["seeds"]) == (40, 0, 1)
    assert {status for status, *_ in first[0]} == {200, 500, 529}
    assert len({str(answer) for answer in first[0]}) > 15
    assert again == first
    assert after == [200] * 5
    assert twice["replay"]["fates"]["1/1"]["a"] == found["replay"]["fates"]["1/1"]["a"]


async def test_requests_with_scripts_of_their_own_meet_the_same_again(front: str) -> None:
    headers = {"x-simtwin-script": "529; ok; stall(after_events=2, seconds=3)"}

    async def ask(stage: Stage, script: bool) -> int:
        extra = headers if script else {}
        answer = await stage.client.post(
            "/v1/messages", headers={**stage.headers(), **extra}, json=HELLO
        )
        return answer.status_code

    async with staged(front, settings={"script": "503"}) as stage:
        first = [await ask(stage, script) for script in (True, False, True, True)]
        found = await stage.control("GET", "/replay")
    async with staged(front, told=fates_of(found["token"])) as stage:
        # The order counts, and no longer what a request says of itself.
        again = [await ask(stage, script) for script in (False, True, True, False)]

    assert first == again == [529, 503, 200, 200]
    # A stall in an answer that is no stream comes to nothing, and fired all the same.
    assert found["replay"]["fates"]["1/1"][""] == [
        [0, "529"],
        [1, "503"],
        [3, "stall(after_events=2, seconds=3)"],
    ]


async def test_limits_are_charged_as_they_were(front: str) -> None:
    limits = {"tier": "tier1", "pools": {"claude-sonnet-4.x": {"rpm": 2}}}
    rules = [
        {"name": "paid", "when": {"nth": 1}, "charge": True, "refuse": {"status": 529}},
        {"name": "free", "when": {"nth": 2}, "refuse": {"status": 529}},
    ]
    settings = {"limits": limits, "rules": rules}
    async with staged(front, settings=settings) as stage:
        first = [(await stage.create()).status_code for _ in range(4)]
        found = await stage.control("GET", "/replay")
    async with staged(front, told=fates_of(found["token"]), settings={"limits": limits}) as stage:
        again = [(await stage.create()).status_code for _ in range(4)]

    assert first == again == [529, 529, 200, 429]


async def test_what_a_key_of_another_tenant_met_the_first_key_meets(front: str) -> None:
    async with staged(front, settings=PROFILE) as stage:
        made = await stage.control("POST", "/tenants", {}, {})
        auth = basic(made["tenant_id"], made["tenant_secret"])
        account = await stage.control("POST", "/accounts", auth, {})
        await run(stage, 3)
        first = await run(stage, 12, key=account["api_key"])
        found = await stage.control("GET", "/replay", auth)
        of_key = await stage.control("GET", f"/replay?key={account['api_key_id']}", auth)
    async with staged(front, told=fates_of(found["token"])) as stage:
        again = await run(stage, 12)

    assert list(found["replay"]["fates"]) == ["2/1"]
    assert of_key == found
    assert again == first


async def test_profiles_come_along_for_what_they_say(front: str) -> None:
    async with staged(front, settings={"profiles": ["overloaded"]}) as stage:
        await run(stage, 3)
        found = await stage.control("GET", "/replay")

    fates = fates_of(found["token"])
    assert fates.profiles == {"overloaded": all_words().profiles["overloaded"]}


async def test_a_long_run_has_no_token_and_still_a_document(front: str) -> None:
    texts = [f"{Random(number).getrandbits(4_000):x}" for number in range(24)]
    async with staged(front) as stage:
        for text in texts:
            script = f"refuse(status=529, message={json.dumps(text)})"
            headers = {**stage.headers(), "x-simtwin-script": script}
            await stage.client.post("/v1/messages", headers=headers, json=HELLO)
        found = await stage.control("GET", "/replay")

    assert found["token"] is None
    fates = parse(unpack_file(json.dumps(found).encode()), all_words().kinds)
    assert [fates.lane("1/1", None)[n].fired[0].fault for n in range(24)] == [
        Refuse(status=529, message=text) for text in texts
    ]


async def test_a_key_that_nobody_made_meets_its_own_again(front: str) -> None:
    keys = ("sk-ant-mine", "sk-ant-yours")
    async with staged(front, open_keys=True, settings=PROFILE) as stage:
        first = [await run(stage, 8, key=key) for key in keys]
        found = await stage.control("GET", "/replay", OPERATOR)
    async with staged(front, open_keys=True, told=fates_of(found["token"])) as stage:
        again = [await run(stage, 8, key=key) for key in reversed(keys)]

    assert first == again[::-1]
    assert first[0] != first[1]


@pytest.mark.parametrize("query", ["?key=apikey_nobody", "?key="])
async def test_a_key_that_is_not_there_has_no_fates(front: str, query: str) -> None:
    async with staged(front) as stage:
        answer = await stage.client.get(f"/_twin/replay{query}", headers=stage.auth)

    assert answer.status_code == 404

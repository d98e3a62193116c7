"""The same seed gives the same fates, ids, texts and bytes, however requests interleave."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from random import Random
from typing import Any

import attrs
import pytest
import trio
import trio.testing
from virtual import Stage, basic, staged

KEYS, REQUESTS = 10, 20
LANES = ("", "/a", "/b")

#: Chance in whether, where and how long; nothing that depends on the order of arrival.
PROFILE: dict[str, Any] = {
    "rules": [
        {"when": {"chance": 0.2}, "refuse": {"status": 529}},
        {"when": {"chance": 0.3}, "latency": {"seconds": 2, "jitter": 0.9}},
        {"when": {"every": 5}, "match": {"stream": True}, "disconnect": {"at_token": 9}},
        {"when": {"chance": 0.2}, "match": {"stream": True}, "error_event": {"after_events": 4}},
        {"when": {"chance": 0.2}, "pace": {"tokens_per_second": 40, "jitter": 0.5}},
    ]
}


@attrs.frozen
class Answer:
    """One answer as the client saw it: everything but when it came."""

    status: int
    request_id: str
    marks: tuple[str, ...]
    body: bytes
    took: float


Told = dict[tuple[int, int], Answer]


async def ask(stage: Stage, key: str, number: int) -> Answer:
    """The answer to the n-th question of a key, which may have a lane behind a slash."""
    key, _, lane = key.partition("/")
    began, body = trio.current_time(), bytearray()
    doc = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 40,
        "stream": number % 2 == 1,
        "messages": [{"role": "user", "content": f"Question {number}"}],
    }
    async with stage.client.stream(
        "POST",
        f"/_lane/{lane}/v1/messages" if lane else "/v1/messages",
        headers=stage.headers(key),
        json=doc,
    ) as response:
        try:
            async for piece in response.aiter_raw():
                body += piece
        except Exception:  # noqa: BLE001  # a cut stream is an answer too
            body += b"<cut>"
    marks = [value for name, value in response.headers.items() if name.startswith("x-simtwin-")]
    return Answer(
        response.status_code,
        response.headers["request-id"],
        tuple(marks),
        bytes(body),
        round(trio.current_time() - began, 6),
    )


async def keys_of(stage: Stage, count: int) -> list[str]:
    return [(await stage.add_key())["api_key"] for _ in range(count)]


async def one_by_one(stage: Stage, keys: Sequence[str]) -> Told:
    """Key after key, and every key's requests one after the other."""
    return {
        (key, number): await ask(stage, keys[key], number)
        for key in range(len(keys))
        for number in range(REQUESTS)
    }


async def all_at_once(stage: Stage, keys: Sequence[str]) -> Told:
    """All keys side by side, each starting when it likes and pausing between its requests."""
    told: Told = {}
    pauses = Random("pauses")

    async def client(key: int) -> None:
        for number in range(REQUESTS):
            await trio.sleep(pauses.random() * 3)
            told[key, number] = await ask(stage, keys[key], number)

    async with trio.open_nursery() as nursery:
        for key in reversed(range(len(keys))):
            nursery.start_soon(client, key)
    return told


async def told_by(
    front: str, order: Callable[[Stage, Sequence[str]], Awaitable[Told]], keys: int, **settings: Any
) -> Told:
    async with staged(front, settings={**PROFILE, **settings}) as stage:
        return await order(stage, await keys_of(stage, keys))


@pytest.mark.usefixtures("virtual_time")
async def test_fates_ids_and_texts_do_not_depend_on_the_interleaving_nor_on_who_answers() -> None:
    first = await told_by("asgi", one_by_one, KEYS)
    second = await told_by("quart", all_at_once, KEYS)

    assert len(first) == KEYS * REQUESTS
    assert first == second


@pytest.mark.usefixtures("virtual_time")
async def test_nor_does_it_matter_what_goes_on_in_other_lanes_of_the_key() -> None:
    told: list[Told] = []
    for front, order in (("quart", one_by_one), ("asgi", all_at_once)):
        async with staged(front, settings=PROFILE) as stage:
            (key,) = await keys_of(stage, 1)
            told.append(await order(stage, [f"{key}{lane}" for lane in LANES]))

    first, second = told
    assert first == second
    seen = {tuple(first[lane, number] for number in range(REQUESTS)) for lane in range(3)}
    assert len(seen) == 3


async def test_the_profile_of_this_suite_does_many_things(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Else the equality above would say little."""
    async with staged("asgi", settings=PROFILE) as stage:
        (key,) = await keys_of(stage, 1)
        told = {number: await ask(stage, key, number) for number in range(40)}

    statuses = {answer.status for answer in told.values()}
    assert statuses == {200, 529}
    assert any(answer.body.endswith(b"<cut>") for answer in told.values())
    assert any(b"event: error" in answer.body for answer in told.values())
    assert len({answer.took for answer in told.values()}) > 10


@pytest.mark.usefixtures("virtual_time")
async def test_another_seed_is_another_world() -> None:
    first = await told_by("asgi", one_by_one, 2)
    other = await told_by("asgi", one_by_one, 2, seed=8)

    assert {name: answer.status for name, answer in first.items()} != {
        name: answer.status for name, answer in other.items()
    }
    ids = {answer.request_id for answer in first.values()}
    assert ids.isdisjoint(answer.request_id for answer in other.values())


@pytest.mark.usefixtures("virtual_time")
async def test_keys_and_tenants_made_alike_have_the_same_fates_under_different_secrets() -> None:
    secrets: list[list[str]] = []
    told: list[Told] = []
    for front in ("asgi", "quart"):
        async with staged(front, settings=PROFILE) as stage:
            keys = await keys_of(stage, 2)
            tenant = await stage.control("POST", "/tenants", {}, {})
            auth = basic(tenant["tenant_id"], tenant["tenant_secret"])
            keys.append((await stage.control("POST", "/accounts", auth, {}))["api_key"])
            secrets.append([*keys, stage.tenant.tenant_id, tenant["tenant_id"]])
            told.append(await one_by_one(stage, keys))

    assert set(secrets[0]).isdisjoint(secrets[1])
    assert told[0] == told[1]
    assert len({tuple(told[0][key, number] for number in range(REQUESTS)) for key in range(3)}) == 3


async def test_after_a_reset_a_key_meets_the_same_again(front: str) -> None:
    async with staged(front, settings=PROFILE) as stage:
        key = await stage.add_key()
        first = [await ask(stage, key["api_key"], number) for number in range(REQUESTS)]
        await stage.control("POST", "/reset", doc={"scope": "key", "id": key["api_key_id"]})
        again = [await ask(stage, key["api_key"], number) for number in range(REQUESTS)]

    assert first == again


@pytest.mark.usefixtures("virtual_time")
async def test_ids_are_never_given_twice() -> None:
    told = await told_by("asgi", all_at_once, 3)

    ids = [answer.request_id for answer in told.values()]
    assert len(set(ids)) == len(ids)


async def test_the_seed_is_in_no_id(front: str) -> None:
    seed = 9_182_736_455
    async with staged(front, settings={"seed": seed}) as stage:
        answer = await stage.create()

    assert answer.headers["x-simtwin-seed"] == str(seed)
    assert str(seed) not in answer.headers["request-id"] + answer.json()["id"]


async def test_a_streamed_answer_says_the_same_as_one_that_is_not(front: str) -> None:
    async with staged(front) as stage:
        whole = await stage.create(max_tokens=500)
        client = stage.anthropic()
        async with client.messages.stream(
            model="claude-sonnet-4-6",
            max_tokens=500,
            messages=[{"role": "user", "content": "Hello"}],
        ) as stream:
            streamed = await stream.get_final_message()
        await client.close()

    said = next(block.text for block in streamed.content if block.type == "text")
    assert said == whole.json()["content"][0]["text"]
    assert streamed.usage.output_tokens == whole.json()["usage"]["output_tokens"]


async def test_with_steady_ids_what_was_asked_again_is_answered_with_the_same_ids(
    front: str,
) -> None:
    """So a retry, or another key, moves no id that the client sends back later."""
    settings = {"script": "ok; 529; ok; ok; ok"}
    async with staged(front, settings=settings, steady_ids=True) as stage:
        other = (await stage.add_key())["api_key"]
        answers = [
            (await stage.create(key=key, max_tokens=tokens)).json()
            for key, tokens in ((None, 9), (None, 9), (None, 9), (None, 8), (other, 9))
        ]
        entries = await stage.entries()

    first, _, again, different, elsewhere = (answer.get("id") for answer in answers)
    assert first == again == elsewhere != different
    assert len({entry["digest"] for entry in entries}) == 2
    assert len({entry["request"] for entry in entries}) == 5

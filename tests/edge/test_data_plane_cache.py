"""The prompt cache as a client meets it: in usage, in time, and at the limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import httpx2
import pytest
import trio
from virtual import HELLO, Stage, staged

MARK = {"cache_control": {"type": "ephemeral"}}
HOUR = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
#: Over the 1,024 tokens that the model of HELLO caches at the least.
LONG = "word " * 1_500
SYSTEM: dict[str, Any] = {"system": [{"type": "text", "text": LONG, **MARK}]}
SYSTEM_HOUR: dict[str, Any] = {"system": [{"type": "text", "text": LONG, **HOUR}]}
TIERS = ("unlimited", "tier1")


def parts(usage: dict[str, Any]) -> tuple[int, int, int]:
    """Tokens that were read, written, and neither."""
    return (
        usage["cache_read_input_tokens"],
        usage["cache_creation_input_tokens"],
        usage["input_tokens"],
    )


async def ask(stage: Stage, **fields: Any) -> tuple[int, int, int]:
    response = await stage.create(**fields)
    assert response.status_code == 200, response.text
    return parts(response.json()["usage"])


async def what(stage: Stage, **fields: Any) -> str:
    """What became of LONG."""
    return told(await ask(stage, **fields))


def told(tokens: tuple[int, int, int]) -> str:
    """What became of most of a prompt."""
    read, written, other = tokens
    assert max(read, written, other) > 1_024 > min(read, written)
    return "read" if read > 1_024 else "written" if written > 1_024 else "neither"


def prompt_of(words: int, **fields: Any) -> dict[str, Any]:
    """A request with a system prompt of so many words, to be cached."""
    return {"system": [{"type": "text", "text": "word " * words, **MARK}], **fields}


async def counted(stage: Stage, **fields: Any) -> int:
    """What a request counts."""
    asked = {name: value for name, value in HELLO.items() if name != "max_tokens"}
    response = await stage.client.post(
        "/v1/messages/count_tokens", headers=stage.headers(), json={**asked, **fields}
    )
    tokens: int = response.json()["input_tokens"]
    return tokens


def left(response: httpx2.Response) -> int:
    return int(response.headers["anthropic-ratelimit-input-tokens-remaining"])


def events(response: httpx2.Response) -> list[dict[str, Any]]:
    lines: Sequence[str] = response.text.splitlines()
    return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@pytest.mark.parametrize("tier", TIERS)
async def test_what_is_written_by_one_request_is_read_by_the_next(front: str, tier: str) -> None:
    async with staged(front, tier=tier) as stage:
        plain = await ask(stage)
        first = await ask(stage, **SYSTEM)
        second = await ask(stage, **SYSTEM)

    assert told(first) == "written"
    assert first == (0, first[1], plain[2])
    assert second == (first[1], 0, plain[2])


async def test_without_a_mark_nothing_is_cached_and_no_cache_is_asked(front: str) -> None:
    async with staged(front) as stage:
        seen = [await what(stage, system=LONG) for _ in range(2)]
        tenant = stage.twin.tenants.state(stage.tenant.tenant_id)

    assert seen == ["neither", "neither"]
    assert tenant is None


async def test_the_three_parts_add_up_to_what_is_counted(front: str) -> None:
    async with staged(front) as stage:
        tokens = await counted(stage, **SYSTEM)
        first, second = await ask(stage, **SYSTEM), await ask(stage, **SYSTEM)

    assert tokens == sum(first) == sum(second)


async def test_usage_says_for_how_long_it_was_written(front: str) -> None:
    fields = {**SYSTEM_HOUR, "messages": [{"role": "user", "content": LONG}], **MARK}
    async with staged(front) as stage:
        usage = (await stage.create(**fields)).json()["usage"]

    created = usage["cache_creation"]
    assert min(created.values()) > 1_024
    assert sum(created.values()) == usage["cache_creation_input_tokens"]


async def test_a_stream_says_it_at_its_beginning_and_at_its_end(front: str) -> None:
    async with staged(front) as stage:
        await stage.create(**SYSTEM)
        stream = events(await stage.create(stream=True, **SYSTEM))

    opening, closing = stream[0]["message"]["usage"], stream[-2]["usage"]
    assert stream[-2]["type"] == "message_delta"
    assert parts(opening) == parts(closing)
    assert told(parts(opening)) == "read"
    assert opening["cache_creation"] == {
        "ephemeral_5m_input_tokens": 0,
        "ephemeral_1h_input_tokens": 0,
    }


async def test_the_journal_and_the_usage_of_the_key_say_it(front: str) -> None:
    async with staged(front) as stage:
        seen = [await ask(stage, **SYSTEM) for _ in range(2)]
        entries, rows = await stage.entries(), await stage.usage()

    assert [parts(entry["usage"]) for entry in entries] == seen
    assert [parts(row) for row in rows] == [tuple(map(sum, zip(*seen, strict=True)))]


# In time.


async def test_five_minutes_are_waited_out_and_every_use_begins_them_anew(front: str) -> None:
    async with staged(front) as stage:
        seen = [await what(stage, **SYSTEM)]
        for pause in (299, 299, 299, 300):
            await trio.sleep(pause)
            seen.append(await what(stage, **SYSTEM))

    assert seen == ["written", "read", "read", "read", "written"]


async def test_an_hour_is_waited_out(front: str) -> None:
    async with staged(front) as stage:
        seen = [await what(stage, **SYSTEM_HOUR)]
        for pause in (3_599, 3_599, 3_600):
            await trio.sleep(pause)
            seen.append(await what(stage, **SYSTEM_HOUR))

    assert seen == ["written", "read", "read", "written"]


async def test_requests_at_once_all_write_and_from_the_first_event_on_it_is_read(
    front: str,
) -> None:
    async with staged(front, pace="steady") as stage:
        seen: list[tuple[float, str]] = []

        async def after(pause: float) -> None:
            await trio.sleep(pause)
            began = stage.elapsed
            usage = (await stage.create(max_tokens=800, **SYSTEM)).json()["usage"]
            seen.append((began, told(parts(usage))))

        async with trio.open_nursery() as nursery:
            for pause in (0, 0, 0.25, 0.35):
                nursery.start_soon(after, pause)
        ended = stage.elapsed

    assert ended > 1
    assert [each for _, each in sorted(seen)] == ["written", "written", "written", "read"]


async def test_a_request_without_an_answer_warms_the_cache(front: str) -> None:
    async with staged(front) as stage:
        warming = (await stage.create(max_tokens=0, **SYSTEM)).json()
        asked = await what(stage, **SYSTEM)

    assert (warming["content"], warming["stop_reason"]) == ([], "max_tokens")
    assert told(parts(warming["usage"])) == "written"
    assert asked == "read"


async def test_a_conversation_that_goes_on_reads_what_was_said_before(front: str) -> None:
    messages: list[Any] = [{"role": "user", "content": LONG}]
    marked: dict[str, Any] = MARK
    seen = []
    async with staged(front) as stage:
        for _ in range(3):
            answer = (await stage.create(messages=messages, **marked)).json()
            seen.append(parts(answer["usage"]))
            messages = [
                *messages,
                {"role": "assistant", "content": answer["content"]},
                {"role": "user", "content": "Go on."},
            ]

    for before, after in pairwise(seen):
        assert after[0] == before[0] + before[1]
        assert 0 < after[1] < 200
        assert after[2] == before[2]


# At the limits.


async def test_what_is_read_does_not_count_against_the_limit_of_input(front: str) -> None:
    async with staged(front) as stage:
        tokens = await counted(stage, **prompt_of(9_000))
        await stage.configure(limits=pools(itpm=tokens * 3 // 2))
        first = await stage.create(**prompt_of(9_000))
        second = await stage.create(**prompt_of(9_000))
        third = await stage.create(system="word " * 9_000)

    assert (first.status_code, second.status_code, third.status_code) == (200, 200, 429)
    # What is left is told to the nearest thousand.
    assert 0 <= left(first) - left(second) <= 1_000


async def test_on_haiku_3_5_it_does(front: str) -> None:
    asked = prompt_of(9_000, model="claude-3-5-haiku-20241022")
    async with staged(front) as stage:
        most = await counted(stage, **asked) * 3 // 2
        limits = {"tier": "tier1", "pools": {"claude-haiku-3.5": {"itpm": most}}}
        await stage.configure(limits=limits)
        first, second = await stage.create(**asked), await stage.create(**asked)

    assert (first.status_code, second.status_code) == (200, 429)


async def test_the_own_limits_of_a_key_do_not_count_it_either(front: str) -> None:
    async with staged(front) as stage:
        tokens = await counted(stage, **prompt_of(9_000))
        await stage.configure_key(limits=pools(itpm=tokens * 3 // 2))
        first = await stage.create(**prompt_of(9_000))
        second = await stage.create(**prompt_of(9_000))

    assert (first.status_code, second.status_code) == (200, 200)
    # What is left is told to the nearest thousand.
    assert 0 <= left(first) - left(second) <= 1_000


async def test_a_refused_request_writes_nothing_and_refreshes_nothing(front: str) -> None:
    async with staged(front, settings={"limits": pools(rpm=1)}) as stage:
        await stage.create(**SYSTEM)
        await trio.sleep(30)
        refused = await stage.create(**{**SYSTEM, **MARK})
        await trio.sleep(271)
        after = await what(stage, **SYSTEM)

    assert refused.status_code == 429
    assert after == "written"


@pytest.mark.parametrize("charge", [False, True])
async def test_an_answer_that_a_fault_replaces_writes_nothing(front: str, charge: bool) -> None:
    rule = {"when": {"nth": 1}, "refuse": {"status": 529}, "charge": charge}
    async with staged(front, settings={"rules": [rule]}) as stage:
        replaced = await stage.create(**SYSTEM)
        after = await what(stage, **SYSTEM)

    assert replaced.status_code == 529
    assert after == "written"


# Whose it is.


async def test_keys_of_one_tenant_share_it_and_tenants_do_not(front: str) -> None:
    async with staged(front, open_keys=True) as stage:
        other_key = (await stage.add_key())["api_key"]
        first = await what(stage, **SYSTEM)
        same = await what(stage, key=other_key, **SYSTEM)
        other = await what(stage, key="sk-of-somebody-else", **SYSTEM)

    assert (first, same, other) == ("written", "read", "written")


async def test_a_reset_clears_it(front: str) -> None:
    async with staged(front) as stage:
        await stage.create(**SYSTEM)
        await stage.control("POST", "/reset", doc={"scope": "tenant"})

        after = await what(stage, **SYSTEM)

    assert after == "written"


async def test_marks_that_will_not_do_are_a_400(front: str) -> None:
    block = {"type": "text", "text": "Hi", **MARK}
    async with staged(front) as stage:
        response = await stage.create(messages=[{"role": "user", "content": [block] * 5}])

    assert response.status_code == 400
    assert response.json()["error"]["message"] == (
        "A maximum of 4 blocks with cache_control may be provided. Found 5."
    )


async def test_the_sdk_reads_it(front: str) -> None:
    async with staged(front) as stage:
        client = stage.anthropic(_strict_response_validation=True)
        for _ in range(2):
            said = await client.messages.create(**HELLO, **SYSTEM)

    assert told(parts(said.usage.to_dict())) == "read"
    assert said.usage.cache_creation is not None
    assert said.usage.cache_creation.ephemeral_5m_input_tokens == 0


def pools(**quota: int) -> dict[str, Any]:
    return {"tier": "tier1", "pools": {"claude-sonnet-4.x": quota}}

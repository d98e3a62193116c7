"""Rate limits as a client meets them: told on every answer, and told truly when they refuse."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import trio
from anthropic import RateLimitError
from virtual import HELLO, OPERATOR, Stage, basic, staged

POOL = "claude-sonnet-4.x"
MEASURES = ("input-tokens", "output-tokens", "requests", "tokens")
TWELVE = {
    f"anthropic-ratelimit-{measure}-{part}"
    for measure in MEASURES
    for part in ("limit", "remaining", "reset")
}


def limits(tier: str = "unlimited", **pool: int) -> dict[str, Any]:
    return {"tier": tier, "pools": {POOL: pool}} if pool else {"tier": tier}


def told(response: httpx2.Response) -> set[str]:
    return {name for name in response.headers if name.startswith("anthropic-ratelimit-")}


def left(response: httpx2.Response, measure: str) -> int:
    return int(response.headers[f"anthropic-ratelimit-{measure}-remaining"])


async def until_refused(stage: Stage) -> tuple[int, httpx2.Response]:
    """How many requests were answered before one was refused, and what that one was told."""
    for answered in range(100):
        response = await stage.create()
        if response.status_code != 200:
            return answered, response
    raise AssertionError("nothing was refused")


async def test_twelve_headers_are_on_answers_and_on_refusals(front: str) -> None:
    async with staged(front, settings={"limits": limits("tier1", rpm=1)}) as stage:
        answered, streamed = await stage.create(), await stage.create(stream=True)

    assert (answered.status_code, streamed.status_code) == (200, 429)
    assert told(answered) == told(streamed) == TWELVE


async def test_what_is_left_goes_down_with_each_request_and_comes_back_with_time(
    front: str,
) -> None:
    words = [{"role": "user", "content": "word " * 4_000}]
    async with staged(front, tier="tier1") as stage:
        first = await stage.create(messages=words)
        second = await stage.create(messages=words)
        await trio.sleep(60)
        third = await stage.create()

    assert [left(each, "requests") for each in (first, second, third)] == [49, 48, 49]
    spent = first.json()["usage"]["input_tokens"]
    remaining = [round(30_000 - count * spent, -3) for count in (1, 2)]
    assert [left(each, "input-tokens") for each in (first, second)] == remaining
    assert left(third, "input-tokens") == 30_000


@pytest.mark.parametrize(
    ("pool", "answered"), [({"rpm": 2}, 2), ({"itpm": 30}, 3), ({"otpm": 100}, 2), ({}, 50)]
)
async def test_whoever_waits_what_a_refusal_told_is_admitted_and_a_second_earlier_not(
    front: str, pool: dict[str, int], answered: int
) -> None:
    async with staged(front, settings={"limits": limits("tier1", **pool)}) as stage:
        count, refusal = await until_refused(stage)
        wait = int(refusal.headers["retry-after"])
        await trio.sleep(wait - 1)
        early = await stage.create()
        await trio.sleep(1)
        late = await stage.create()

    assert (count, early.status_code, late.status_code) == (answered, 429, 200)


async def test_a_refusal_names_the_limit_the_organization_and_the_model(front: str) -> None:
    async with staged(front, settings={"limits": limits(tier="tier1", itpm=30)}) as stage:
        _, refusal = await until_refused(stage)

    error = refusal.json()["error"]
    assert error["type"] == "rate_limit_error"
    assert "rate limit of 30 input tokens per minute" in error["message"]
    assert f"(org: {stage.tenant.tenant_id}, model: {HELLO['model']})" in error["message"]
    assert refusal.json()["request_id"] == refusal.headers["request-id"]


async def test_a_refused_request_takes_nothing(front: str) -> None:
    async with staged(front, settings={"limits": limits("tier1", itpm=30)}) as stage:
        count, refusal = await until_refused(stage)
        again = [await stage.create() for _ in range(5)]

    assert {left(each, "requests") for each in (refusal, *again)} == {50 - count}
    assert {each.headers["retry-after"] for each in again} == {refusal.headers["retry-after"]}


async def test_a_request_that_can_never_fit_is_told_so_and_the_sdk_does_not_retry(
    front: str,
) -> None:
    async with (
        staged(front, settings={"limits": limits("tier1", itpm=5)}) as stage,
        stage.anthropic(max_retries=5) as client,
    ):
        with pytest.raises(RateLimitError) as refused:
            await client.messages.create(**HELLO)
        entries = await stage.entries()

    headers = refused.value.response.headers
    assert "retry-after" not in headers
    assert headers["x-should-retry"] == "false"
    for part in ("5 input tokens", "8 input tokens", HELLO["model"]):
        assert part in str(refused.value)
    assert told(refused.value.response) == TWELVE
    assert len(entries) == 1


async def test_without_limits_the_headers_are_those_of_scale_and_nothing_is_ever_taken(
    front: str,
) -> None:
    async with staged(front, tier="unlimited") as stage:
        responses = [await stage.create() for _ in range(3)]

    for response in responses:
        assert told(response) == TWELVE
        for measure in MEASURES:
            limit = int(response.headers[f"anthropic-ratelimit-{measure}-limit"])
            assert left(response, measure) == limit
    assert responses[0].headers["anthropic-ratelimit-requests-limit"] == "10000"


async def test_the_keys_of_a_tenant_share_its_limits_and_tenants_do_not(front: str) -> None:
    async with staged(front, settings={"limits": limits("tier1", rpm=1)}) as stage:
        other_key = await stage.add_key()
        tenant = await stage.control("POST", "/tenants", {}, {})
        auth = basic(tenant["tenant_id"], tenant["tenant_secret"])
        other = await stage.control("POST", "/accounts", auth, {})

        first = await stage.create()
        same_tenant = await stage.create(key=other_key["api_key"])
        other_tenant = await stage.create(key=other["api_key"])

    statuses = [each.status_code for each in (first, same_tenant, other_tenant)]
    assert statuses == [200, 429, 200]


async def test_a_keys_own_limits_hold_in_addition(front: str) -> None:
    async with staged(front, tier="tier1") as stage:
        other = await stage.add_key()
        await stage.configure_key(limits=limits(rpm=1))
        await stage.configure_key(limits=limits("tier1", rpm=1))

        own = [await stage.create() for _ in range(2)]
        others = [await stage.create(key=other["api_key"]) for _ in range(2)]

    assert [each.status_code for each in own] == [200, 429]
    assert own[1].headers["retry-after"] == "60"
    assert [each.status_code for each in others] == [200, 200]
    assert left(others[1], "requests") == 47


async def test_a_key_gets_back_what_its_tenant_then_refused(front: str) -> None:
    async with staged(front, settings={"limits": limits("tier1", rpm=1)}) as stage:
        await stage.configure_key(limits=limits("tier1", rpm=2))
        refused = [await stage.create() for _ in range(4)][1:]
        await stage.configure(limits=limits())
        by_key = [await stage.create() for _ in range(2)]

    assert {each.status_code for each in refused} == {429}
    assert [each.status_code for each in by_key] == [200, 429]
    assert by_key[1].headers["anthropic-ratelimit-requests-limit"] == "2"


@pytest.mark.parametrize(
    ("of_tenant", "told_limits"),
    [(limits(), ("5", "10000000")), (limits("tier1"), ("5", "30000"))],
)
async def test_of_two_limits_the_headers_tell_the_one_with_less_left(
    front: str, of_tenant: dict[str, Any], told_limits: tuple[str, str]
) -> None:
    async with staged(front, settings={"limits": of_tenant}) as stage:
        await stage.configure_key(limits=limits("scale", rpm=5))
        response = await stage.create()

    headers = response.headers
    assert left(response, "requests") == 4
    assert told_limits == (
        headers["anthropic-ratelimit-requests-limit"],
        headers["anthropic-ratelimit-input-tokens-limit"],
    )


async def test_counting_tokens_has_a_limit_of_its_own_on_requests_alone(front: str) -> None:
    counting = {"tier": "tier1", "pools": {"count_tokens": {"rpm": 1}}}
    doc = {name: value for name, value in HELLO.items() if name != "max_tokens"}
    async with staged(front, settings={"limits": counting}) as stage:
        counts = [
            await stage.client.post("/v1/messages/count_tokens", headers=stage.headers(), json=doc)
            for _ in range(2)
        ]
        message = await stage.create()

    assert [each.status_code for each in (*counts, message)] == [200, 429, 200]
    assert counts[1].headers["retry-after"] == "60"
    assert {name for name in TWELVE if "-requests-" in name} == told(counts[0])


async def test_other_limits_hold_from_the_next_request_on(front: str) -> None:
    async with staged(front) as stage:
        before = await stage.create()
        await stage.control("PUT", "/settings", OPERATOR, {"limits": limits("tier1", rpm=1)})
        under_operator = [await stage.create() for _ in range(2)]
        await stage.configure(limits=limits("tier1"))
        under_tenant = await stage.create()

    assert before.status_code == 200
    assert [each.status_code for each in under_operator] == [200, 429]
    assert under_tenant.status_code == 200 or under_tenant.headers["retry-after"] == "2"

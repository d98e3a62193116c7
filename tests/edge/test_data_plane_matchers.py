"""Rules that look closer: at the key, headers, the body, the connection, attempts."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from virtual import HELLO, Stage, staged

pytestmark = pytest.mark.usefixtures("virtual_time")

TOOL = {"name": "get_weather", "input_schema": {"type": "object"}}


def refuse(match: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"match": match, "refuse": {"status": 418}, **more}


async def status(stage: Stage, headers: dict[str, str] | None = None, **fields: Any) -> int:
    response = await stage.client.post(
        "/v1/messages",
        headers={**stage.headers(), **(headers or {})},
        json={**HELLO, **fields},
    )
    return response.status_code


@pytest.mark.parametrize(
    ("match", "headers", "fields"),
    [
        ({"tools": True}, {}, {"tools": [TOOL]}),
        ({"tools": "get_*"}, {}, {"tools": [TOOL]}),
        ({"beta": "files-api-*"}, {"anthropic-beta": "x, files-api-2025-04-14"}, {}),
        ({"user_agent": "worker/*"}, {"user-agent": "worker/7"}, {}),
        ({"body": {"/metadata/user_id": "test-*"}}, {}, {"metadata": {"user_id": "test-1"}}),
        ({"body": {"/messages/0/content": {"has": "loud"}}}, {}, {"messages": [
            {"role": "user", "content": "Say it louder."}]}),
        ({"min_body_bytes": 10_000}, {}, {"system": "x" * 10_000}),
    ],
)  # fmt: skip
async def test_a_rule_looks_at_the_requests_that_are_so_and_at_no_others(
    match: dict[str, Any], headers: dict[str, str], fields: dict[str, Any]
) -> None:
    async with staged("asgi", settings={"rules": [refuse(match)]}) as stage:
        plain = await status(stage)
        fits = await status(stage, headers, **fields)

    assert (plain, fits) == (200, 418)


async def test_a_rule_for_a_key_is_told_by_its_id_or_its_name() -> None:
    async with staged("asgi") as stage:
        other = await stage.add_key()
        await stage.configure(rules=[refuse({"key": other["api_key_id"]}), refuse({"key": "fir*"})])
        statuses = [(await stage.create(key=key)).status_code for key in (other["api_key"], None)]
        await stage.configure(rules=[refuse({"key": "fir*"})])

        assert statuses == [418, 418]
        assert (await stage.create(key=other["api_key"])).status_code == 200


async def test_the_third_request_of_a_connection_finds_it_stale() -> None:
    rule = {"match": {"request_on_connection": 3}, "disconnect": {}}
    async with staged("asgi", settings={"rules": [rule]}) as stage:
        entries = []
        for _ in range(7):
            try:
                await stage.create()
            except Exception as error:  # noqa: BLE001  # which one is the transport's affair
                entries.append(type(error).__name__)
            else:
                entries.append("ok")

    assert entries == ["ok", "ok", "RemoteProtocolError"] * 2 + ["ok"]


async def test_the_first_attempt_of_every_call_fails_and_the_second_is_served() -> None:
    async with staged("asgi", settings={"rules": [refuse({"attempt": 1})]}) as stage:
        statuses = [
            await status(stage, max_tokens=tokens) for tokens in (10, 10, 20, 30, 30, 20, 10)
        ]

    # 10 succeeded as a second attempt, so that its third request is a first one again.
    assert statuses == [418, 200, 418, 418, 200, 200, 418]


@pytest.mark.parametrize(
    ("order", "statuses"),
    [
        ((10, 20, 10, 10, 20), [200, 200, 418, 200, 200]),
        ((20, 20, 10, 20, 10), [200, 200, 200, 200, 418]),
    ],
)
async def test_one_request_is_named_by_its_digest_and_its_number_among_its_repetitions(
    order: tuple[int, ...], statuses: list[int]
) -> None:
    looking = refuse({"digest": "*"}, when={"chance": 0})
    async with staged("asgi", settings={"rules": [looking]}) as stage:
        await status(stage, max_tokens=10)
        (entry,) = await stage.entries()
        named = refuse({"digest": entry["digest"]}, name="named", when={"nth": 2})
        await stage.configure(rules=[named])

        assert [await status(stage, max_tokens=tokens) for tokens in order] == statuses


async def test_a_body_that_is_too_large_is_larger_than_any_least_size() -> None:
    rule = refuse({"min_body_bytes": 33_554_432})
    async with staged("asgi", settings={"rules": [rule]}) as stage:
        response = await stage.client.post(
            "/v1/messages", headers=stage.headers(), content=b" " * 33_554_433
        )

    assert response.status_code == 418


async def test_settings_are_told_with_what_depends_on_the_order_of_arrival() -> None:
    rules = [
        {"name": "busy", "when": {"load": {"in_flight": 9, "of": "tenant"}}, "hang": {}},
        {"name": "coin", "when": {"chance": 0.1}, "hang": {}},
    ]
    async with staged("asgi") as stage:
        await stage.configure(rules=rules)
        told = await stage.control("GET", "/settings")
        await stage.configure(rules=told["in_force"]["rules"])
        again = await stage.control("GET", "/settings")

    assert [rule.get("order_dependent") for rule in told["in_force"]["rules"]] == [True, None]
    assert again["in_force"] == told["in_force"]


async def test_an_incident_begins_when_it_is_set_for_every_key_alike() -> None:
    rule = {"when": {"window": [10, 20], "timeline": "shared"}, "refuse": {"status": 529}}
    async with staged("asgi") as stage:
        await stage.create()
        await trio.sleep(100)
        await stage.configure(rules=[rule])
        other = await stage.add_key()
        statuses = []
        for _ in range(3):
            answers = [await stage.create(key=key) for key in (None, other["api_key"])]
            statuses += [answer.status_code for answer in answers]
            await trio.sleep(10)

    assert statuses == [200, 200, 529, 529, 200, 200]


async def test_a_rule_with_a_lease_is_over_whatever_became_of_the_test_that_set_it() -> None:
    async with staged("asgi") as stage:
        await stage.configure(rules=[refuse({}, when={"lease_seconds": 30})])
        before = await status(stage)
        await trio.sleep(30)

        assert (before, await status(stage)) == (418, 200)

"""Mintoken in front of the twin: two keys, rules before every prompt, and the rest as it was."""

from __future__ import annotations

from typing import Any

import pytest
from gatewayed import ask, bearer, behind_mintoken
from virtual import HELLO, Stage, staged

from simtwin.edge.gateways.litellm import LiteLLM
from simtwin.edge.gateways.mintoken import Mintoken

AT = "/mintoken/v1/messages"
KEY = "mt_live_anything"


def keys(stage: Stage, key: str = KEY) -> dict[str, str]:
    return {**bearer(key), "x-provider-key": stage.tenant.api_key}


async def test_its_key_and_the_providers_are_both_needed() -> None:
    async with behind_mintoken() as stage:
        both = await ask(stage, keys(stage), at=AT)
        no_provider_key = await ask(stage, bearer(KEY), at=AT)
        no_key = await ask(stage, {"x-provider-key": stage.tenant.api_key}, at=AT)

    assert both.status_code == 200
    assert no_provider_key.status_code == 400
    assert no_provider_key.json() == {"detail": "Missing required header: X-Provider-Key"}
    assert (no_key.status_code, no_key.json()) == (401, {"detail": "Invalid API key"})


async def test_only_its_own_keys_are_let_in_where_it_has_some() -> None:
    async with behind_mintoken(keys=("mt_live_one", "mt_live_two")) as stage:
        answers = [
            (await ask(stage, keys(stage, key), at=AT)).status_code
            for key in ("mt_live_one", "mt_live_two", "mt_live_three", stage.tenant.api_key)
        ]

    assert answers == [200, 200, 401, 401]


async def test_an_older_sdk_sends_its_key_as_the_providers_header() -> None:
    async with behind_mintoken(keys=(KEY,)) as stage:
        headers = {"x-api-key": KEY, "x-provider-key": stage.tenant.api_key}
        response = await ask(stage, headers, at=AT)

    assert response.status_code == 200


async def test_the_providers_key_says_whose_request_it_is() -> None:
    async with behind_mintoken() as stage:
        known = await ask(stage, keys(stage), at=AT)
        foreign = await ask(stage, {**bearer(KEY), "x-provider-key": "sk-ant-api03-x"}, at=AT)
        unknown = await ask(stage, {**bearer(KEY), "x-provider-key": "sk-ant-twin-x"}, at=AT)
        entries = await stage.entries()

    assert (known.status_code, foreign.status_code) == (200, 200)
    # That is the provider's own refusal, passed on.
    assert (unknown.status_code, unknown.json()["error"]["message"]) == (401, "invalid x-api-key")
    assert entries[0]["key"] == stage.tenant.api_key_id != entries[1]["key"]
    assert {entry["gateway"] for entry in entries} == {"mintoken"}
    assert "sk-ant-api03-x" not in repr(entries)


@pytest.mark.parametrize(
    ("system", "sent"),
    [
        ({}, "Be brief."),
        ({"system": "Speak French."}, "Be brief.\n\nSpeak French."),
        (
            {"system": [{"type": "text", "text": "Speak French."}]},
            [{"type": "text", "text": "Be brief."}, {"type": "text", "text": "Speak French."}],
        ),
    ],
)
async def test_the_rules_are_in_the_history_and_in_the_counts(
    front: str, system: dict[str, Any], sent: object
) -> None:
    async with behind_mintoken(front) as stage:
        through = await ask(stage, keys(stage), at=AT, **system)
        plain = await stage.create(system=sent)
        count = {name: HELLO[name] for name in ("model", "messages")}
        counted = await stage.client.post(
            f"{AT}/count_tokens", headers=keys(stage), json={**count, **system}
        )
        kept = (await stage.control("GET", "/messages"))["messages"]

    request = {**HELLO, "system": sent}
    assert [message["request_json"] for message in kept] == [request, request]
    assert through.json()["usage"] == plain.json()["usage"]
    assert counted.json()["input_tokens"] == plain.json()["usage"]["input_tokens"]
    assert through.json()["content"] == plain.json()["content"]


async def test_an_edition_of_the_api_need_not_be_named() -> None:
    async with behind_mintoken() as stage:
        none = await ask(stage, keys(stage), at=AT, version={})
        older = await ask(stage, keys(stage), at=AT)
        newer = await ask(stage, keys(stage), at=AT, version={"anthropic-version": "2026-10-21"})
        plain = await ask(stage, {"x-api-key": stage.tenant.api_key}, at="/v1/messages", version={})

    assert none.status_code == older.status_code == newer.status_code == 200
    assert plain.status_code == 400
    assert none.json().keys() == older.json().keys()


async def test_what_the_provider_refuses_is_passed_on_unchanged() -> None:
    async with behind_mintoken(settings={"script": "529; 500; page(status=502)"}) as stage:
        through = [await ask(stage, keys(stage), at=AT) for _ in range(4)]
        await stage.control("POST", "/reset", doc={"scope": "key", "id": stage.tenant.api_key_id})
        plain = [await stage.create() for _ in range(4)]
        invalid = await ask(stage, keys(stage), at=AT, system=7)

    assert [answer.status_code for answer in through] == [529, 500, 502, 200]
    for one, other in zip(through[:3], plain[:3], strict=True):
        assert one.content == other.content
        told = dict(one.headers)
        assert told.pop("x-mintoken-intensity", "full") == "full"
        assert told == dict(other.headers)
    assert invalid.status_code == 400
    assert invalid.json()["error"]["message"].startswith("system:")


async def test_a_stream_is_passed_on_as_it_is_sent() -> None:
    async with behind_mintoken(settings={"script": "truncate(after_events=5)"}) as stage:
        cut = await ask(stage, keys(stage), at=AT, stream=True)

    assert cut.text.count("event: ") == 5


async def test_how_much_is_compressed_is_told() -> None:
    async with behind_mintoken() as stage:
        told = [
            (await ask(stage, {**keys(stage), **asked}, at=f"{AT}{query}")).headers[
                "x-mintoken-intensity"
            ]
            for asked, query in (
                ({}, ""),
                ({"x-mintoken-intensity": "ultra"}, ""),
                ({}, "?intensity=lite"),
                ({"x-mintoken-intensity": "none such"}, ""),
            )
        ]

    assert told == ["full", "ultra", "lite", "full"]


async def test_a_chat_has_the_rules_as_its_first_message() -> None:
    async with behind_mintoken() as stage:
        chat = {"model": "claude-sonnet-4-6", "messages": HELLO["messages"]}
        response = await stage.client.post(
            "/mintoken/v1/chat/completions", headers=keys(stage), json=chat
        )
        kept = (await stage.control("GET", "/messages"))["messages"]

    assert response.status_code == 200
    assert kept[0]["request_json"]["messages"][0] == {"role": "system", "content": "Be brief."}


async def test_both_gateways_and_the_plain_api_are_there_at_once() -> None:
    async with staged("asgi", gateways=(LiteLLM(), Mintoken())) as stage:
        answers = [
            await ask(stage, stage.headers(), at="/v1/messages"),
            await ask(stage, stage.headers()),
            await ask(stage, keys(stage), at=AT),
        ]
        entries = await stage.entries()

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [entry.get("gateway") for entry in entries] == [None, "litellm", "mintoken"]

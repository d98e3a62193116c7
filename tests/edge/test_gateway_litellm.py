"""LiteLLM in front of the twin: who is let in, what a key is held to, what is passed on."""

from __future__ import annotations

import pytest
import trio
from gatewayed import MASTER, ask, bearer, behind_litellm, make_key, reason
from trio.testing import MockClock
from virtual import HELLO, Stage, staged

#: HELLO's 8 tokens of input at $3 a million, and its 52 of output at $15.
COST = 0.000804


async def test_a_virtual_key_works_under_the_prefix_and_nowhere_else(front: str) -> None:
    async with behind_litellm(front) as stage:
        key = (await make_key(stage))["key"]
        through = await ask(stage, bearer(key))
        plain = await ask(stage, bearer(key), at="/v1/messages")
        control = await stage.client.get("/_twin/usage", headers=bearer(key))

    assert through.status_code == 200
    assert (plain.status_code, plain.json()["error"]["message"]) == (401, "Invalid bearer token")
    assert control.status_code == 401


@pytest.mark.parametrize("header", ["authorization", "x-api-key", "x-litellm-api-key"])
async def test_a_key_is_taken_from_each_of_its_headers(header: str) -> None:
    async with behind_litellm() as stage:
        key = (await make_key(stage))["key"]
        value = f"Bearer {key}" if header == "authorization" else key
        response = await ask(stage, {header: value})

    assert response.status_code == 200


async def test_with_a_master_key_only_it_and_its_keys_are_let_in() -> None:
    async with behind_litellm() as stage:
        master = await ask(stage, bearer(MASTER))
        refused = [
            reason(await ask(stage, headers))
            for headers in (
                bearer("sk-never-made-by-anybody"),
                stage.headers(),
                {},
                {"authorization": f"Basic {MASTER}"},
            )
        ]

    assert master.status_code == 200
    assert refused == [
        (401, "token_not_found_in_db"),
        (401, "token_not_found_in_db"),
        (401, "auth_error"),
        (401, "auth_error"),
    ]


async def test_no_key_of_the_gateways_reaches_the_admin_api() -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage)
        answers = [
            await stage.client.get(
                "/anthropic/v1/organizations/me", headers={**stage.headers(), **bearer(key)}
            )
            for key in (MASTER, made["key"])
        ]

    for answer in answers:
        assert answer.status_code == 401
        assert answer.json()["error"]["message"] == "invalid x-api-key"


async def test_without_a_master_key_any_key_is_let_in() -> None:
    async with behind_litellm(master_key=None) as stage:
        answers = [
            await ask(stage, headers)
            for headers in (bearer("anything"), {"x-api-key": "at all"}, stage.headers(), {})
        ]
        entries = await stage.entries()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 401]
    keys = [entry["key"] for entry in entries]
    # A key of the twin is itself; all others share what the gateway has.
    assert keys[0] == keys[1] != keys[2] == stage.tenant.api_key_id


async def test_a_budget_binds_by_what_the_key_has_cost(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage, max_budget=1.5 * COST, key_alias="ci")
        answers = [await ask(stage, bearer(made["key"])) for _ in range(3)]
        info = await stage.client.get("/key/info", headers=bearer(made["key"]))

    assert [answer.status_code for answer in answers] == [200, 200, 422]
    assert reason(answers[-1]) == (422, "budget_exceeded")
    assert answers[-1].json()["error"]["message"] == (
        f"Budget has been exceeded! Key=ci ({made['key_name']}) "
        f"Current cost: {2 * COST}, Max budget: {1.5 * COST}"
    )
    assert info.json()["info"]["spend"] == 2 * COST
    assert answers[1].headers["x-litellm-key-spend"] == str(COST)


async def test_a_budget_is_there_again_after_its_duration(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage, max_budget=COST, budget_duration="1h"))["key"])
        before = [(await ask(stage, key)).status_code for _ in range(2)]
        await trio.sleep(3600)
        after = await ask(stage, key)

    assert before == [200, 422]
    assert (after.status_code, after.headers["x-litellm-key-spend"]) == (200, "0.0")


async def test_requests_a_minute_bind_and_come_back(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage, rpm_limit=2)
        key = bearer(made["key"])
        before = [await ask(stage, key) for _ in range(3)]
        await trio.sleep(30)
        after = [(await ask(stage, key)).status_code for _ in range(2)]

    assert [answer.status_code for answer in before] == [200, 200, 429]
    assert reason(before[-1]) == (429, "throttling_error")
    assert made["token"] in before[-1].json()["error"]["message"]
    assert before[-1].headers["x-litellm-key-rpm-limit"] == "2"
    assert "retry-after" not in before[-1].headers
    assert after == [200, 429]


async def test_tokens_a_minute_bind_and_come_back(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage, tpm_limit=60))["key"])
        before = [(await ask(stage, key)).status_code for _ in range(2)]
        await trio.sleep(1)
        after = (await ask(stage, key)).status_code

    assert (before, after) == ([200, 429], 200)


async def test_requests_at_once_bind(autojump_clock: MockClock) -> None:
    async with behind_litellm(settings={"script": "latency(seconds=5)*9"}) as stage:
        key = bearer((await make_key(stage, max_parallel_requests=2))["key"])
        found: list[int] = []

        async def one() -> None:
            found.append((await ask(stage, key)).status_code)

        async with trio.open_nursery() as nursery:
            for _ in range(3):
                nursery.start_soon(one)

    assert sorted(found) == [200, 200, 429]


async def test_a_key_is_for_its_models_until_its_time_is_over(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage, models=["claude-sonnet-*"], duration="1m")
        allowed = await ask(stage, bearer(made["key"]))
        denied = await ask(stage, bearer(made["key"]), model="claude-opus-4-8")
        await trio.sleep(61)
        late = await ask(stage, bearer(made["key"]))

    assert allowed.status_code == 200
    assert reason(denied) == (403, "key_model_access_denied")
    assert reason(late) == (401, "expired_key")


async def test_a_blocked_key_is_let_in_nowhere() -> None:
    async with behind_litellm() as stage:
        key = (await make_key(stage, blocked=True))["key"]
        refused = await ask(stage, bearer(key))
        asking = await stage.client.get("/key/info", headers=bearer(key))

    assert reason(refused) == (401, "auth_error")
    assert asking.json()["error"]["message"].startswith("Authentication Error, Key is blocked.")


async def test_the_errors_of_the_provider_are_passed_on_in_its_own_form() -> None:
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage))["key"])
        invalid = await ask(stage, key, max_tokens=-1)
        unversioned = await ask(stage, key, version={})
        nowhere = await stage.client.get("/anthropic/v1/nothing", headers=key)

    for response, status in ((invalid, 400), (unversioned, 400), (nowhere, 404)):
        assert response.status_code == status
        assert response.json()["request_id"] == response.headers["request-id"]
        assert "litellm_error_type" not in response.json()["error"]
        assert response.headers["x-litellm-version"]


async def test_faults_limits_and_lanes_are_as_on_the_plain_api(front: str) -> None:
    async with behind_litellm(front, tier="tier1") as stage:
        made = await make_key(stage, key_alias="ci")
        await stage.configure(script="529; 429(retry_after=7); ok")
        answers = [await ask(stage, bearer(made["key"])) for _ in range(3)]
        lane = await ask(
            stage, bearer(made["key"]), at="/_lane/l/_script/529;ok/anthropic/v1/messages"
        )
        entries = await stage.entries()

    assert [answer.status_code for answer in answers] == [529, 429, 200]
    assert answers[1].headers["retry-after"] == "7"
    assert answers[2].headers["anthropic-ratelimit-requests-limit"] == "50"
    assert (lane.status_code, entries[-1]["lane"]) == (529, "l")
    assert {entry["gateway"] for entry in entries} == {"litellm"}
    assert {entry["path"] for entry in entries} == {"/v1/messages"}


async def test_a_fault_of_the_provider_comes_before_what_the_gateway_would_refuse() -> None:
    async with behind_litellm(settings={"script": "529; ok"}) as stage:
        key = bearer((await make_key(stage, models=["claude-opus-4-8"]))["key"])
        answers = [(await ask(stage, key)).status_code for _ in range(2)]

    assert answers == [529, 403]


async def test_every_endpoint_is_behind_the_prefix() -> None:
    async with behind_litellm() as stage:
        headers = {**stage.headers(), **bearer(MASTER)}
        count = {name: HELLO[name] for name in ("model", "messages")}
        counted = await stage.client.post(
            "/anthropic/v1/messages/count_tokens", headers=headers, json=count
        )
        listed = await stage.client.get("/anthropic/v1/models", headers=headers)
        made = await make_key(stage, models=["claude-sonnet-*"])
        # LiteLLM looks at no model in a path.
        other = await stage.client.get(
            "/anthropic/v1/models/claude-opus-4-8", headers={**headers, **bearer(made["key"])}
        )

    assert other.status_code == 200
    assert counted.json() == {"input_tokens": 8}
    assert listed.json()["data"]


async def test_the_prefix_is_none_without_the_gateway(front: str) -> None:
    async with staged(front) as stage:
        assert (await ask(stage, stage.headers())).status_code == 404


async def test_the_web_server_is_litellms_and_the_rest_of_the_head_is_the_providers() -> None:
    async with behind_litellm() as stage:
        response = await ask(stage, bearer(MASTER))

    assert response.headers["server"] == "uvicorn"
    assert response.headers["via"] == "1.1 google"
    assert response.headers["request-id"].startswith("req_")
    assert response.headers["x-litellm-model-api-base"].endswith("/v1/messages")


async def test_a_reset_fills_a_keys_limits_again() -> None:
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage, rpm_limit=1, max_budget=COST))["key"])
        before = [(await ask(stage, key)).status_code for _ in range(2)]
        await reset(stage)
        after = await ask(stage, key)

    assert before[0] == 200 != before[1]
    assert after.status_code == 200


async def reset(stage: Stage) -> None:
    await stage.control("POST", "/reset", doc={"scope": "tenant", "id": stage.tenant.tenant_id})

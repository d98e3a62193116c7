"""The known deviations from the real API: each is listed in the README under the name of its test."""

from __future__ import annotations

from typing import Any

import httpx2
import trio
from gatewayed import MASTER, ask, bearer, behind_litellm, behind_mintoken, make_key, reason
from trio.testing import MockClock
from virtual import HELLO, VERSION, Stage, staged

from simtwin.api.batches import held
from simtwin.api.models import MODELS


def usage(response: httpx2.Response) -> dict[str, Any]:
    found: dict[str, Any] = response.json()["usage"]
    return found


def text(response: httpx2.Response) -> str:
    said: str = response.json()["content"][0]["text"]
    return said


async def count(stage: Stage, **fields: Any) -> httpx2.Response:
    doc = {name: value for name, value in {**HELLO, **fields}.items() if name != "max_tokens"}
    return await stage.client.post("/v1/messages/count_tokens", headers=stage.headers(), json=doc)


async def test_made_up_text() -> None:
    question = [{"role": "user", "content": "What is two and two? Answer with one digit."}]
    async with staged("asgi") as stage:
        said = text(await stage.create(messages=question))

    assert len(said.split()) > 3


async def test_estimated_tokens() -> None:
    async with staged("asgi") as stage:
        counted = (await count(stage)).json()["input_tokens"]
        used = usage(await stage.create())["input_tokens"]

    assert counted == used


async def test_never_fits() -> None:
    async with staged("asgi", tier="tier1") as stage:
        long = [{"role": "user", "content": "word " * 40_000}]
        refused = await stage.create(messages=long)
        served = await stage.create()

    assert refused.status_code == 429
    assert "retry-after" not in refused.headers
    assert refused.headers["x-should-retry"] == "false"
    assert "30,000 input tokens" in refused.json()["error"]["message"]
    assert served.status_code == 200


async def test_lenient_versions() -> None:
    asked = {"anthropic-version": "a version that never was"}
    async with staged("asgi") as lenient:
        served = await lenient.client.post(
            "/v1/messages", headers={**lenient.headers(), **asked}, json=HELLO
        )
    async with staged("asgi", strict_version=True) as strict:
        refused = await strict.client.post(
            "/v1/messages", headers={**strict.headers(), **asked}, json=HELLO
        )

    assert (served.status_code, refused.status_code) == (200, 400)


async def test_unknown_betas() -> None:
    async with staged("asgi") as stage:
        headers = {**stage.headers(), "anthropic-beta": "no-such-thing-2031-01-01"}
        served = await stage.client.post("/v1/messages", headers=headers, json=HELLO)

    assert served.status_code == 200


async def test_beta_query() -> None:
    managed = {**HELLO, "context_management": {"edits": []}}
    async with staged("asgi") as stage:
        asked = [
            await stage.client.post(f"/v1/messages{query}", headers=stage.headers(), json=managed)
            for query in ("?beta=true", "")
        ]

    assert [each.status_code for each in asked] == [200, 400]


async def test_retired_models() -> None:
    retired = [model.id for model in MODELS if model.lifecycle == "retired"]
    async with staged("asgi") as stage:
        page = await stage.client.get("/v1/models?limit=1000", headers=stage.headers())
        served = [await stage.create(model=name) for name in retired]

    listed = {model["id"] for model in page.json()["data"]}
    assert retired
    assert listed.isdisjoint(retired)
    assert {answer.status_code for answer in served} == {200}


async def test_shape_before_meaning() -> None:
    """The real API knows what JSON Schema is, and which files there are."""
    odd = {"type": "object", "properties": {"city": {"type": "town"}}}
    file = {"type": "image", "source": {"type": "file", "file_id": "file_nobody"}}
    async with staged("asgi") as stage:
        of_no_type = await stage.create(tools=[{"name": "go", "input_schema": odd}])
        of_nobody = await stage.create(messages=[{"role": "user", "content": [file]}])

    assert (of_no_type.status_code, of_nobody.status_code) == (200, 200)


async def test_count_tokens_limits() -> None:
    async with staged("asgi") as stage:
        headers = (await count(stage)).headers

    assert [name for name in headers if name.startswith("anthropic-ratelimit-")] == [
        f"anthropic-ratelimit-requests-{part}" for part in ("limit", "remaining", "reset")
    ]


async def test_nothing_compressed() -> None:
    async with staged("asgi") as stage:
        headers = (await stage.create()).headers

    assert headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in headers


async def test_marks() -> None:
    async with staged("asgi") as stage:
        marked = (await stage.create()).headers
    async with staged("asgi", marks=False) as stage:
        unmarked = (await stage.create()).headers

    assert marked["x-simtwin-seed"] == "7"
    assert not [name for name in unmarked if name.startswith("x-simtwin-")]


async def test_litellm_spend(autojump_clock: MockClock) -> None:
    hour = {"type": "ephemeral", "ttl": "1h"}
    system = [{"type": "text", "text": "word " * 2_000, "cache_control": hour}]
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage, max_budget=0.0001, budget_duration="1mo"))["key"])
        used = usage(await ask(stage, key, system=system))
        refused = await ask(stage, key)
        info = (await stage.client.get("/key/info", headers=key)).json()["info"]
        await trio.sleep(30 * 86_400)
        after = await ask(stage, key)

    written = used["cache_creation"]["ephemeral_1h_input_tokens"]
    assert written > 1_000
    millionths = used["input_tokens"] * 3 + written * 3.75 + used["output_tokens"] * 15
    assert info["spend"] == round(millionths / 1_000_000, 12)
    assert (refused.status_code, after.status_code) == (422, 200)


async def test_litellm_limits(autojump_clock: MockClock) -> None:
    async with behind_litellm() as stage:
        key = bearer((await make_key(stage, tpm_limit=10))["key"])
        answers = [(await ask(stage, key)).status_code for _ in range(2)]
        for seconds in (60, 246):
            await trio.sleep(seconds)
            answers.append((await ask(stage, key)).status_code)

    # Of 60 tokens 50 were a debt: after 306 s there is one again.
    assert answers == [200, 429, 429, 200]


async def test_litellm_order() -> None:
    async with behind_litellm(settings={"script": "529; ok"}) as stage:
        key = bearer((await make_key(stage, blocked=True))["key"])
        answers = [(await ask(stage, key)).status_code for _ in range(2)]
        stranger = await ask(stage, bearer("sk-never-made-by-anybody"))

    assert (answers, stranger.status_code) == ([529, 401], 401)


async def test_litellm_keys() -> None:
    async with behind_litellm() as stage:
        made = await make_key(stage)
        refused = [
            await stage.client.post("/key/generate", headers=bearer(MASTER), json=doc)
            for doc in ({"allowed_routes": ["/anthropic/*"]}, {"max_budget": "much"})
        ]
        itself = await stage.client.post(
            "/key/delete", headers=bearer(made["key"]), json={"keys": [made["key"]]}
        )
    async with behind_litellm(master_key=None) as stage:
        keyless = await ask(stage, {})

    assert [response.status_code for response in refused] == [400, 400]
    assert itself.status_code == 401
    assert reason(keyless) == (401, "auth_error")


async def test_mintoken_assumptions() -> None:
    async with behind_mintoken() as stage:
        answers = [
            await ask(
                stage,
                {**bearer("mt"), "x-provider-key": "sk", "x-mintoken-intensity": level},
                at="/mintoken/v1/messages",
                system="Speak French.",
            )
            for level in ("lite", "ultra")
        ]
        kept = (await stage.control("GET", "/messages"))["messages"]

    assert [answer.headers["x-mintoken-intensity"] for answer in answers] == ["lite", "ultra"]
    assert "x-mintoken-duration-ms" not in answers[0].headers
    assert {each["request_json"]["system"] for each in kept} == {"Be brief.\n\nSpeak French."}


async def test_assumed_batches(autojump_clock: MockClock) -> None:
    path, request = "/v1/messages/batches", {"custom_id": "a", "params": HELLO}
    waits = {"match": {"endpoint": "batches_request"}, "latency": {"seconds": 300}}
    async with staged("asgi", settings={"rules": [waits]}) as stage:
        headers = stage.headers()
        twice = await stage.client.post(path, headers=headers, json={"requests": [request] * 2})
        made = await stage.client.post(path, headers=headers, json={"requests": [request]})
        one = f"{path}/{made.json()['id']}"
        early = await stage.client.get(f"{one}/results", headers=headers)
        kept = await stage.client.delete(one, headers=headers)
        await stage.client.post(f"{one}/cancel", headers=headers)
        await trio.sleep(61)
        ended = (await stage.client.get(one, headers=headers)).json()
        late = await stage.client.post(f"{one}/cancel", headers=headers)

    refused = (twice, early, kept, late)
    assert [answer.status_code for answer in refused] == [400] * 4
    assert "unique" in twice.json()["error"]["message"]
    assert ended["request_counts"]["canceled"] == 1
    assert held.MOST_BATCHES == 10_000


async def test_generated_resources() -> None:
    """No agent works, nothing is ever used, and nobody minds what the types do not know."""
    async with staged("asgi") as stage:
        beta = stage.anthropic().beta
        agent = await beta.agents.create(
            model="claude-opus-4-8", name="Ada", extra_body={"no_such_parameter": 1}
        )
        environment = await beta.environments.create(name="Here")
        session = await beta.sessions.create(agent=agent.id, environment_id=environment.id)
        asked = {"type": "user.message", "content": [{"type": "text", "text": "Write a file."}]}
        await beta.sessions.events.send(session.id, events=[asked])  # type: ignore[list-item]  # as it is written
        said = [each.type async for each in beta.sessions.events.list(session.id)]
        dream = await beta.dreams.create(
            inputs=[{"type": "sessions", "session_ids": [session.id]}], model="claude-opus-4-8"
        )
        admin = await stage.control("POST", "/accounts", doc={"kind": "admin_key"})
        organization = stage.anthropic(api_key=admin["api_key"]).beta.organization
        used = await organization.analytics.users.list()

    assert "agent.message" in said
    assert not [each for each in said if "tool" in each]
    assert dream.status == "pending"
    assert used.data == []


async def test_files_of_others() -> None:
    source = {"type": "file", "file_id": "file_011CNobodys"}
    content = [{"type": "document", "source": source}, {"type": "text", "text": "What is it?"}]
    asked = {**HELLO, "messages": [{"role": "user", "content": content}]}
    async with staged("asgi") as stage:
        before = await stage.client.post("/v1/messages", headers=stage.headers(), json=asked)
        made = await stage.client.post(
            "/v1/files", headers=stage.headers(), files={"file": ("a.txt", b"x", "text/plain")}
        )
        after = await stage.client.post("/v1/messages", headers=stage.headers(), json=asked)
        content_of = await stage.client.get(
            f"/v1/files/{made.json()['id']}/content", headers=stage.headers()
        )
        archive = await stage.client.get(
            "/v1/skills/pdf/versions/latest/content", headers=stage.headers()
        )

    assert (before.status_code, after.status_code) == (200, 404)
    assert (content_of.status_code, archive.status_code) == (400, 403)


async def test_keys_made_by_the_admin_api() -> None:
    async with staged("asgi") as stage:
        made = await stage.client.post(
            "/_twin/accounts", headers=stage.auth, json={"kind": "admin_key"}
        )
        headers = {**VERSION, "x-api-key": made.json()["api_key"]}
        answer = await stage.client.post(
            "/v1/organizations/api_keys", headers=headers, json={"name": "mine"}
        )
        hello = await stage.create(key=answer.json()["api_key"])

    assert hello.status_code == 200


async def test_invites_are_accepted_through_the_twin() -> None:
    async with staged("asgi") as stage:
        made = await stage.client.post(
            "/_twin/accounts", headers=stage.auth, json={"kind": "admin_key"}
        )
        headers = {**VERSION, "x-api-key": made.json()["api_key"]}
        invite = await stage.client.post(
            "/v1/organizations/invites",
            headers=headers,
            json={"email": "b@example.com", "role": "user"},
        )
        accepted = {"kind": "user", "invite_id": invite.json()["id"]}
        user = await stage.client.post("/_twin/accounts", headers=stage.auth, json=accepted)
        again = await stage.client.post("/_twin/accounts", headers=stage.auth, json=accepted)
        users = await stage.client.get("/v1/organizations/users", headers=headers)

    assert (user.status_code, again.status_code) == (201, 400)
    assert user.json()["id"] in [each["id"] for each in users.json()["data"]]


async def test_claude_code_is_known_by_its_requests() -> None:
    async with staged("asgi") as stage:
        made = await stage.client.post(
            "/_twin/accounts", headers=stage.auth, json={"kind": "admin_key"}
        )
        headers = {**stage.headers(), "user-agent": "claude-cli/2.0.1 (external, cli)"}
        await stage.client.post("/v1/messages", headers=headers, json=HELLO)
        report = await stage.client.get(
            "/v1/organizations/usage_report/claude_code?starting_at=2026-11-21",
            headers={**VERSION, "x-api-key": made.json()["api_key"]},
        )

    (record,) = report.json()["data"]
    assert record["model_breakdown"][0]["tokens"]["output"] > 0
    assert record["core_metrics"]["lines_of_code"] == {"added": 0, "removed": 0}


async def test_complete_for_all_models() -> None:
    asked = {"prompt": "\n\nHuman: Hi\n\nAssistant:", "max_tokens_to_sample": 20}
    async with staged("asgi") as stage:
        answers = [
            await stage.client.post(
                "/v1/complete", headers=stage.headers(), json={**asked, "model": model}
            )
            for model in ("claude-2.1", "claude-opus-4-8")
        ]

    assert [answer.json()["type"] for answer in answers] == ["completion", "completion"]


async def test_assumed_compatibility() -> None:
    asked = {"model": HELLO["model"], "messages": HELLO["messages"]}
    async with staged("asgi") as stage:
        headers = stage.headers()
        path = "/v1/chat/completions"
        unlimited = await stage.client.post(path, headers=headers, json=asked)
        stream = await stage.client.post(path, headers=headers, json={**asked, "stream": True})
        astray = await stage.client.get(path, headers=headers)

    assert unlimited.json()["choices"][0]["finish_reason"] == "stop"
    assert unlimited.headers["x-ratelimit-reset-requests"] in ("0s", "1s")
    assert unlimited.headers["anthropic-ratelimit-requests-reset"].endswith("Z")
    assert "ping" not in stream.text
    assert astray.json()["type"] == "error"


async def test_made_up_results() -> None:
    search = {"type": "web_search_20250305", "name": "web_search"}
    async with staged("asgi") as stage:
        answers = [
            await stage.create(
                tools=[search],
                max_tokens=2_000,
                messages=[{"role": "user", "content": f"What is new in town {number}?"}],
            )
            for number in range(12)
        ]

    kinds = {block["type"] for answer in answers for block in answer.json()["content"]}
    assert {"server_tool_use", "web_search_tool_result"} <= kinds


async def test_bound_thinking() -> None:
    asked: dict[str, Any] = {
        "model": "claude-opus-5-5",
        "max_tokens": 2_000,
        "thinking": {"type": "adaptive"},
    }
    hi, on = ({"role": "user", "content": text} for text in ("Hi", "Go on."))
    async with staged("asgi") as stage:
        first = await stage.create(**asked, messages=[hi])
        said = {"role": "assistant", "content": first.json()["content"]}
        second = await stage.create(**asked, messages=[hi, said, on])
        more = {"role": "assistant", "content": second.json()["content"]}
        gap = {"role": "assistant", "content": said["content"][1:]}
        whole = await stage.create(**asked, messages=[hi, said, on, more, on])
        gapped = await stage.create(**asked, messages=[hi, gap, on, more, on])
        edited = await stage.create(**asked, messages=[on, said, on])

    assert (whole.status_code, gapped.status_code) == (200, 200)
    assert "bound to a different conversation" in edited.json()["error"]["message"]

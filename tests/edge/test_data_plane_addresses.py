"""A request says itself what it is to meet: a script in a header or a path, and a lane."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import anthropic
import httpx2
import pytest
import trio
from virtual import HELLO, URL, Stage, staged

ALWAYS = {"rules": [{"refuse": {"status": 503}}]}


async def ask(
    stage: Stage, prefix: str = "", script: str | bytes | None = None, path: str = "/v1/messages"
) -> httpx2.Response:
    headers: list[tuple[bytes, bytes]] = [
        (name.encode(), value.encode()) for name, value in stage.headers().items()
    ]
    if script is not None:
        raw = script.encode() if isinstance(script, str) else script
        headers.append((b"x-simtwin-script", raw))
    return await stage.client.post(f"{prefix}{path}", headers=headers, json=HELLO)


def met(response: httpx2.Response) -> tuple[int, str | None]:
    return response.status_code, response.headers.get("x-simtwin-script")


async def test_a_script_in_a_header_is_met_by_that_request_alone(front: str) -> None:
    async with staged(front) as stage:
        scripted = await ask(stage, script="529; 429")
        plain = await ask(stage)

    assert met(scripted) == (529, "1/2")
    assert met(plain) == (200, None)


async def test_a_script_in_the_path_is_the_same_as_one_in_a_header(front: str) -> None:
    async with staged(front) as stage:
        answers = [
            met(await ask(stage, "/_script/529;429", None)),
            met(await ask(stage, script="529;429")),
            met(await ask(stage, "/_script/529%3B429", None)),
        ]

    assert answers == [(529, "1/2"), (429, "2/2"), (200, "finished")]


async def test_a_request_with_a_script_meets_no_rule_on_ok_nor_at_the_end(front: str) -> None:
    async with staged(front, settings={**ALWAYS, "script": "529; loop"}) as stage:
        answers = [met(await ask(stage, script="ok; 500")) for _ in range(3)]
        models = await stage.client.get(
            "/v1/models", headers={**stage.headers(), "x-simtwin-script": "ok"}
        )
        plain = await ask(stage)

    assert answers == [(200, "1/2"), (500, "2/2"), (200, "finished")]
    assert models.status_code == 200
    assert met(plain) == (529, "1/1")


async def test_limits_and_credentials_hold_for_a_request_with_a_script(front: str) -> None:
    limits = {"tier": "tier1", "pools": {"claude-sonnet-4.x": {"rpm": 1}}}
    async with staged(front, settings={"limits": limits}) as stage:
        first, second = [await ask(stage, script="ok") for _ in range(2)]
        stranger = await stage.client.post(
            "/_script/ok/v1/messages", headers={"x-api-key": "sk-ant-nobody"}, json=HELLO
        )

    assert [first.status_code, second.status_code, stranger.status_code] == [200, 429, 401]


async def test_a_script_in_a_header_goes_before_one_in_the_path(front: str) -> None:
    async with staged(front) as stage:
        answer = await ask(stage, "/_script/529", "418")

    assert answer.status_code == 418


async def test_a_script_may_have_every_character_of_its_grammar_in_a_path(front: str) -> None:
    script = 'refuse(status=529, message="a/b% ü;+ [x]")*2; ok'
    async with staged(front) as stage:
        answer = await ask(stage, f"/_script/{quote(script, safe='')}")
        header = await ask(stage, script=script)

    assert met(answer) == (529, "1/3")
    assert met(header) == (529, "2/3")
    assert answer.json()["error"]["message"] == "a/b% ü;+ [x]"


NO_SCRIPTS: dict[str | bytes, str] = {
    "529; bogus; ok": "there is no kind 'bogus'",
    "529; ; ok": "expected ok, a status or a kind of fault here, at character 6: 529; >>>; ok",
    "": "expected ok, a status or a kind of fault here, at character 1: >>>",
    "stall(second=3)": "stall has no setting 'second'",
    b"529; \xff": "a script is text in UTF-8, at character 6: 529; >>>\xff",
}


async def test_what_is_no_script_is_a_400_that_points_at_the_place(front: str) -> None:
    async with staged(front, settings=ALWAYS) as stage:
        for script, told in NO_SCRIPTS.items():
            in_path = f"/_script/{quote(script)}"
            for answer in (await ask(stage, script=script), await ask(stage, in_path)):
                error = answer.json()["error"]

                assert answer.status_code == 400
                assert answer.headers["x-simtwin-cause"] == "own"
                assert answer.headers["x-should-retry"] == "false"
                assert error["type"] == "invalid_request_error"
                assert error["message"].startswith(f"the script cannot be read: {told}")
                assert "\n" not in error["message"]
        entries = await stage.entries()

    assert [entry["ordinal"] for entry in entries] == [*range(2 * len(NO_SCRIPTS))]


async def test_the_place_in_a_script_is_kept_for_each_lane_and_text(front: str) -> None:
    async with staged(front) as stage:
        answers = [
            met(await ask(stage, prefix, script))
            for prefix, script in [
                ("", "529; ok"),
                ("/_lane/a", "529; ok"),
                ("/_lane/b", "529;ok"),
                ("/_lane/a", "529;ok"),
                ("/_lane/a", "529; ok"),
                ("", "529; ok"),
            ]
        ]

    assert [place for _, place in answers] == ["1/2", "1/2", "1/2", "1/2", "2/2", "2/2"]


async def test_a_lane_has_ordinals_and_rules_of_its_own(front: str) -> None:
    rules = [{"when": {"nth": 2}, "refuse": {"status": 529}}]
    async with staged(front, settings={"rules": rules}) as stage:
        order = ["/_lane/a", "", "/_lane/b", "/_lane/a", "", "/_lane/b", "/_lane/a"]
        statuses = [(await ask(stage, prefix)).status_code for prefix in order]
        entries = await stage.entries()
        (row,) = await stage.usage()

    assert statuses == [200, 200, 200, 529, 529, 529, 200]
    assert [(entry["lane"], entry["ordinal"]) for entry in entries] == [
        ("a", 0),
        (None, 0),
        ("b", 0),
        ("a", 1),
        (None, 1),
        ("b", 1),
        ("a", 2),
    ]
    assert row["requests"] == {"200": 4, "529": 3}


async def test_lanes_of_a_key_draw_other_fates_and_ids(front: str) -> None:
    rules = [{"when": {"chance": 0.5}, "refuse": {"status": 529}}]
    async with staged(front, settings={"rules": rules}) as stage:
        answers = {
            lane: [await ask(stage, lane) for _ in range(16)]
            for lane in ("", "/_lane/a", "/_lane/0")
        }

    fates = {tuple(each.status_code for each in found) for found in answers.values()}
    ids = [each.headers["request-id"] for found in answers.values() for each in found]
    assert len(fates) == 3
    assert len(set(ids)) == len(ids)


async def test_replies_take_turns_in_each_lane(front: str) -> None:
    replies = [{"times": [{"text": "first"}, {"text": "second"}]}]
    async with staged(front, settings={"replies": replies}) as stage:
        said = [
            (await ask(stage, lane)).json()["content"][0]["text"]
            for lane in ("/_lane/a", "", "/_lane/a", "")
        ]

    assert said == ["first", "first", "second", "second"]


async def test_a_lane_begins_anew_after_ten_minutes_without_use(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        before = [met(await ask(stage, "/_lane/a")) for _ in range(2)]
        await trio.sleep(601)
        after = met(await ask(stage, "/_lane/a"))
        first, _, last = await stage.entries()

    assert before == [(529, "1/2"), (200, "2/2")]
    assert after == (529, "1/2")
    assert (first["request"], first["ordinal"]) == (last["request"], last["ordinal"])


async def test_a_lane_that_cannot_be_is_a_400(front: str) -> None:
    names = ["a%2Fb", "%20a", "%C3%A4", "x" * 129, ""]
    async with staged(front) as stage:
        answers = [await ask(stage, f"/_lane/{name}") for name in names]
        entries = await stage.entries()

    assert [answer.status_code for answer in answers] == [400] * len(names)
    for answer in answers:
        assert answer.headers["x-simtwin-cause"] == "own"
        assert "the name of a lane must be 1 to 128" in answer.json()["error"]["message"]
    assert [entry["ordinal"] for entry in entries] == [None] * len(names)


async def test_prefixes_lead_to_the_api_alone(front: str) -> None:
    astray = (
        "/_lane/a/_twin/settings",
        "/_script/ok/_twin/settings",
        "/_script/ok/_lane/a/v1/messages",
        "/_lane/a/_lane/b/v1/messages",
        "/_lane/a",
        "/_lane/a/",
        "/_lane/a/v2/messages",
        "/_script/a/b/v1/messages",
        "/_lane/a/%2e%2e/_twin/settings",
        "/_lanes/a/v1/messages",
    )
    async with staged(front) as stage:
        for path in astray:
            for headers in (stage.auth, stage.headers()):
                response = await stage.client.get(path, headers=headers)

                assert response.status_code == 404, path
                assert response.json()["error"]["type"] == "not_found_error"


async def test_everything_under_v1_can_be_addressed(front: str) -> None:
    prefix = "/_lane/a/_script/ok"
    async with staged(front) as stage:
        count = await stage.client.post(
            f"{prefix}/v1/messages/count_tokens",
            headers=stage.headers(),
            json={name: value for name, value in HELLO.items() if name != "max_tokens"},
        )
        models = await stage.client.get(f"{prefix}/v1/models?limit=1", headers=stage.headers())
        model = await stage.client.get(
            f"{prefix}/v1/models/claude-sonnet-4-6", headers=stage.headers()
        )
        nothing = await stage.client.get(f"{prefix}/v1/nothing", headers=stage.headers())
        entries = await stage.entries()

    statuses = [each.status_code for each in (count, models, model, nothing)]
    assert statuses == [200, 200, 200, 404]
    assert len(models.json()["data"]) == 1
    assert [entry["path"] for entry in entries][:2] == ["/v1/messages/count_tokens", "/v1/models"]


async def test_a_host_that_is_not_ours_is_refused_behind_a_prefix_too(front: str) -> None:
    async with staged(front) as stage:
        answer = await stage.client.post(
            "/_script/529/v1/messages", headers={**stage.headers(), "host": "evil.example"}
        )

    assert answer.status_code == 421


async def test_the_sdk_needs_a_base_url_alone(front: str) -> None:
    said: list[Any] = []
    async with staged(front) as stage:
        for prefix in ("/_lane/sdk 1", "/_lane/sdk 2"):
            client = stage.anthropic(
                base_url=f"{URL}{prefix}/_script/529; stall(after_events=2, seconds=1)",
                max_retries=1,
            )
            said.append(await client.messages.create(**HELLO))
            said.append((await client.messages.with_raw_response.create(**HELLO)).headers)
            await client.close()
        broken = stage.anthropic(base_url=f"{URL}/_script/529; bogus(x=1)")
        with pytest.raises(anthropic.BadRequestError) as refused:
            await broken.messages.create(**HELLO)
        await broken.close()
        entries = await stage.entries()

    assert [each["x-simtwin-script"] for each in said[1::2]] == ["finished", "finished"]
    assert [entry["lane"] for entry in entries] == ["sdk 1"] * 3 + ["sdk 2"] * 3 + [None]
    assert [entry["status"] for entry in entries] == [529, 200, 200] * 2 + [400]
    assert "529; >>>bogus(x=1)" in str(refused.value)

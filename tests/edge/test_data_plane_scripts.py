"""Scripts: one request after another meets one item after another."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import trio
from hearing import hear
from virtual import HELLO, Stage, staged


def met(response: httpx2.Response) -> tuple[int, str | None]:
    return response.status_code, response.headers.get("x-simtwin-script")


async def ask(stage: Stage, count: int, key: str | None = None) -> list[tuple[int, str | None]]:
    return [met(await stage.create(key=key)) for _ in range(count)]


async def test_each_request_uses_up_one_item_and_then_the_script_is_finished(front: str) -> None:
    async with staged(front, settings={"script": "529; 429(retry_after=2)*2; ok"}) as stage:
        answers = await ask(stage, 6)

    assert answers == [
        (529, "1/4"),
        (429, "2/4"),
        (429, "3/4"),
        (200, "4/4"),
        (200, "finished"),
        (200, "finished"),
    ]


async def test_a_loop_starts_again(front: str) -> None:
    async with staged(front, settings={"script": "529; ok; loop"}) as stage:
        answers = await ask(stage, 5)

    assert answers == [(529, "1/2"), (200, "2/2"), (529, "1/2"), (200, "2/2"), (529, "1/2")]


async def test_the_parts_of_an_item_work_together(front: str) -> None:
    script = "latency(seconds=3)+disconnect(after_events=3, reset=true); ok"
    async with staged(front, settings={"script": script}) as stage:
        cut, whole = await hear(stage, stream=True), await hear(stage, stream=True)
        first, _ = await stage.entries()

    assert isinstance(cut.error, httpx2.ReadError)
    assert (cut.times, len(cut.events)) == ([3], 3)
    assert (whole.error, whole.times) == (None, [0])
    assert first["script"] == "1/2"
    assert [(each["rule"], each["kind"], each["outcome"]) for each in first["fired"]] == [
        ("script", "latency", "reached"),
        ("script", "disconnect", "reached"),
    ]


async def test_only_requests_that_ask_a_model_to_answer_use_items_up(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        headers = stage.headers()
        others = [
            await stage.client.get("/v1/models", headers=headers),
            await stage.client.get("/v1/models/claude-opus-4-5", headers=headers),
            await stage.client.get("/v1/nothing", headers=headers),
            await stage.client.post("/v1/messages/count_tokens", headers=headers, json=HELLO),
        ]
        answers = await ask(stage, 2)
        entries = await stage.entries()

    assert all("x-simtwin-script" not in other.headers for other in others)
    assert [status for status, _ in answers] == [529, 200]
    assert [entry["ordinal"] for entry in entries] == list(range(6))


async def test_a_request_that_is_not_valid_uses_its_item_up_all_the_same(front: str) -> None:
    async with staged(front, settings={"script": "ok; 529"}) as stage:
        wrong = await stage.create(max_tokens=-1)
        answers = await ask(stage, 1)

    assert (met(wrong), answers) == ((400, "1/2"), [(529, "2/2")])


async def test_what_a_script_addresses_meets_no_rule_and_other_requests_do(front: str) -> None:
    everything: dict[str, Any] = {"rules": [{"refuse": {"status": 503}}], "script": "ok; 529"}
    async with staged(front, settings=everything) as stage:
        answers = await ask(stage, 3)
        models = await stage.client.get("/v1/models", headers=stage.headers())

    assert [status for status, _ in answers] == [200, 529, 200]
    assert models.status_code == 503


async def test_each_key_has_a_place_of_its_own(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        other = await stage.add_key()
        first = await ask(stage, 1)
        second = await ask(stage, 1, other["api_key"])

    assert first == second == [(529, "1/2")]


async def test_a_script_of_the_key_goes_before_one_of_the_tenant(front: str) -> None:
    async with staged(front, settings={"script": "500"}) as stage:
        await stage.configure(script="503")
        of_tenant = await ask(stage, 1)
        await stage.configure_key(script="529*2")
        of_key = await ask(stage, 1)
        await stage.configure_key(script=None)
        of_tenant_again = await ask(stage, 1)

    assert (of_tenant, of_key) == ([(503, "1/1")], [(529, "1/2")])
    assert of_tenant_again == [(200, "finished")]


@pytest.mark.parametrize(("pause", "expected"), [(600, (200, "2/2")), (601, (529, "1/2"))])
async def test_a_place_in_a_script_of_a_request_is_dropped_ten_minutes_after_its_last_one(
    front: str, pause: float, expected: tuple[int, str]
) -> None:
    async with staged(front) as stage:
        headers = {**stage.headers(), "x-simtwin-script": "529; ok"}
        await stage.client.post("/v1/messages", headers=headers, json=HELLO)
        await trio.sleep(pause)
        after = await stage.client.post("/v1/messages", headers=headers, json=HELLO)

    assert (after.status_code, after.headers["x-simtwin-script"]) == expected


async def test_the_place_in_a_script_of_the_settings_is_kept(front: str) -> None:
    """A client may have been told to wait an hour before it goes on."""
    async with staged(front, settings={"script": "529; ok"}) as stage:
        await ask(stage, 1)
        await trio.sleep(86_400)
        after = await ask(stage, 1)

    assert after == [(200, "2/2")]


async def test_a_reset_goes_back_to_the_first_item(front: str) -> None:
    async with staged(front, settings={"script": "529; ok"}) as stage:
        before = await ask(stage, 1)
        await stage.control("POST", "/reset", doc={"scope": "tenant"})
        after = await ask(stage, 1)

    assert before == after == [(529, "1/2")]


async def test_a_script_that_is_none_is_a_400_that_points_at_the_character(front: str) -> None:
    async with staged(front) as stage:
        response = await stage.client.put(
            "/_twin/settings", headers=stage.auth, json={"script": "529; sdall(seconds=3)"}
        )

    assert response.status_code == 400
    assert "529; sdall(seconds=3)\\n     ^" in response.text


async def test_the_sdk_meets_a_script_item_by_item(front: str) -> None:
    script = "529; 429(retry_after=2)*2; disconnect; ok"
    async with (
        staged(front, settings={"script": script}) as stage,
        stage.anthropic(max_retries=4) as client,
    ):
        message = await client.messages.create(**HELLO)
        took, entries = stage.elapsed, await stage.entries()

    assert message.usage.output_tokens == 52
    assert [entry["status"] for entry in entries] == [529, 429, 429, None, 200]
    assert [entry["stainless"]["retry-count"] for entry in entries] == list("01234")
    # Two waits of its own, 0.5 s and 4 s shortened by up to a quarter, and two that it was told.
    assert 0.375 + 4 + 3 <= took <= 0.5 + 4 + 4

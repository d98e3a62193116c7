"""The headers of the edge in front of the real API."""

from __future__ import annotations

import re
from collections import Counter

import httpx2
import pytest
from virtual import EPOCH, Stage, staged

from simtwin.edge.data_plane.edge_headers import edge_headers, needless_retry_after

FIXED = {
    "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-robots-tag": "none",
    "vary": "Accept-Encoding",
    "via": "1.1 google",
    "cf-cache-status": "DYNAMIC",
    "server": "cloudflare",
}


async def every_kind_of_answer(stage: Stage) -> list[httpx2.Response]:
    """A message, a stream, a count, a list, and errors of all sorts."""
    hello = {"model": "claude-sonnet-4-6", "messages": [{"role": "user", "content": "Hello"}]}
    headers = stage.headers()
    answers = [
        await stage.create(),
        await stage.create(stream=True),
        await stage.client.post("/v1/messages/count_tokens", headers=headers, json=hello),
        await stage.client.get("/v1/models", headers=headers),
        await stage.create(max_tokens="many"),
        await stage.create(key="wrong"),
        await stage.client.get("/v1/nothing"),
    ]
    await stage.configure(script="529")
    return [*answers, await stage.create()]


async def test_every_answer_comes_through_the_edge(front: str) -> None:
    async with staged(front) as stage:
        answers = await every_kind_of_answer(stage)

    assert [each.status_code for each in answers] == [200, 200, 200, 200, 400, 401, 404, 529]
    for answer in answers:
        assert FIXED.items() <= answer.headers.items()
        assert re.fullmatch(r"[0-9a-f]{16}-[A-Z]{3}", answer.headers["cf-ray"])


async def test_the_edge_can_be_left_out(front: str) -> None:
    async with staged(front, edge_headers=False) as stage:
        answers = await every_kind_of_answer(stage)

    for answer in answers:
        assert {*FIXED, "cf-ray", "retry-after"}.isdisjoint(answer.headers)


async def test_the_same_seed_gives_the_same_rays(front: str) -> None:
    runs = []
    for _ in range(2):
        async with staged(front) as stage:
            runs.append([(await stage.create()).headers["cf-ray"] for _ in range(3)])

    assert runs[0] == runs[1]
    assert len(set(runs[0])) == 3
    assert len({ray.split("-")[1] for ray in runs[0]}) == 1


async def test_some_messages_say_retry_after_although_nothing_failed(front: str) -> None:
    async with staged(front) as stage:
        answers = [await stage.create(max_tokens=1) for _ in range(60)]

    told = [answer.headers.get("retry-after") for answer in answers]
    left = str(60 - int(EPOCH) % 60)
    assert 1 <= told.count(left) <= 15
    assert set(told) == {None, left}


async def test_only_messages_say_so(front: str) -> None:
    async with staged(front) as stage:
        listed = [await stage.client.get("/v1/models", headers=stage.headers()) for _ in range(60)]

    assert not any("retry-after" in answer.headers for answer in listed)


def test_as_many_are_told_to_wait_as_were_recorded() -> None:
    told = Counter(bool(needless_retry_after(f"req_{number}", 0.0)) for number in range(10_000))

    assert told[True] / 10_000 == pytest.approx(27 / 309, abs=0.01)


@pytest.mark.parametrize(("wall", "left"), [(41.0, "19"), (59.9, "1"), (60.0, "60")])
def test_the_wait_that_is_told_is_the_rest_of_the_minute(wall: float, left: str) -> None:
    answers = [needless_retry_after(f"req_{number}", wall) for number in range(100)]

    assert {headers for headers in answers if headers} == {(("retry-after", left),)}


def test_the_place_of_the_edge_comes_of_the_seed() -> None:
    places = {dict(edge_headers("req_1", seed))["cf-ray"][-3:] for seed in range(100)}

    assert len(places) == 12

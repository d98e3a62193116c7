"""Requests that cannot be answered: where they go, how large they are, what they are written in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from virtual import HELLO, Stage, staged

MB = 1024 * 1024
MOST = 32 * MB


def error_of(response: httpx2.Response) -> tuple[int, str, str]:
    """Status, type and message of an error that has everything that one has."""
    body: dict[str, Any] = response.json()
    assert set(body) == {"type", "error", "request_id"}
    assert body["request_id"] == response.headers["request-id"]
    return response.status_code, body["error"]["type"], body["error"]["message"]


async def post(stage: Stage, content: bytes | AsyncIterator[bytes]) -> httpx2.Response:
    return await stage.client.post("/v1/messages", headers=stage.headers(), content=content)


async def padded(size: int) -> AsyncIterator[bytes]:
    """A good request with white space after it, `size` bytes in all, in pieces."""
    text = httpx2.Request("POST", "http://x", json=HELLO).content
    yield text
    left = size - len(text)
    while left:
        piece = min(left, MB)
        yield b" " * piece
        left -= piece


@pytest.mark.parametrize(
    "path",
    [
        "/v1",
        "/v1/",
        "/v1/nothing",
        "/v1/messages/",
        "/v1//messages",
        "/v1/messages%2F",
        "/v1/models/a/b",
    ],
)
async def test_an_unknown_path_is_a_404_with_and_without_a_key(front: str, path: str) -> None:
    async with staged(front) as stage:
        known = await stage.client.post(path, headers=stage.headers(), json=HELLO)
        wrong = await stage.client.get(path, headers={"x-api-key": "wrong"})
        without = await stage.client.get(path)

    for response in (known, wrong, without):
        assert error_of(response)[:2] == (404, "not_found_error")


async def test_an_unknown_path_takes_an_ordinal_where_the_key_is_known(front: str) -> None:
    async with staged(front) as stage:
        await stage.client.get("/v1/nothing")
        await stage.client.get("/v1/nothing", headers=stage.headers())
        await stage.create()
        entries = await stage.entries()

    assert [(entry["endpoint"], entry["ordinal"]) for entry in entries] == [
        ("unknown", 0),
        ("messages", 1),
    ]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/messages"),
        ("DELETE", "/v1/messages"),
        ("GET", "/v1/messages/count_tokens"),
        ("POST", "/v1/models"),
        ("POST", "/v1/models/claude-sonnet-4-6"),
        ("BREW", "/v1/messages"),
        ("TRACE", "/v1/models"),
        ("OPTIONS", "/v1/messages"),
    ],
)
async def test_a_wrong_method_is_a_405(front: str, method: str, path: str) -> None:
    async with staged(front) as stage:
        response = await stage.client.request(method, path, headers=stage.headers())
        (entry,) = await stage.entries()

    assert error_of(response) == (405, "invalid_request_error", "Method Not Allowed")
    assert (entry["method"], entry["ordinal"], entry["status"]) == (method, 0, 405)


async def test_outside_of_both_planes_there_is_nothing(front: str) -> None:
    async with staged(front) as stage:
        response = await stage.client.get("/v2/messages", headers=stage.headers())

    assert response.status_code == 404
    assert response.json()["error"]["type"] == "not_found_error"


@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 413)])
async def test_a_body_may_have_32_megabytes_and_not_a_byte_more(
    front: str, over: int, status: int
) -> None:
    async with staged(front) as stage:
        response = await post(stage, padded(MOST + over))
        after = await stage.create()
        entry = (await stage.entries())[0]

    assert response.status_code == status
    if over:
        assert error_of(response)[1:] == ("request_too_large", "Request exceeds the maximum size")
    assert (entry["ordinal"], after.status_code) == (0, 200)
    assert stage.twin.load.idle


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "Input is a zero-length, empty document: line 1 column 1 (char 0)"),
        (b'{"model": }', "unexpected character: line 1 column 11 (char 10)"),
        (b'{\n  "model": "x",\n}', "trailing comma is not allowed: line 2 column 15 (char 16)"),
        (b'{"model": "x"', "unexpected end of data: line 1 column 14 (char 13)"),
        (b'{"n": NaN}', "unexpected character: line 1 column 7 (char 6)"),
        (b"{} {}", "unexpected content after document: line 1 column 4 (char 3)"),
    ],
)
async def test_what_is_no_json_is_a_400_that_says_where(
    front: str, body: bytes, reason: str
) -> None:
    async with staged(front) as stage:
        response = await post(stage, body)

    assert error_of(response) == (
        400,
        "invalid_request_error",
        f"The request body is not valid JSON: {reason}",
    )
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("fields", "status", "message"),
    [
        ({"model": None}, 400, "model: Input should be a valid string"),
        ({"max_tokens": "many"}, 400, "max_tokens: Input should be a valid integer"),
        ({"surprise": 1}, 400, "surprise: Extra inputs are not permitted"),
        ({"model": "claude-nobody"}, 404, "model: claude-nobody"),
    ],
)
async def test_a_request_that_is_not_valid_says_where(
    front: str, fields: dict[str, Any], status: int, message: str
) -> None:
    async with staged(front) as stage:
        response = await stage.create(**fields)

    assert (response.status_code, error_of(response)[2]) == (status, message)


async def test_an_error_of_any_sort_has_the_marks_and_the_organization(front: str) -> None:
    async with staged(front) as stage:
        response = await stage.create(max_tokens=-1)

    assert response.headers["x-simtwin-seed"] == "7"
    assert response.headers["anthropic-organization-id"] == stage.tenant.tenant_id
    assert "anthropic-ratelimit-requests-limit" not in response.headers


async def test_counting_and_listing_models_work_on_both_fronts(front: str) -> None:
    async with staged(front) as stage:
        told = {name: value for name, value in HELLO.items() if name != "max_tokens"}
        headers = stage.headers()
        count = await stage.client.post("/v1/messages/count_tokens", headers=headers, json=told)
        message = await stage.create()
        page = await stage.client.get("/v1/models?limit=2", headers=headers)
        after = await stage.client.get(
            "/v1/models", headers=headers, params={"limit": 1, "after_id": page.json()["last_id"]}
        )
        alias = await stage.client.get("/v1/models/claude-sonnet-4-0", headers=headers)
        unknown = await stage.client.get("/v1/models/claude-nobody", headers=headers)
        wrong = await stage.client.get("/v1/models?limit=0", headers=headers)

    assert count.json() == {"input_tokens": message.json()["usage"]["input_tokens"]}
    assert (len(page.json()["data"]), page.json()["has_more"]) == (2, True)
    assert after.json()["first_id"] not in [model["id"] for model in page.json()["data"]]
    assert alias.json()["id"] == "claude-sonnet-4-20250514"
    assert error_of(unknown) == (404, "not_found_error", "model: claude-nobody")
    assert wrong.status_code == 400

"""Batches have limits of their own, are a tenant's own, and leave nothing where they fail."""

from __future__ import annotations

import errno
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
import trio
import trio.testing
from virtual import HELLO, URL, Stage, staged

from simtwin.store.blobs import Blobs, opened
from simtwin.store.work import on_the_spot

T = TypeVar("T")

pytestmark = pytest.mark.usefixtures("virtual_time")

PATH = "/v1/messages/batches"


def body(count: int, **fields: Any) -> dict[str, Any]:
    return {
        "requests": [{"custom_id": f"r{n}", "params": {**HELLO, **fields}} for n in range(count)]
    }


async def create(
    stage: Stage, count: int = 1, key: str | None = None, **options: Any
) -> httpx2.Response:
    return await stage.client.post(PATH, headers=stage.headers(key), json=body(count), **options)


async def get(stage: Stage, path: str, key: str | None = None) -> httpx2.Response:
    return await stage.client.get(PATH + path, headers=stage.headers(key))


async def until_ended(stage: Stage, id_: str, key: str | None = None) -> dict[str, Any]:
    while True:
        batch: dict[str, Any] = (await get(stage, f"/{id_}", key)).json()
        if batch["processing_status"] == "ended":
            return batch
        await trio.sleep(5)


@pytest.mark.parametrize("front", ["asgi", "quart"])
async def test_whatever_is_asked_of_batches_counts_against_one_limit(front: str) -> None:
    async with staged(
        front, tier="scale", settings={"limits": {"pools": {"batches": {"rpm": 3}}}}
    ) as stage:
        made = await create(stage)
        listed = await get(stage, "")
        one = await get(stage, f"/{made.json()['id']}")
        refused = await get(stage, "")
        message = await stage.create()

    assert [each.status_code for each in (made, listed, one, refused, message)] == [
        200,
        200,
        200,
        429,
        200,
    ]
    assert refused.json()["error"]["type"] == "rate_limit_error"
    assert refused.headers["retry-after"] == "20"
    assert made.headers["anthropic-ratelimit-requests-limit"] == "3"


async def test_requests_wait_in_a_queue_that_has_room_again_as_they_are_answered() -> None:
    rules = [{"match": {"endpoint": "batches_request"}, "latency": {"seconds": 60}}]
    pools = {"batches": {"queue": 5}}
    async with staged(
        "asgi", tier="scale", settings={"limits": {"pools": pools}, "rules": rules}
    ) as stage:
        first = await create(stage, 4)
        full = await create(stage, 2)
        fits = await create(stage, 1)
        await until_ended(stage, first.json()["id"])
        again = await create(stage, 5)

    assert [each.status_code for each in (first, full, fits, again)] == [200, 429, 200, 200]
    assert "limit of 5 batch requests in the processing queue" in full.json()["error"]["message"]
    assert "x-simtwin-cause" not in full.headers


async def test_requests_of_batches_take_nothing_from_the_limits_of_live_ones() -> None:
    pools = {"claude-sonnet-4.x": {"rpm": 1, "itpm": 10, "otpm": 100}}
    async with staged("asgi", tier="scale", settings={"limits": {"pools": pools}}) as stage:
        made = await create(stage, 5)
        batch = await until_ended(stage, made.json()["id"])
        live = await stage.create()
        usage = await stage.usage()
        spent = [row for row in stage.twin.store.spent(stage.tenant.tenant_id, 0, 1e12) if row]

    assert {(row.tier, row.requests) for row in spent} == {("batch", 5), ("standard", 1)}
    assert batch["request_counts"]["succeeded"] == 5
    assert live.status_code == 200
    assert [row["requests"] for row in usage if row["model"] is not None] == [{"200": 6}]


async def test_a_tenant_sees_no_batch_of_another() -> None:
    async with staged("asgi", open_keys=True) as stage:
        mine, theirs = "sk-ant-api03-mine-0123456789", "sk-ant-api03-theirs-0123456789"
        made = (await create(stage, key=mine)).json()
        await until_ended(stage, made["id"], mine)
        seen = [await get(stage, f"/{made['id']}{rest}", theirs) for rest in ("", "/results")]
        cancelled = await stage.client.post(
            f"{PATH}/{made['id']}/cancel", headers=stage.headers(theirs)
        )
        deleted = await stage.client.delete(f"{PATH}/{made['id']}", headers=stage.headers(theirs))
        listed = await get(stage, "", theirs)
        still = await get(stage, f"/{made['id']}/results", mine)

    assert {each.status_code for each in (*seen, cancelled, deleted)} == {404}
    assert listed.json() == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    assert still.status_code == 200
    assert still.headers["content-type"] == "application/x-jsonl"


@pytest.mark.parametrize("front", ["asgi", "quart"])
async def test_what_is_no_batch_is_refused_and_nothing_is_kept_of_it(front: str) -> None:
    async with staged(front) as stage:
        empty = await stage.client.post(PATH, headers=stage.headers(), json={"requests": []})
        broken = await stage.client.post(PATH, headers=stage.headers(), content=b'{"requests": [}')
        nothing = await stage.client.post(PATH, headers=stage.headers())

        assert {each.status_code for each in (empty, broken, nothing)} == {400}
        assert empty.json()["error"]["message"] == (
            "requests: List should have at least 1 item after validation, not 0"
        )
        assert broken.json()["error"]["message"].startswith("The request body is not valid JSON: ")
        assert stage.twin.blobs.idle
        assert stage.twin.load.idle


@pytest.mark.parametrize("front", ["asgi", "quart"])
async def test_a_body_over_256_mb_is_too_large_and_is_not_read(front: str) -> None:
    async with staged(front) as stage:
        head = {**stage.headers(), "host": "localhost", "content-length": str(256 * 1024**2 + 1)}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        line = await stage.network.connect_tcp("localhost", 80)
        await line.write(f"POST {PATH} HTTP/1.1\r\n{lines}\r\n{{".encode())
        answer = b""
        while b"request_too_large" not in answer:
            answer += await line.read(65_536)
        await line.aclose()

        assert answer.startswith(b"HTTP/1.1 413 ")
        assert stage.elapsed < 5
        assert stage.twin.blobs.idle


async def test_a_client_that_leaves_in_the_middle_of_its_upload_leaves_nothing(
    tmp_path: Path,
) -> None:
    async def half() -> AsyncIterator[bytes]:
        yield b'{"requests": [' + b" " * 3_000_000
        await trio.sleep_forever()

    with opened(tmp_path / "data") as blobs:
        async with staged("asgi", blobs=blobs) as stage:
            with trio.move_on_after(5):
                async with stage.network.client(base_url=URL, timeout=None) as client:
                    await client.post(PATH, headers=stage.headers(), content=half())
            held = list((tmp_path / "data").rglob("*.part"))
            await trio.testing.wait_all_tasks_blocked()

            assert stage.twin.load.idle
            assert blobs.idle
            assert list((tmp_path / "data").rglob("*.part")) == []
            assert len(held) <= 1


async def test_a_fault_in_the_place_of_the_answer_leaves_nothing_of_the_upload() -> None:
    async with staged("asgi") as stage:
        await stage.configure(
            rules=[{"match": {"endpoint": "batches_create"}, "refuse": {"status": 529}}]
        )
        refused = await create(stage)

        assert refused.status_code == 529
        assert stage.twin.blobs.idle
        assert (await get(stage, "")).json()["data"] == []


async def test_where_there_is_no_room_the_twin_says_so_and_keeps_nothing() -> None:
    blobs = Blobs(most_of_owner=100)
    async with staged("asgi", blobs=blobs) as stage:
        refused = await create(stage, 3)

        assert refused.status_code == 529
        assert refused.headers["x-simtwin-cause"] == "own"
        assert blobs.idle
        assert (await get(stage, "")).json()["data"] == []


class FullDisk:
    """A disk on which nothing more can be written, once `full` is set."""

    def __init__(self) -> None:
        self.full = False

    async def __call__(self, job: Callable[[], T], /) -> T:
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device")
        return await on_the_spot(job)


async def test_a_disk_that_is_full_as_the_batch_is_kept_makes_no_batch(tmp_path: Path) -> None:
    disk = FullDisk()
    with opened(tmp_path / "data", disk) as blobs:
        async with staged("asgi", blobs=blobs) as stage:
            disk.full = True
            refused = await create(stage)
            disk.full = False
            listed = (await get(stage, "")).json()["data"]
            made = await create(stage)

            assert (refused.status_code, refused.headers["x-simtwin-cause"]) == (529, "own")
            assert listed == []
            assert made.status_code == 200


async def test_a_batch_whose_results_find_no_room_ends_and_says_so(tmp_path: Path) -> None:
    disk = FullDisk()
    with opened(tmp_path / "data", disk) as blobs:
        async with staged("asgi", blobs=blobs) as stage:
            await stage.configure(
                rules=[{"match": {"endpoint": "batches_request"}, "latency": {"seconds": 9}}]
            )
            made = (await create(stage, 2)).json()
            await trio.sleep(1)
            disk.full = True
            batch = await until_ended(stage, made["id"])
            lost = await get(stage, f"/{made['id']}/results")

    assert batch["request_counts"]["errored"] == 2
    assert (lost.status_code, lost.headers["x-simtwin-cause"]) == (500, "own")


async def test_a_reset_leaves_batches_and_their_ids_alone() -> None:
    async with staged("asgi") as stage:
        first = (await create(stage)).json()
        await until_ended(stage, first["id"])
        await stage.control("POST", "/reset", doc={"scope": "tenant"})
        second = (await create(stage)).json()
        await until_ended(stage, second["id"])
        listed = (await get(stage, "")).json()["data"]

    assert [each["id"] for each in listed] == [second["id"], first["id"]]


async def test_a_key_that_is_revoked_leaves_the_batch_to_its_tenant() -> None:
    async with staged("asgi") as stage:
        other = await stage.add_key()
        await stage.configure(
            rules=[{"match": {"endpoint": "batches_request"}, "latency": {"seconds": 9}}]
        )
        made = (await create(stage, 2, key=other["api_key"])).json()
        await stage.control("DELETE", f"/accounts/{other['api_key_id']}")
        batch = await until_ended(stage, made["id"])

    assert batch["request_counts"]["succeeded"] == 2


async def test_the_files_of_a_batch_are_its_request_and_then_its_results(tmp_path: Path) -> None:
    def names() -> set[str]:
        return {path.name for path in (tmp_path / "data" / "batches").glob("*")}

    with opened(tmp_path / "data") as blobs:
        async with staged("asgi", blobs=blobs) as stage:
            await stage.configure(
                rules=[{"match": {"endpoint": "batches_request"}, "latency": {"seconds": 9}}]
            )
            id_ = (await create(stage, 2)).json()["id"]
            working = names()
            await until_ended(stage, id_)
            over = names()
            lines = (tmp_path / "data" / "batches" / f"{id_}.jsonl").read_bytes().splitlines()
            await stage.client.delete(f"{PATH}/{id_}", headers=stage.headers())

            assert (working, over, names()) == ({f"{id_}.json"}, {f"{id_}.jsonl"}, set())
            assert {json.loads(line)["custom_id"] for line in lines} == {"r0", "r1"}
            assert blobs.idle

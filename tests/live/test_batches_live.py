"""A twin whose uploads are files: threads, a disk that is full, and a client that goes away."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from anthropic import Anthropic, OverloadedError
from live.served import BOOKED_SECONDS, Served, run

HELLO = {"role": "user", "content": "Hello"}
MB = 1024 * 1024


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def served(tmp_path: Path, data: Path) -> Iterator[Served]:
    twin = Served.start(tmp_path, "--pace", "instant", "--data", str(data))
    yield twin
    twin.stop()


def asked(count: int, padding: int = 0) -> list[dict[str, object]]:
    params = {"model": "claude-sonnet-4-6", "max_tokens": 8, "messages": [HELLO]}
    return [
        {"custom_id": f"r{n}", "params": {**params, "system": "a " * (padding // 2) or "a"}}
        for n in range(count)
    ]


def until(true: Callable[[], bool]) -> None:
    late = time.monotonic() + BOOKED_SECONDS
    while not true():
        assert time.monotonic() < late
        time.sleep(0.01)


def parts(data: Path) -> list[Path]:
    return list((data / ".simtwin-parts").iterdir())


def test_a_batch_is_files_while_it_lasts_and_nothing_is_left_of_what_failed(
    served: Served, data: Path
) -> None:
    client = Anthropic(api_key=served.api_key, base_url=served.base_url, max_retries=0)
    batches = client.messages.batches
    made = batches.create(requests=asked(3))  # type: ignore[arg-type]
    until(lambda: batches.retrieve(made.id).processing_status == "ended")
    found = {each.custom_id: each.result.type for each in batches.results(made.id)}

    assert found == {"r0": "succeeded", "r1": "succeeded", "r2": "succeeded"}
    assert [path.name for path in (data / "batches").iterdir()] == [f"{made.id}.jsonl"]

    # The system's own way of saying that a file can grow no further.
    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (MB, resource.RLIM_INFINITY))
    with pytest.raises(OverloadedError) as full:
        batches.create(requests=asked(1, padding=3 * MB))  # type: ignore[arg-type]
    assert full.value.response.headers["x-simtwin-cause"] == "own"
    # What is left of a body goes once its answer is out.
    until(lambda: parts(data) == [])
    assert batches.create(requests=asked(1)).processing_status == "in_progress"  # type: ignore[arg-type]

    resource.prlimit(served.process.pid, resource.RLIMIT_FSIZE, (-1, resource.RLIM_INFINITY))
    head = (
        f"POST /v1/messages/batches HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {served.api_key}\r\n"
        f"anthropic-version: 2023-06-01\r\ncontent-length: {9 * MB}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", served.port)) as leaving:
        leaving.sendall(head.encode() + b" " * (5 * MB))
        until(lambda: parts(data) != [])
    until(lambda: parts(data) == [])

    second = run("serve", "--port", "0", "--data", str(data))
    assert (second.returncode, second.stderr) == (
        2,
        f"simtwin: --data: {data} cannot be used: another twin uses it\n",
    )

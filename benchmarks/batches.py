"""Two batches of the largest sort: how much memory they take, how long, and who waits meanwhile.

    small    100,000 requests of a line each, 16 MB
    large    100,000 requests of 2.6 kB each, 256 MB

Each is uploaded to a twin with `--pace instant`, polled until it has ended, and its results are read as
they come. Meanwhile another connection asks for a message twenty times a second: what it waits is
what other clients wait. Beside it the same body is read and answered by `json.loads` and `json.dumps`
of a line for each request, in a process of its own.
"""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from asks import MODEL
from child import CLIENT_CORE, Child, cpu_seconds, running, script, twin
from table import table

REQUESTS = 100_000
KINDS = ("small", "large")
#: Above this a batch is held in memory, as a whole or in parts.
TARGET_MB = 200.0
#: What a message may wait beside it, as one beside a large request may.
TARGET_MS = 50.0
PIECE = 1 << 20
EVERY_SECONDS = 0.05
#: How long a message is asked for before there is a batch.
ALONE_SECONDS = 5.0

_TEXT = "The quick brown fox jumps over the lazy dog. "
_TEXTS = {"small": "", "large": _TEXT * 55}


def write(kind: str, path: Path) -> None:
    """The body of a batch, as a file."""
    with path.open("wb") as file:
        for number, request in enumerate(_requests(kind)):
            file.write(b"," if number else b'{"requests":[')
            file.write(request)
        file.write(b"]}")


def _requests(kind: str) -> Iterator[bytes]:
    for number in range(REQUESTS):
        said = {"role": "user", "content": f"Question {number}. {_TEXTS[kind]}"}
        params = {"model": MODEL, "max_tokens": 64, "messages": [said]}
        yield json.dumps({"custom_id": f"r-{number}", "params": params}).encode()


def bare(path: str) -> None:
    """Read the whole body, and write a line for each request."""
    doc = json.loads(Path(path).read_bytes())
    lines = [
        json.dumps({"custom_id": each["custom_id"], "params": each}) for each in doc["requests"]
    ]
    Path(f"{path}.lines").write_text("\n".join(lines), encoding="utf-8")
    print(json.dumps({"peak": _peak_mb("self"), "cpu": time.process_time()}), flush=True)
    sys.stdin.readline()


def _peak_mb(pid: object) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split(maxsplit=1)[0]) / 1024


class Client:
    """A client of the twin, with one connection."""

    def __init__(self, child: Child) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", child.port, timeout=600)
        self._headers = {
            "x-api-key": child.said["api_key"],
            "anthropic-version": "2023-06-01",
            "content-type": "application/json",
        }

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> bytes:
        """The whole answer."""
        return b"".join(self.pieces(method, path, body, **headers))

    def pieces(self, method: str, path: str, body: Any = None, **headers: str) -> Iterator[bytes]:
        """The answer as it comes."""
        self._connection.request(method, f"/v1/messages{path}", body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read(1_000)!r}")
        while piece := answer.read(PIECE):
            yield piece


class Beside:
    """Asks for a message again and again, and notes how long each takes, in ms."""

    def __init__(self, child: Child) -> None:
        self.waited: list[float] = []
        self._client = Client(child)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self) -> list[float]:
        """No more; what it waited, in order of size."""
        self._over.set()
        self._thread.join()
        return sorted(self.waited)

    def _run(self) -> None:
        said = {"role": "user", "content": "Hello"}
        body = json.dumps({"model": MODEL, "max_tokens": 64, "messages": [said]})
        while not self._over.wait(EVERY_SECONDS):
            began = time.perf_counter()
            self._client.ask("POST", "", body)
            self.waited.append((time.perf_counter() - began) * 1_000)


def measure(kind: str, path: Path) -> tuple[str, ...]:
    """One batch from its upload to its last result, as a row of the table."""
    with running(script("batches.py", "bare", path)) as child:
        plain = child.said
    with running(twin("--pace", "instant")) as child:
        client = Client(child)
        before = _peak_mb(child.pid)
        alone = Beside(child)
        time.sleep(ALONE_SECONDS)
        calm = alone.end()
        beside = Beside(child)
        cpu, began = cpu_seconds(child.pid), time.perf_counter()
        with path.open("rb") as file:
            size = str(path.stat().st_size)
            made = json.loads(client.ask("POST", "/batches", file, **{"content-length": size}))
        uploaded = time.perf_counter() - began
        batch = made
        while batch["processing_status"] != "ended":
            time.sleep(0.5)
            batch = json.loads(client.ask("GET", f"/batches/{made['id']}"))
        ended = time.perf_counter() - began
        lines = sum(
            piece.count(b"\n") for piece in client.pieces("GET", f"/batches/{made['id']}/results")
        )
        read = time.perf_counter() - began - ended
        cpu = cpu_seconds(child.pid) - cpu
        waited = beside.end()
        peak = _peak_mb(child.pid)
    if lines != REQUESTS or batch["request_counts"]["succeeded"] != REQUESTS:
        raise RuntimeError(f"{lines} results, {batch['request_counts']}")
    usual, worst = calm[int(len(calm) * 0.99)], waited[int(len(waited) * 0.99)]
    missed = peak > TARGET_MB or worst > TARGET_MS
    return (
        f"{kind}, {path.stat().st_size / 2**20:,.0f} MB",
        f"{uploaded:.1f}",
        f"{ended:.1f}",
        f"{read:.1f}",
        f"{cpu / REQUESTS * 1e6:,.0f}",
        f"{cpu / plain['cpu']:.1f}",
        f"{before:.0f}",
        f"{peak:.0f}",
        f"{plain['peak']:.0f}",
        f"{calm[len(calm) // 2]:.1f}",
        f"{usual:.1f}",
        f"{waited[len(waited) // 2]:.1f}",
        f"{worst:.1f}",
        f"{waited[-1]:.1f}",
        "missed" if missed else "ok",
    )


def main() -> None:
    """Measure and print."""
    if sys.argv[1:2] == ["bare"]:
        bare(sys.argv[2])
        return
    kinds = sys.argv[1:] or KINDS
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} before\n", flush=True)
    rows = []
    with TemporaryDirectory() as folder:
        for kind in kinds:
            path = Path(folder) / kind
            write(kind, path)
            rows.append(measure(kind, path))
    columns = (
        f"a batch of {REQUESTS:,}",
        "upload s",
        "ended s",
        "results s",
        "CPU us each",
        "x bare",
        "MB before",
        "peak",
        "bare peak",
        "alone p50 ms",
        "p99",
        "beside p50",
        "p99",
        "max",
        f"{TARGET_MB:.0f} MB, p99 {TARGET_MS:.0f} ms",
    )
    print(table(columns, rows))
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()

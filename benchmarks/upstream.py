"""What a twin in front of a server adds to an answer: the same request directly and through it, in turn.

The server behind is a twin as well, which answers at once. One request at a time; pairs are
interleaved (direct, through, direct, …), and what is compared with the target is the median of the
differences inside a pair.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import median

import attrs
from asks import MAX_TOKENS, body, questions, request
from child import CLIENT_CORE, Child, cpu_seconds, running, twin
from load import PATIENCE, RECEIVE_BYTES, is_whole
from table import table, verdict

PAIRS = 500
WARM = 50
#: Pairs that are looked at by themselves, as others may use the machine for seconds at a time.
SLICE = 25
#: Milliseconds.
MOST_ADDED = 2.0
#: A rule that takes the answer apart and changes nothing that a client waits for.
WORSENED = "/_script/header(name=x-a, value=b);loop/v1/messages".replace(" ", "")


@attrs.frozen
class Times:
    """Seconds from a request to the first byte of its answer, and to the last."""

    first: float
    whole: float


@attrs.frozen
class Row:
    """A line of the table, what is added at the median, and at that of the best slice (ms)."""

    cells: Sequence[str]
    added: float
    best: float


class Line:
    """A connection that is kept, or made anew for every request."""

    def __init__(self, port: int, *, kept: bool) -> None:
        self._port = port
        self._kept = kept
        self._socket: socket.socket | None = None

    def ask(self, data: bytes) -> Times:
        began = time.perf_counter()
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(data)
        answer = self._socket.recv(RECEIVE_BYTES)
        first = time.perf_counter()
        while not is_whole(answer):
            more = self._socket.recv(RECEIVE_BYTES)
            if not more:
                raise RuntimeError("the server hung up")
            answer += more
        whole = time.perf_counter()
        if not self._kept:
            self._socket.close()
            self._socket = None
        return Times(first - began, whole - began)


def pairs(
    front: Child, behind: Child, asked: Sequence[int], path: str, *, stream: bool, kept: bool
) -> list[tuple[Times, Times]]:
    """The same request directly and through the twin in front, again and again."""
    direct, through = Line(behind.port, kept=kept), Line(front.port, kept=kept)
    found = []
    for number in range(WARM + PAIRS):
        data = body(asked[number % len(asked)], stream=stream)
        straight = request("/v1/messages", data, "sk-ant-benchmark-0001").encode()
        round_about = request(path, data, "sk-ant-benchmark-0001").encode()
        found.append((direct.ask(straight), through.ask(round_about)))
    return found[WARM:]


def row(name: str, found: Sequence[tuple[Times, Times]], part: str, cpu: Sequence[float]) -> Row:
    """A line of the table."""
    direct = sorted(getattr(one, part) * 1000 for one, _ in found)
    through = sorted(getattr(other, part) * 1000 for _, other in found)
    added = [(getattr(other, part) - getattr(one, part)) * 1000 for one, other in found]
    half, last = (len(found) * share // 100 for share in (50, 99))
    slices = [added[start : start + SLICE] for start in range(0, len(added), SLICE)]
    best, most = min(map(median, slices)), median(added)
    times = (direct[half], direct[last], through[half], through[last], most, best)
    return Row((name, *(f"{each:.2f}" for each in (*times, *cpu))), most, best)


def main() -> None:
    """Measure, and print the table."""
    with ExitStack() as stack:
        behind = stack.enter_context(running(twin("--pace", "instant", "--open"), CLIENT_CORE))
        url = f"http://127.0.0.1:{behind.port}"
        front = stack.enter_context(running(twin("--upstream", url)))
        asked = questions(behind, MAX_TOKENS, 16)
        rows = []
        for name, path, stream, kept, part in (
            ("JSON, kept connection", "/v1/messages", False, True, "whole"),
            ("JSON, new connection", "/v1/messages", False, False, "whole"),
            ("stream, first byte", "/v1/messages", True, True, "first"),
            ("stream, whole", "/v1/messages", True, True, "whole"),
            ("JSON, with a fault", WORSENED, False, True, "whole"),
            ("stream, with a fault", WORSENED, True, True, "whole"),
        ):
            began = cpu_seconds(behind.pid), cpu_seconds(front.pid)
            found = pairs(front, behind, asked, path, stream=stream, kept=kept)
            asked_behind, asked_in_front = 2 * (WARM + PAIRS), WARM + PAIRS
            cpu = (
                (cpu_seconds(behind.pid) - began[0]) * 1000 / asked_behind,
                (cpu_seconds(front.pid) - began[1]) * 1000 / asked_in_front,
            )
            rows.append(row(name, found, part, cpu))
    columns = (
        "ms",
        "direct p50",
        "p99",
        "through p50",
        "p99",
        "added p50",
        "best slice",
        "CPU behind",
        "CPU in front",
    )
    print(table(columns, [each.cells for each in rows]))
    for name, most in (
        ("over all", max(each.added for each in rows)),
        (f"in the best slice of {SLICE}", max(each.best for each in rows)),
    ):
        told = verdict(most < MOST_ADDED)
        print(
            f"\nadded at the median, {name}: at most {most:.2f} ms, target < {MOST_ADDED} ms: {told}"
        )


if __name__ == "__main__":
    main()

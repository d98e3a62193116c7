"""How late the events of many paced streams are.

A stream at r tokens a second says its schedule itself. With t0 the arrival of its first event
(`message_start`, which has no tokens) and c the output tokens in the events up to one of them,

    due = t0 + c / r        lateness = arrival - due

Arrivals are stamped by this process, on another core than the server, when a read returns the last
byte of the event. Because a first event that is late makes the rest look early, each stream is also
measured against its earliest event, and first events against the moment of asking. The same is
done to a bare server that only sleeps and writes, which shows what the machine itself is late.
"""

from __future__ import annotations

import gc
import json
import os
import re
import select
import statistics
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, cycle

import attrs
from asks import body, make_roomy, questions, request
from child import CLIENT_CORE, Child, cpu_seconds, running, script, twin
from load import RECEIVE_BYTES, Connection, is_whole
from table import table, verdict

from simtwin.api.tokens import pieces

#: The pace that is the same for every answer, 0.3 s and 80 tokens/s, four times as slow.
PACE, TTFT, TOKENS_PER_SECOND = "steady*0.25", 1.2, 20.0
#: A stream of so many tokens lasts 4.5 s after 1.2 s of silence, and then the next one begins.
TOKENS = 90
CYCLE_SECONDS = TTFT + TOKENS / TOKENS_PER_SECOND
#: Some connections are always silent, before the first token: this many leave 200 that speak.
CONNECTIONS = 260
SECONDS = 10.0
TARGET_MS = 20.0

_EVENT = re.compile(rb"event: (\w+)\ndata: ([^\n]+)\n\n")


@attrs.define
class Stream:
    """One answer: when it was asked for, and each read with its time and the bytes so far."""

    asked: float
    times: list[float] = attrs.field(factory=list)
    data: list[bytes] = attrs.field(factory=list)

    def add(self, now: float, data: bytes) -> None:
        """A read.

        Raises:
            RuntimeError: the answer is no 200.
        """
        if not self.data and not data.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(data[:1000].decode(errors="replace"))
        self.times.append(now)
        self.data.append(data)

    @property
    def whole(self) -> bool:
        """Whether it has ended; to put it together for every event would cost too much."""
        return self.data[-1].endswith(b"0\r\n\r\n") and is_whole(b"".join(self.data))


@attrs.frozen
class Lateness:
    """Of one stream, seconds: of every later event, twice, and of the first."""

    after_first: list[float]
    after_earliest: list[float]
    first: float
    spoke: tuple[float, float]


def lateness(stream: Stream) -> Lateness:
    """What the module says, of one whole stream.

    Raises:
        RuntimeError: the events do not bring the tokens that the answer says it has.
    """
    ends = list(accumulate(map(len, stream.data)))
    late = []
    tokens = said = 0
    started = 0.0
    for match in _EVENT.finditer(b"".join(stream.data)):
        at = stream.times[bisect_left(ends, match.end())]
        doc = json.loads(match[2])
        if match[1] == b"message_start":
            started = at
        elif match[1] == b"content_block_delta":
            tokens += len(pieces(doc["delta"]["text"]))
        elif match[1] == b"message_delta":
            said = doc["usage"]["output_tokens"]
        late.append(at - started - tokens / TOKENS_PER_SECOND)
    if tokens != TOKENS or said != TOKENS:
        raise RuntimeError(f"a stream has {tokens} tokens, says {said}, and should have {TOKENS}")
    earliest = min(late)
    due = stream.asked + TTFT
    spoke = (started, stream.times[-1])
    return Lateness(late[1:], [each - earliest for each in late], started - due, spoke)


def listen(port: int, requests: Iterator[bytes], began: float) -> list[Stream]:
    """Hold the streams open, the first asked for one by one over a cycle; all that ended."""
    poll = select.epoll()
    connections: dict[int, Connection] = {}
    streams: dict[int, Stream] = {}
    whole = []
    while (now := time.perf_counter()) < began + CYCLE_SECONDS + SECONDS:
        if len(connections) < min(CONNECTIONS, (now - began) / CYCLE_SECONDS * CONNECTIONS):
            connection = Connection(port)
            fd = connection.socket.fileno()
            connections[fd] = connection
            poll.register(fd, select.EPOLLIN)
            streams[fd] = ask(connection, requests)
        for fd, _ in poll.poll(0.002):
            data = connections[fd].socket.recv(RECEIVE_BYTES)
            if not data:
                raise RuntimeError("the server hung up")
            stream = streams[fd]
            stream.add(time.perf_counter(), data)
            if stream.whole:
                whole.append(stream)
                streams[fd] = ask(connections[fd], requests)
    for connection in connections.values():
        connection.socket.close()
    return whole


def ask(connection: Connection, requests: Iterator[bytes]) -> Stream:
    """Begin the next stream on a connection."""
    stream = Stream(time.perf_counter())
    connection.socket.sendall(next(requests))
    return stream


def find_questions() -> list[int]:
    """Questions with long answers, from a twin without pacing: the same seed says the same."""
    with running(twin("--pace", "instant")) as child:
        return questions(child, TOKENS, 32)


def measure(child: Child, asked: Sequence[int]) -> tuple[list[Stream], float, float]:
    """The streams that ended, and the share of a core that the server and this process used."""
    api_key = child.said.get("api_key", "none")
    bodies = [body(number, stream=True, max_tokens=TOKENS) for number in asked]
    requests = cycle([request("/v1/messages", data, api_key).encode() for data in bodies])
    gc.collect()
    gc.disable()  # a pause of the client's would be counted as the server's
    server, client, began = cpu_seconds(child.pid), time.process_time(), time.perf_counter()
    streams = listen(child.port, requests, began)
    seconds = time.perf_counter() - began
    used = (cpu_seconds(child.pid) - server) / seconds, (time.process_time() - client) / seconds
    gc.enable()
    return streams, *used


def speaking(all_: Sequence[Lateness], start: float, end: float) -> float:
    """How many streams were between their first and last event, on average."""
    overlaps = (min(each.spoke[1], end) - max(each.spoke[0], start) for each in all_)
    return sum(overlap for overlap in overlaps if overlap > 0) / (end - start)


def row(name: str, values: Sequence[float], target: float | None = None) -> tuple[str, ...]:
    """Percentiles of a sort of lateness, in ms."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    at = [cuts[49], cuts[94], cuts[98], max(values)]
    p99 = cuts[98] * 1000
    against = ("", "") if target is None else (f"p99 < {target:g}", verdict(p99 < target))
    return (name, f"{len(values):,}", *(f"{value * 1000:.1f}" for value in at), *against)


def show(name: str, child: Child, asked: Sequence[int], target: float | None) -> None:
    """Measure one server and print what was found."""
    streams, server, client = measure(child, asked)
    # Streams asked for before all connections were open would only flatter.
    steady = min(stream.asked for stream in streams) + CYCLE_SECONDS
    everything = [lateness(stream) for stream in streams]
    found = [
        each for stream, each in zip(streams, everything, strict=True) if stream.asked >= steady
    ]
    after_first = [late for each in found for late in each.after_first]
    after_earliest = [late for each in found for late in each.after_earliest]
    rows = [
        row("against the stream's first event", after_first, target),
        row("against the stream's earliest event", after_earliest),
        row("of first events, against asking", [each.first for each in found]),
    ]
    columns = (f"{name}: lateness, ms", "events", "p50", "p95", "p99", "max", "target", "")
    print(table(columns, rows))
    start = steady + TTFT
    open_now = speaking(everything, start, start + SECONDS - CYCLE_SECONDS)
    print(
        f"\n{open_now:.0f} streams in mid-answer on average; "
        f"server {server:.0%} of one core, client {client:.0%} of another\n"
    )


def main() -> None:
    """Measure and print."""
    asked = find_questions()
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"{CONNECTIONS} connections, answers of {TOKENS} tokens at {PACE}:", end=" ")
    print(f"{TTFT:g} s, then {TOKENS_PER_SECOND:g} tokens/s\n")
    bare = script("bare_paced.py", TTFT, TOKENS_PER_SECOND, TOKENS)
    with running(bare) as child:
        show("bare Hypercorn", child, asked, None)
    with running(twin("--pace", PACE)) as child:
        make_roomy(child)
        show("twin", child, asked, TARGET_MS)


if __name__ == "__main__":
    main()

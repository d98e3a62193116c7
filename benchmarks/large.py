"""How late the events of 100 paced streams are while a request of 32 MB comes in and is answered.

Streams, schedule and lateness are those of `pacing.py`. In the middle of each measurement another
process sends one request as large as the API takes; what is in it decides where the time goes:

    text      one message, one text
    turns     a conversation of 3,000 turns
    blocks    a message of a million blocks
    escapes   one text in which every second character is escaped
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import pacing
from asks import make_roomy
from child import CLIENT_CORE, Child, running, script, twin
from load import is_whole
from table import table

from simtwin.edge.data_plane.request import MOST_BODY_BYTES

pacing.CONNECTIONS = 130  # of which 100 are speaking at any moment
TARGET_MS = 50.0
#: When the large request is sent, after the last connection was opened.
AFTER_SECONDS = 2.0
#: The answer to it may take long, on a machine that others use.
PATIENCE = 60.0

_HEAD = {"model": "claude-haiku-4-5", "max_tokens": 16}


def bodies() -> Mapping[str, bytes]:
    """The large requests, each of just below 32 MB."""
    text = "The quick brown fox jumps over the lazy dog. "
    of_a_turn = text * 200
    turns = MOST_BODY_BYTES // (len(of_a_turn) + 40) // 2
    block = '{"type":"text","text":"a"},'
    return {
        "text": _body([_user(text * (MOST_BODY_BYTES // len(text) - 10))]),
        "turns": _body(
            [
                turn
                for _ in range(turns)
                for turn in (_user(of_a_turn), {"role": "assistant", "content": of_a_turn})
            ][:-1]
        ),
        "blocks": _body([]).replace(
            b'"messages":[]',
            b'"messages":[{"role":"user","content":['
            + (block * (MOST_BODY_BYTES // len(block) - 10))[:-1].encode()
            + b"]}]",
        ),
        "escapes": _body([_user('a"' * (MOST_BODY_BYTES // 3 - 100))]),
    }


def _user(text: str) -> dict[str, str]:
    return {"role": "user", "content": text}


def _body(messages: Sequence[Mapping[str, str]]) -> bytes:
    return json.dumps({**_HEAD, "messages": messages}, separators=(",", ":")).encode()


def send(kind: str, port: int, api_key: str) -> None:
    """Send the large request when a line comes in, and say how it was answered, and how soon."""
    body = bodies()[kind]
    head = (
        f"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {api_key}\r\n"
        "anthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode()
    print(json.dumps({"bytes": len(body)}), flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(head + body)
        data = b""
        while not (data.startswith(b"HTTP/1.1 4") or (data and is_whole(data))):
            data += connection.recv(65_536)
    status = data.split(maxsplit=2)[1].decode()
    print(json.dumps({"status": status, "seconds": time.perf_counter() - began}), flush=True)
    sys.stdin.readline()


def measure(child: Child, asked: Sequence[int], kind: str) -> tuple[str, ...]:
    """The lateness of the streams around the large request, as a row of the table."""
    command = script("large.py", kind, child.port, child.said["api_key"])
    with running(command, core=CLIENT_CORE) as sender:
        pipe, answer = sender.process.stdin, sender.process.stdout
        assert pipe is not None  # noqa: S101  # made with pipes
        assert answer is not None  # noqa: S101

        def go() -> None:
            pipe.write(b"\n")
            pipe.flush()

        timer = threading.Timer(pacing.CYCLE_SECONDS + AFTER_SECONDS, go)
        timer.start()
        streams, _, _ = pacing.measure(child, asked)
        timer.join()
        said = json.loads(answer.readline())
        pipe.close()
    steady = min(stream.asked for stream in streams) + pacing.CYCLE_SECONDS
    late = [
        each
        for stream in streams
        if stream.asked >= steady - pacing.CYCLE_SECONDS / 2
        for each in pacing.lateness(stream).after_earliest
    ]
    name = f"{kind}: {said['status']} after {said['seconds']:.1f} s"
    return pacing.row(name, late, TARGET_MS)


def main() -> None:
    """Measure and print."""
    if len(sys.argv) > 1:
        send(sys.argv[1], int(sys.argv[2]), sys.argv[3])
        return
    asked = pacing.find_questions()
    os.sched_setaffinity(0, {CLIENT_CORE})
    rows = []
    for kind in ("text", "turns", "blocks", "escapes"):
        with running(twin("--pace", pacing.PACE)) as child:
            make_roomy(child)
            rows.append(measure(child, asked, kind))
    columns = ("100 streams beside 32 MB of: lateness, ms",)
    print(table((*columns, "events", "p50", "p95", "p99", "max", "target", ""), rows))


if __name__ == "__main__":
    main()

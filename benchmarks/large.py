"""How late the events of 100 paced streams are while a request of 32 MB comes in and is answered.

Streams, schedule and lateness are those of `pacing.py`. In the middle of each measurement another
process sends one request as large as the API takes; what is in it decides where the time goes:

    images    80 pictures, which is answered
    document  one PDF, likewise
    text      one message, one text; this and the others are more than a model's window holds, which
              is only known once all of it is counted
    turns     a conversation of 3,000 turns
    blocks    a message of a million blocks
    escapes   one text in which every second character is escaped

A bare server that only reads what comes in, and sleeps and writes, is measured beside a large text.
"""

from __future__ import annotations

import base64
import json
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

import pacing
from asks import MODEL, make_roomy
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

KINDS = ("images", "document", "text", "turns", "blocks", "escapes")
IMAGES = 80

_HEAD = {"model": MODEL, "max_tokens": 16}
_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\3\xe8\0\0\3\xe8\x08\2\0\0\0"
_PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Page >>\nendobj\n"


def body(kind: str) -> bytes:
    """A large request, of just below 32 MB."""
    text = "The quick brown fox jumps over the lazy dog. "
    of_a_turn = text * 200
    turns = MOST_BODY_BYTES // (len(of_a_turn) + 40) // 2
    block = '{"type":"text","text":"a"},'
    match kind:
        case "images":
            picture = _sealed("image", "image/png", _PNG, MOST_BODY_BYTES // (IMAGES + 1))
            return _body([_user([picture] * IMAGES)])
        case "document":
            return _body([_user([_sealed("document", "application/pdf", _PDF, MOST_BODY_BYTES)])])
        case "text":
            return _body([_user(text * (MOST_BODY_BYTES // len(text) - 10))])
        case "turns":
            said = {"role": "assistant", "content": of_a_turn}
            return _body([each for _ in range(turns) for each in (_user(of_a_turn), said)][:-1])
        case "blocks":
            many = (block * (MOST_BODY_BYTES // len(block) - 10))[:-1].encode()
            return _body([_user([])]).replace(b'"content":[]', b'"content":[' + many + b"]")
        case _:
            return _body([_user('a"' * (MOST_BODY_BYTES // 3 - 100))])


def _sealed(tag: str, media_type: str, begin: bytes, size: int) -> dict[str, Any]:
    """An image or document of noise, some `size` bytes in base64."""
    data = begin + random.Random(0).randbytes(size // 4 * 3 - 1_000)
    source = {
        "type": "base64",
        "media_type": media_type,
        "data": base64.b64encode(data).decode(),
    }
    return {"type": tag, "source": source}


def _user(content: object) -> dict[str, Any]:
    return {"role": "user", "content": content}


def _body(messages: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({**_HEAD, "messages": messages}, separators=(",", ":")).encode()


def send(kind: str, port: int, api_key: str) -> None:
    """Send the large request when a line comes in, and say how it was answered, and how soon."""
    data = body(kind)
    head = (
        f"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {api_key}\r\n"
        "anthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n"
        f"content-length: {len(data)}\r\n\r\n"
    ).encode()
    print(json.dumps({"bytes": len(data)}), flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(head + data)
        answer = b""
        while not (answer.startswith(b"HTTP/1.1 4") or (answer and is_whole(answer))):
            answer += connection.recv(65_536)
    status = answer.split(maxsplit=2)[1].decode()
    print(json.dumps({"status": status, "seconds": time.perf_counter() - began}), flush=True)
    sys.stdin.readline()


def measure(child: Child, asked: Sequence[int], kind: str, what: str = "") -> tuple[str, ...]:
    """The lateness of the streams around the large request, as a row of the table.

    Args:
        child: the server.
        asked: the questions that the streams answer.
        kind: of the large request.
        what: the server, where it is not a twin and has no target.
    """
    command = script("large.py", kind, child.port, child.said.get("api_key", "none"))
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
    name = f"{what}{kind}: {said['status']} after {said['seconds']:.1f} s"
    return pacing.row(name, late, None if what else TARGET_MS)


def main() -> None:
    """Measure and print."""
    if len(sys.argv) == len(("", "kind", "port", "key")):
        send(sys.argv[1], int(sys.argv[2]), sys.argv[3])
        return
    asked = pacing.find_questions()
    os.sched_setaffinity(0, {CLIENT_CORE})
    print(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} before\n", flush=True)
    rows = []
    bare = script("bare_paced.py", pacing.TTFT, pacing.TOKENS_PER_SECOND, pacing.TOKENS)
    with running(bare) as child:
        rows.append(measure(child, asked, "text", "bare Hypercorn, "))
    for kind in sys.argv[1:] or KINDS:
        with running(twin("--pace", pacing.PACE)) as child:
            make_roomy(child)
            rows.append(measure(child, asked, kind))
    columns = ("100 streams beside 32 MB of: lateness, ms",)
    print(table((*columns, "events", "p50", "p95", "p99", "max", "target", ""), rows))
    print(f"\nload {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()

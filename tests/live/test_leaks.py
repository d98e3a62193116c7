"""What is left of requests whose clients have gone, and what those hold that never end."""

from __future__ import annotations

import base64
import os
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from live.served import BOOKED_SECONDS, SLACK, Key, Served, Tenant
from live.ways import ASKED

from simtwin.edge.served import GRACE

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="reads memory and open files from /proc"
)

MB = 1_000_000
PAGE = os.sysconf("SC_PAGE_SIZE")
#: What makes the system reset a connection that is closed.
RESET = b"\1\0\0\0\0\0\0\0"

STALL = "stall(after_events=4, seconds=600)"


class Process:
    """A process as the system sees it."""

    def __init__(self, pid: int) -> None:
        self._folder = Path(f"/proc/{pid}")

    @property
    def memory(self) -> int:
        """Bytes that are resident."""
        return int((self._folder / "statm").read_text().split()[1]) * PAGE

    @property
    def files(self) -> int:
        """How many files are open, sockets among them."""
        return len(list((self._folder / "fd").iterdir()))


def send(key: Key, body: bytes) -> socket.socket:
    """A connection on which a request was sent."""
    host, _, port = key.base_url.removeprefix("http://").partition(":")
    head = [
        "POST /v1/messages HTTP/1.1",
        f"host: {host}",
        f"x-api-key: {key.api_key}",
        "anthropic-version: 2023-06-01",
        "content-type: application/json",
        f"content-length: {len(body)}",
    ]
    connection = socket.create_connection((host, int(port)), 20)
    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return connection


def hear_a_part(connection: socket.socket) -> None:
    """Read an answer up to where it stalls."""
    heard = b""
    while b"content_block_delta" not in heard:
        piece = connection.recv(65_536)
        assert piece, heard
        heard += piece


def leave_in_mid_answer(key: Key, streams: int) -> None:
    """Begin so many streams, all at once, read a part of each, and be gone: every other by RST."""
    body = msgspec.json.encode({**ASKED, "stream": True})
    connections = [send(key, body) for _ in range(streams)]
    for number, connection in enumerate(connections):
        hear_a_part(connection)
        if number % 2:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    for connection in connections:
        connection.close()


def test_streams_that_were_abandoned_leave_nothing_but_their_records(
    own_twin: Callable[..., Served],
) -> None:
    served = own_twin("--pace", "instant", "--tier", "unlimited", "--script", f"{STALL}; loop")
    process = Process(served.process.pid)
    with served.plane() as plane:
        key = Tenant(served, plane).new_key()
        # The first ones take what others after them take again.
        leave_in_mid_answer(key, 200)
        key.requests()
        memory, files = process.memory, process.files
        leave_in_mid_answer(key, 200)
        key.requests()
        leave_in_mid_answer(key, 200)
        entries = key.requests()
        late = time.monotonic() + BOOKED_SECONDS
        while process.files > files and time.monotonic() < late:
            time.sleep(0.01)
        grown, files_left = process.memory - memory, process.files - files
        told = served.tell()
        end = served.ended()
        ended = time.monotonic()

    assert Counter(entry["ended"] for entry in entries) == {"left": 600}
    assert Counter(entry["closed_by"] for entry in entries) == {"client": 600}
    assert files_left <= 0
    # What is kept of 400 requests, in the journal, the log and the messages, is some 3 MB. An open
    # stream is over 35 kB, so that many kept ones were 14 MB.
    assert grown < 7 * MB
    # It would wait for requests under way.
    assert ended - told < SLACK < GRACE
    assert end == (0, b"", "")


def test_requests_that_never_end_do_not_hold_their_bodies(own_twin: Callable[..., Served]) -> None:
    script = f"hang; {STALL}; loop"
    served = own_twin("--pace", "instant", "--tier", "unlimited", "--script", script)
    process = Process(served.process.pid)
    body = msgspec.json.encode({**ASKED, "stream": True, "messages": [large_turn()]})
    with served.plane() as plane:
        key = Tenant(served, plane).new_key()
        with ExitStack() as kept:
            for number in range(26):
                connection = kept.enter_context(send(key, body))
                if number % 2:
                    hear_a_part(connection)
                while key.arrived() <= number:
                    pass
                if number == 5:
                    # Bodies one at a time need some 30 to 40 MB, as their pieces happen to lie, which
                    # those after the first few use again.
                    memory = process.memory
            grown, files = process.memory - memory, process.files
        entries = key.requests()

    assert files > 26
    assert Counter(entry["ended"] for entry in entries) == {"left": 26}
    assert Counter(entry["status"] for entry in entries) == {None: 13, 200: 13}
    assert all(entry["body_bytes"] == len(body) > 5 * MB for entry in entries)
    # Half a megabyte each, so that 200 are under 100 MB. The bodies of these 20 are 100 MB.
    assert grown < 10 * MB


def large_turn() -> dict[str, Any]:
    """A question of 5 MB that is valid, and short in tokens: a document of one page."""
    page = b"%PDF-1.7\n1 0 obj <</Type /Page>> endobj\n" + bytes(3_800_000)
    source = {
        "type": "base64",
        "media_type": "application/pdf",
        "data": base64.b64encode(page).decode(),
    }
    document = {"type": "document", "source": source}
    return {"role": "user", "content": [document, {"type": "text", "text": "What is this?"}]}

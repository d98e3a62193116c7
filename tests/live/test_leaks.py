"""What is left of requests whose clients have gone, and what those hold that never end."""

from __future__ import annotations

import base64
import socket
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import pytest
from live.crowd import Process, come_and_go, leave, room_for, send
from live.matrix_body import SAID
from live.served import BOOKED_SECONDS, SLACK, Key, Served, Tenant
from live.ways import ASKED

from simtwin.edge.served import GRACE

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="reads memory and open files from /proc"
)

MB = 1_000_000

#: So many streams at once weigh far more than the records of as many, and take a few seconds.
CROWD = 400

STALL = "stall(after_events=4, seconds=600)"


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
    for connection in connections:
        hear_a_part(connection)
    for number, connection in enumerate(connections):
        leave(connection, reset=number % 2 == 1)


def files_closed(process: Process, files: int) -> None:
    """Wait until the twin has no more files open than that, if it comes to it."""
    late = time.monotonic() + BOOKED_SECONDS
    while process.files > files and time.monotonic() < late:
        time.sleep(0.01)


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
        files_closed(process, files)
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


def mixed(lasting: float) -> list[dict[str, Any]]:
    """Rules by which a stream lasts so long, seconds, and then, or before, something happens to it."""
    place = {"at_token": 30}
    shares: list[dict[str, Any]] = [
        {"pace": {"tokens_per_second": 40}},
        {"slice": {"bytes": 40}},
        {"sse_format": {"line_ending": "crlf"}},
        {"encoding": {}},
        {"edit_events": {"edit": "duplicate", **place}},
        {"stall": {"seconds": 600, **place}},
        {"error_event": place},
        {"truncate": place},
        {"disconnect": place},
        {"disconnect": {"reset": True, **place}},
        {"hang": {}},
        {"refuse": {"status": 529}},
    ]
    return [
        {"match": {"endpoint": "messages"}, "when": {"chance": chance}, **fault}
        for chance, fault in (
            (1, {"stall": {"at_token": 20, "seconds": lasting}}),
            *((0.08, fault) for fault in shares),
        )
    ]


def test_a_crowd_of_streams_at_once_leaves_nothing_but_their_records(
    own_twin: Callable[..., Served],
) -> None:
    if not room_for(2_000):
        pytest.skip("this process may not have 2,000 files open")
    served = own_twin("--pace", "instant", "--tier", "unlimited")
    process = Process(served.process.pid)
    body = msgspec.json.encode({**ASKED, "stream": True})
    with served.plane(timeout=BOOKED_SECONDS) as plane:
        key = Tenant(served, plane).new_key()
        files = process.files
        # What the first crowd takes the second takes again, who stay for twice as long as the first
        # took to arrive, so that they are all there at one time.
        key.set(script=f"{STALL}; loop")
        crowd = come_and_go(key, body, process, many=CROWD, lasting=0)
        files_closed(process, files)
        memory = process.memory
        lasting = max(2.0, 2 * crowd.came)
        key.set(rules=mixed(lasting), replies=[{"text": SAID}])
        crowd = come_and_go(key, body, process, many=CROWD, lasting=lasting + 1, after=CROWD)
        entries = key.requests()[CROWD:]
        files_closed(process, files)
        grown, left = process.memory - memory, process.files - files
        told = served.tell()
        end = served.ended()
        ended = time.monotonic()

    # Some 30 of them are refused.
    assert crowd.most - files > 0.85 * CROWD, crowd
    assert crowd.ends.keys() == {"fin", "rst", "left"}
    assert {fired["kind"] for entry in entries for fired in entry["fired"]} == {
        kind for rule in mixed(1) for kind in rule.keys() - {"match", "when"}
    }
    assert Counter(entry["ended"] for entry in entries).keys() == {"end", "hangup", "left"}
    assert len(entries) == CROWD
    assert left <= 0
    # So many records are some 5 MB, and faults that were not there before took 3. As many open streams
    # would be 14 MB more.
    assert grown < 15 * MB
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
            for number in range(16):
                connection = kept.enter_context(send(key, body))
                if number % 2:
                    hear_a_part(connection)
                while key.arrived() <= number:
                    time.sleep(0.01)
                if number == 5:
                    # Bodies one at a time need some 30 to 40 MB, as their pieces happen to lie, which
                    # those after the first few use again.
                    memory = process.memory
            grown, files = process.memory - memory, process.files
        entries = key.requests()

    assert files > 16
    assert Counter(entry["ended"] for entry in entries) == {"left": 16}
    assert Counter(entry["status"] for entry in entries) == {None: 8, 200: 8}
    assert all(entry["body_bytes"] == len(body) > 5 * MB for entry in entries)
    # Half a megabyte each, so that 200 are under 100 MB. The bodies of these 10 are 50 MB.
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

"""Many clients of one twin at once, and what its process holds for them."""

from __future__ import annotations

import os
import resource
import selectors
import socket
import time
from collections import Counter
from pathlib import Path

import attrs
from live.served import Key

PAGE = os.sysconf("SC_PAGE_SIZE")
#: What makes the system reset a connection that is closed.
RESET = b"\1\0\0\0\0\0\0\0"
#: How often a crowd is counted, seconds: to count costs the twin a request, which it has other uses for.
COUNTED_EVERY = 0.1


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


def send(key: Key, body: bytes, *headers: str) -> socket.socket:
    """A connection on which a request was sent."""
    host, _, port = key.base_url.removeprefix("http://").partition(":")
    head = [
        "POST /v1/messages HTTP/1.1",
        f"host: {host}",
        f"x-api-key: {key.api_key}",
        "anthropic-version: 2023-06-01",
        "content-type: application/json",
        f"content-length: {len(body)}",
        *headers,
    ]
    connection = socket.create_connection((host, int(port)), 20)
    connection.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body)
    return connection


def leave(connection: socket.socket, *, reset: bool) -> None:
    """Be gone, by RST or by FIN."""
    if reset:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    connection.close()


@attrs.frozen
class Gone:
    """What became of a crowd.

    Args:
        ends: how many connections ended by themselves, by how, and how many were "left".
        came: how long it took until all had arrived, seconds.
        most: how many files were open at one time at most.
    """

    ends: Counter[str]
    came: float
    most: int


def come_and_go(
    key: Key, body: bytes, process: Process, *, many: int, lasting: float, after: int = 0
) -> Gone:
    """Ask so many times at once, read all that comes, and leave what is not over in time.

    Args:
        key: who asks.
        body: what is asked.
        process: the twin's.
        many: how often.
        lasting: seconds after which an answer is over unless it never is.
        after: how many requests of the key there were before.
    """
    ends, most, began, came = Counter[str](), 0, time.monotonic(), 0.0
    counted = began
    with selectors.DefaultSelector() as selector:
        for _ in range(many):
            connection = send(key, body, "connection: close")
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ, connection)
        while selector.get_map() and (not came or time.monotonic() < began + came + lasting):
            if time.monotonic() > counted + COUNTED_EVERY:
                most = max(most, process.files)
                if not came and key.arrived() == after + many:
                    came = time.monotonic() - began
                counted = time.monotonic()
            for ready, _ in selector.select(0.1):
                if (end := _read(ready.data)) is not None:
                    ends[end] += 1
                    selector.unregister(ready.data)
                    ready.data.close()
        for number, kept in enumerate(selector.get_map().values()):
            ends["left"] += 1
            leave(kept.data, reset=number % 2 == 0)
    return Gone(ends, came, most)


def _read(connection: socket.socket) -> str | None:
    """How it ended, if it did."""
    try:
        return None if connection.recv(65_536) else "fin"
    except ConnectionResetError:
        return "rst"


def room_for(files: int) -> bool:
    """Whether this process, and those that it starts, may have so many files open; asks for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < files <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return files <= hard

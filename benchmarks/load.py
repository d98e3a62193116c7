"""A client that costs little: requests made beforehand, answers looked at only for their end.

Runs as a process of its own. Reads jobs as lines of JSON on its standard input, answers each with
a line of JSON:

    {"port", "requests": [TEXT, …], "connections", "warm_seconds", "seconds", "pid"}
    {"answers", "seconds", "server_cpu", "client_cpu"}

Every connection sends its next request as soon as the last is answered, taking them in turn.
"""

from __future__ import annotations

import json
import select
import socket
import sys
import time
from itertools import cycle
from typing import Any

import attrs
from child import cpu_seconds

RECEIVE_BYTES = 262_144
#: No answer without pacing takes this long; a server that does is stuck.
PATIENCE = 20.0


class Connection:
    """One keep-alive connection with at most one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pending = b""

    def answered(self) -> bool:
        """Read what is there; whether the answer is complete.

        Raises:
            RuntimeError: the answer is no 200, or the server hung up.
        """
        data = self.socket.recv(RECEIVE_BYTES)
        if not data:
            raise RuntimeError("the server hung up")
        if self._pending:
            data = self._pending + data
        if is_whole(data):
            self._pending = b""
            return True
        self._pending = data
        return False


def is_whole(data: bytes) -> bool:
    """Whether an answer ends here.

    Raises:
        RuntimeError: it is no 200.
    """
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return False
    if not data.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(data[:1000].decode(errors="replace"))
    head = data[:end].lower()
    at = head.find(b"\r\ncontent-length:")
    if at < 0:
        return data.endswith(b"\r\n0\r\n\r\n")
    return len(data) - end - 4 >= int(head[at + 17 :].partition(b"\r\n")[0])


@attrs.frozen
class Outcome:
    """What was measured after the warm-up: answers and CPU seconds on both sides."""

    answers: int
    seconds: float
    server_cpu: float
    client_cpu: float


def drive(job: dict[str, Any]) -> Outcome:
    """Do one job."""
    requests = cycle([text.encode("latin-1") for text in job["requests"]])
    poll = select.epoll()
    connections = {}
    for _ in range(job["connections"]):
        connection = Connection(job["port"])
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket.fileno(), select.EPOLLIN)
        connection.socket.sendall(next(requests))
    turn(poll, connections, requests, job["warm_seconds"])
    server, client, began = cpu_seconds(job["pid"]), time.process_time(), time.perf_counter()
    answers = turn(poll, connections, requests, job["seconds"])
    seconds = time.perf_counter() - began
    outcome = Outcome(
        answers, seconds, cpu_seconds(job["pid"]) - server, time.process_time() - client
    )
    for connection in connections.values():
        while not connection.answered():
            pass
        connection.socket.close()
    poll.close()
    return outcome


def turn(
    poll: select.epoll, connections: dict[int, Connection], requests: cycle[bytes], seconds: float
) -> int:
    """Answer answers with requests for so long; how many answers there were."""
    answers = 0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for fd, _ in poll.poll(PATIENCE):
            connection = connections[fd]
            if connection.answered():
                answers += 1
                connection.socket.sendall(next(requests))
    return answers


if __name__ == "__main__":
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(attrs.asdict(drive(json.loads(line)))), flush=True)

"""The operator's rules for connections on real sockets: what the client's system says of them."""

from __future__ import annotations

import errno
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from live.served import NOBODY, SLACK, Served

TOKEN = "the-token-of-the-operator"
HEAD = b"POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9000000\r\n\r\n"
GET = b"GET /_twin/settings HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"


class Operator:
    """Says what happens to connections, over one that is there already."""

    def __init__(self, served: Served) -> None:
        self.address = ("127.0.0.1", served.port)
        self.client = httpx2.Client(
            base_url=served.base_url,
            headers={"authorization": f"Bearer {TOKEN}"},
            trust_env=False,
            verify=NOBODY,
        )

    def rule(self, *rules: dict[str, Any]) -> float:
        """Replace the rules; when that was (`time.monotonic`)."""
        answer = self.client.put("/_twin/settings", json={"connections": list(rules)})
        assert answer.status_code == 200, answer.text
        return time.monotonic()

    def fired(self) -> int:
        (rule,) = self.client.get("/_twin/settings").json()["connections"]
        return int(rule["fired"])

    def hear(self, *sent: bytes) -> tuple[bytes, str]:
        """What a new connection hears after it has sent something, and what it ends with."""
        heard = b""
        try:
            with socket.create_connection(self.address, timeout=20) as client:
                for data in sent:
                    client.sendall(data)
                while data := client.recv(65_536):
                    heard += data
        except OSError as error:
            return heard, errno.errorcode[error.errno or 0]
        return heard, "FIN"

    def connects(self) -> bool:
        """Whether anybody listens."""
        return self.hear(GET.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"))[1] == "FIN"


def assert_silent(client: socket.socket) -> None:
    """Nothing comes for a while: what would come would within milliseconds."""
    client.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.recv(1)
    client.settimeout(20)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served.start(
        tmp_path_factory.mktemp("connections"), "--pace", "instant", "--admin-token", TOKEN
    )
    yield made
    made.stop()


@pytest.fixture
def operator(served: Served) -> Iterator[Operator]:
    made = Operator(served)
    with made.client:
        yield made
        made.rule()


def test_nobody_listens_for_a_while_and_then_the_same_port_is_there_again(
    operator: Operator,
) -> None:
    set_at = operator.rule({"when": {"window": [0, 1]}, "refuse": {}})

    # The listener closes in a task of its own, within a turn of the loop.
    while operator.connects():
        assert time.monotonic() < set_at + 1, "it was never refused"
    refused = operator.hear(GET)
    still_served = operator.client.get("/_twin/settings").status_code
    while not operator.connects():
        assert time.monotonic() < set_at + 1 + SLACK, "it never listened again"
    listened_after = time.monotonic() - set_at

    assert refused == (b"", "ECONNREFUSED")
    assert still_served == 200
    # The twin's second began a little before the answer that said that it had.
    assert listened_after > 0.9


def test_a_refusal_ends_at_once_when_it_is_taken_away(operator: Operator) -> None:
    operator.rule({"when": {"window": [0, 3600]}, "refuse": {}})
    while operator.connects():
        pass
    taken_at = operator.rule()

    while not operator.connects():
        assert time.monotonic() < taken_at + SLACK


@pytest.mark.parametrize(("reset", "end"), [(False, "FIN"), (True, "ECONNRESET")])
def test_a_connection_ends_as_soon_as_it_is_accepted(
    operator: Operator, reset: bool, end: str
) -> None:
    operator.rule({"when": {"nth": 1}, "close": {"reset": reset}})

    assert operator.hear() == (b"", end)
    assert operator.fired() == 1
    assert operator.connects()


def test_a_black_hole_ends_after_its_time(operator: Operator) -> None:
    operator.rule({"when": {"nth": 1}, "black_hole": {"seconds": 0.3}})

    began = time.monotonic()
    heard = operator.hear(GET)

    assert heard == (b"", "FIN")
    assert 0.3 <= time.monotonic() - began < 0.3 + SLACK


def test_an_early_answer_is_heard_although_the_body_never_comes(operator: Operator) -> None:
    operator.rule({"when": {"nth": 1}, "early": {}})

    heard, end = operator.hear(HEAD)

    assert heard.startswith(b"HTTP/1.1 413 \r\n")
    assert b'"type":"request_too_large"' in heard
    assert end == "ECONNRESET"
    assert operator.connects()


def test_a_black_hole_does_not_hold_up_the_end(own_twin: Callable[..., Served]) -> None:
    served = own_twin("--pace", "instant", "--admin-token", TOKEN)
    operator = Operator(served)
    with operator.client:
        operator.rule({"black_hole": {}})
        with socket.create_connection(operator.address, timeout=20) as client:
            client.sendall(GET)
            assert_silent(client)
            told_at = served.tell()
            ended = served.ended()
            took = time.monotonic() - told_at

    assert ended == (0, b"", "")
    # Answers under way would be given five seconds.
    assert took < 5


def test_a_twin_that_refuses_ends_in_order(own_twin: Callable[..., Served]) -> None:
    served = own_twin("--pace", "instant", "--admin-token", TOKEN)
    operator = Operator(served)
    with operator.client:
        operator.rule({"when": {"window": [0, 3600]}, "refuse": {}})
        while operator.connects():
            pass
        served.tell()

        assert served.ended() == (0, b"", "")

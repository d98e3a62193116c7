"""How a twin ends when it is told to."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from live.served import NOBODY, SLACK, Served
from live.ways import ASKED

from simtwin.edge.served import GRACE
from simtwin.edge.wire import LINGER_SECONDS

GET = b"GET /_twin/health HTTP/1.1\r\nhost: localhost\r\n\r\n"


@contextmanager
def streaming(served: Served) -> Iterator[httpx2.Response]:
    """A stream under way, whose head is there."""
    with (
        httpx2.Client(base_url=served.base_url, trust_env=False, verify=NOBODY, timeout=20) as http,
        http.stream(
            "POST",
            "/v1/messages",
            json={**ASKED, "max_tokens": 40, "stream": True},
            headers={"x-api-key": served.api_key, "anthropic-version": "2023-06-01"},
        ) as answer,
    ):
        yield answer


@contextmanager
def resting(served: Served) -> Iterator[socket.socket]:
    """A connection that a request has been answered on, and no other one follows."""
    with socket.create_connection(("127.0.0.1", served.port), 20) as idle:
        idle.sendall(GET)
        answer = b""
        while not answer.endswith(b"}"):
            answer += idle.recv(65_536)
        yield idle


@pytest.mark.parametrize("what", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_answers_finish_and_closes_the_rest_at_once(
    what: signal.Signals, own_twin: Callable[..., Served]
) -> None:
    served = own_twin("--pace", "instant", "--script", "pace(tokens_per_second=40)")
    with resting(served) as idle, streaming(served) as answer:
        told = served.tell(what)
        left = idle.recv(65_536)
        closed = time.monotonic()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", served.port), 20)
        body = answer.read()
        streamed = time.monotonic()
        end = served.ended()
        ended = time.monotonic()

    assert left == b""
    assert closed - told < SLACK
    assert b"event: message_stop" in body
    # A stream of a second, all but its head.
    assert closed < streamed < told + 1 + SLACK
    # The client, for its part, keeps its connections.
    assert ended - streamed < LINGER_SECONDS + SLACK
    assert end == (0, b"", "")


def test_what_goes_on_is_cut_off_when_the_grace_is_over(own_twin: Callable[..., Served]) -> None:
    served = own_twin("--pace", "instant", "--script", "stall(after_events=3, seconds=600)")
    with streaming(served) as answer:
        told = served.tell()
        with pytest.raises(httpx2.TransportError):
            answer.read()
        cut = time.monotonic()
        end = served.ended()

    assert GRACE <= cut - told < GRACE + SLACK
    assert end == (0, b"", "")


def test_a_second_signal_ends_the_grace(own_twin: Callable[..., Served]) -> None:
    served = own_twin("--pace", "instant", "--script", "stall(after_events=3, seconds=600)")
    with resting(served) as idle, streaming(served) as answer:
        served.tell(signal.SIGINT)
        assert idle.recv(65_536) == b""
        told = served.tell(signal.SIGINT)
        with pytest.raises(httpx2.TransportError):
            answer.read()
        end = served.ended()
        ended = time.monotonic()

    assert ended - told < SLACK
    assert end == (0, b"", "")


def test_a_twin_that_is_stopped_as_soon_as_it_is_there_ends_in_order(
    own_twin: Callable[..., Served],
) -> None:
    served = own_twin("--pace", "instant")

    served.tell()

    assert served.ended() == (0, b"", "")


def test_rules_for_all_that_never_fired_are_named_in_the_end(
    own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    profile = tmp_path / "mine.toml"
    profile.write_text(
        'summary = "s"\ngood_client = "g"\n'
        '[[rules]]\nname = "first"\nwhen = { nth = 1 }\nrefuse = { status = 529 }\n'
        '[[rules]]\nname = "hundredth"\nwhen = { nth = 100 }\nrefuse = { status = 529 }\n'
    )
    served = own_twin("--pace", "instant", "--profile", str(profile))
    headers = {"x-api-key": served.api_key, "anthropic-version": "2023-06-01"}
    with httpx2.Client(
        base_url=served.base_url, trust_env=False, verify=NOBODY, timeout=20
    ) as http:
        status = http.post("/v1/messages", json=ASKED, headers=headers).status_code
    served.tell()

    assert status == 529
    assert served.ended() == (
        0,
        b"",
        "simtwin: of 2 rules for all, these never fired: hundredth\n",
    )

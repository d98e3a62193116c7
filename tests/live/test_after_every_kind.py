"""A normal request succeeds right after every fault: on a new connection, and on the one that it met.

One setting stands for each kind; a kind that has none here fails. What the bytes of a fault are is
the matter of other tests (test_wire_kinds).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Literal, Self

import attrs
import h11
import msgspec
import pytest
from live.matrix_body import TOOLS
from live.served import Key
from live.ways import ASKED

from simtwin_faults import KINDS

#: How the fault leaves its connection: good for another request; at its end, once all that comes has
#: come; gone with the next request; or without a word, so that one can only leave it.
Left = Literal["usable", "ended", "stale", "silent"]

#: No read takes longer, unless the twin is silent for good.
PATIENCE = 20.0
#: A silence is told from a slow machine by nothing but patience; what would break it is there by then.
SILENCE = 0.2


@attrs.frozen
class Met:
    """What stands for a kind.

    Args:
        script: the settings.
        left: how the connection is left.
        asked: what the request has besides.
    """

    script: str
    left: Left = "usable"
    asked: Mapping[str, Any] = attrs.field(factory=dict)


STREAM = {"stream": True}
CALL = {**STREAM, "tools": TOOLS, "tool_choice": {"type": "any"}}

MET: Mapping[str, Met] = {
    "refuse": Met("529"),
    "account": Met("account(state=no_credit)"),
    "model_retired": Met("model_retired"),
    "page": Met("page(status=502)"),
    "header": Met("header(name=x-a, value=b)"),
    "clock_skew": Met("clock_skew(seconds=60)"),
    "body": Met("body(form=html)"),
    "field": Met("field(path=content)"),
    "corrupt": Met("corrupt(form=utf8, after_events=2)", asked=STREAM),
    "error_event": Met("error_event(after_events=2)", asked=STREAM),
    "edit_events": Met("edit_events(edit=duplicate)", asked=STREAM),
    "sse_format": Met("sse_format(line_ending=cr)", asked=STREAM),
    "tool_json": Met("tool_json(form=cut, ends=true)", asked=CALL),
    "pings": Met("pings(after_events=2, interval_seconds=0.01, seconds=0.05)", asked=STREAM),
    "disconnect": Met("disconnect(after_events=2, reset=true)", "ended", STREAM),
    "latency": Met("latency(seconds=0.05)"),
    "pace": Met("pace(tokens_per_second=2000)", asked=STREAM),
    "stall": Met("stall(after_events=2, seconds=0.05)", asked=STREAM),
    "hang": Met("hang", "silent"),
    "truncate": Met("truncate(after_events=2)", asked=STREAM),
    "drip": Met("drip(bytes=100)", asked=STREAM),
    "slice": Met("slice(bytes=9)", asked=STREAM),
    "close": Met("close(announce=true)", "ended"),
    "stale": Met("stale", "stale"),
    "goaway": Met("goaway", "ended"),
    "framing": Met("framing(chunk_size=ZZ, close=true)", "ended"),
    "garbage": Met("garbage", "ended"),
    "interim": Met("interim(status=103)"),
    "redirect": Met("redirect(status=302)"),
    "big_head": Met("big_head(bytes=1000, count=3)"),
    "raw_header": Met(r'raw_header(line="x-n: a\u0001b")', "ended"),
    "encoding": Met("encoding", asked=STREAM),
}


class Connection:
    """One to the twin, over which a key asks for messages."""

    def __init__(self, key: Key) -> None:
        address = ("127.0.0.1", key.tenant.served.port)
        self._key = key
        self._socket = socket.create_connection(address, PATIENCE)
        self._client = h11.Connection(h11.CLIENT)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, asked: Mapping[str, Any], *headers: tuple[str, str]) -> None:
        body = msgspec.json.encode({**ASKED, **asked})
        given = [
            ("host", "127.0.0.1"),
            ("x-api-key", self._key.api_key),
            ("anthropic-version", "2023-06-01"),
            ("content-type", "application/json"),
            ("content-length", str(len(body))),
            *headers,
        ]
        # In one piece, so that what comes of it comes after it.
        self._socket.sendall(
            b"".join(
                self._client.send(event) or b""
                for event in (
                    h11.Request(method="POST", target="/v1/messages", headers=given),
                    h11.Data(data=body),
                    h11.EndOfMessage(),
                )
            )
        )

    def answered(self) -> int:
        """The status of a whole answer, after which the connection is ready for another request."""
        status = 0
        while not isinstance(event := self._client.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                self._client.receive_data(self._socket.recv(65_536))
            elif isinstance(event, h11.Response):
                status = event.status_code
            else:
                assert isinstance(event, h11.Data | h11.InformationalResponse), event
        self._client.start_next_cycle()
        return status

    def hear_its_end(self) -> None:
        """Read on to the end, of whichever kind; a `TimeoutError` where there is none."""
        with suppress(ConnectionResetError):
            while self._socket.recv(65_536):
                pass

    def hear_nothing(self) -> None:
        self._socket.settimeout(SILENCE)
        with pytest.raises(TimeoutError):
            self._socket.recv(1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_normal_request_succeeds_right_after(kind: str, key: Key) -> None:
    met = MET[kind]
    with Connection(key) as connection, Connection(key) as another:
        connection.ask(met.asked, ("x-simtwin-script", met.script))
        match met.left:
            case "usable":
                connection.answered()
                connection.ask({})
                assert connection.answered() == 200
            case "ended":
                connection.hear_its_end()
            case "stale":
                connection.answered()
                connection.ask({})
                connection.hear_its_end()
            case "silent":
                connection.hear_nothing()
        another.ask({})
        assert another.answered() == 200
        with Connection(key) as new:
            new.ask({})
            assert new.answered() == 200

    faulty, *normal = key.requests()
    assert [(each["kind"], each["outcome"]) for each in faulty["fired"]] == [(kind, "reached")]
    assert [entry["status"] for entry in normal] == [200] * (3 if met.left == "usable" else 2)
    assert all(entry["fired"] == [] for entry in normal)


def test_something_stands_for_every_kind_and_no_other() -> None:
    assert list(MET) == list(KINDS)
    assert all(met.script.startswith(("529", kind)) for kind, met in MET.items())

"""How a connection begins where TLS is not as the port has it."""

from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing
from certified import authority, trusting

from simtwin.core.connections import connection_rules
from simtwin.core.fault import SettingsError
from simtwin.core.plan import Chunk, End, Head, Plan
from simtwin.core.tls import Tls
from simtwin.edge.connection import Shared
from simtwin.edge.http1.line import Line
from simtwin.edge.perform import Progress, perform
from simtwin.edge.tls.greeting import HANDSHAKE_SECONDS
from simtwin.edge.wire import Wire

GET = b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


async def app(scope: Any, receive: Any, send: Any) -> None:
    answer: Plan = [Head(200), Chunk(scope["scheme"].encode()), End()]
    await perform(answer, send, scope["state"]["wire"], Progress(), max_wait=60)


async def heard(
    said: bytes, greeting: Tls | None, *, secure_port: bool, over_tls: bool = False
) -> bytes:
    """What a client that says something is answered until the end."""
    ours, theirs = trio.testing.memory_stream_pair()
    wire = Wire(theirs)
    wire.greeting = greeting
    shared = Shared(authority().context if secure_port else None)
    client: trio.abc.Stream = ours
    if over_tls:
        client = trio.SSLStream(
            ours, trusting(), server_hostname="localhost", https_compatible=True
        )
    answer = b""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Line(app, wire, shared).run)
        if said:
            await client.send_all(said)
        while data := await client.receive_some(65_536):
            answer += data
        await trio.aclose_forcefully(ours)
    return answer


async def test_a_request_over_tls_knows_its_scheme(autojump_clock: object) -> None:
    answer = await heard(GET, None, secure_port=True, over_tls=True)

    assert answer.endswith(b"5\r\nhttps\r\n0\r\n\r\n")


async def test_the_https_port_can_speak_in_the_clear(autojump_clock: object) -> None:
    answer = await heard(GET, Tls(spoken=False), secure_port=True)

    assert answer.endswith(b"4\r\nhttp\r\n0\r\n\r\n")


async def test_the_plain_port_can_want_tls(autojump_clock: object) -> None:
    answer = await heard(GET, Tls(spoken=True), secure_port=False)

    assert answer.endswith(b"The plain HTTP request was sent to HTTPS port\n")


async def test_a_client_that_says_nothing_is_waited_for_so_long(autojump_clock: object) -> None:
    began = trio.current_time()

    answer = await heard(b"", None, secure_port=True)

    assert answer == b""
    assert trio.current_time() - began == HANDSHAKE_SECONDS


async def test_what_is_no_tls_ends_the_connection(autojump_clock: object) -> None:
    assert await heard(b"\x00" * 100, None, secure_port=True) in (b"", ALERT)


#: A fatal alert, `protocol_version` or `unexpected_message`, as OpenSSL has it.
ALERT = b"\x15\x03\x01\x00\x02\x02\x46"


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ({}, "connections[0].tls: takes one of certificate, handshake and spoken"),
        ({"certificate": "good"}, "connections[0].tls: takes one of"),
        ({"certificate": "expired", "spoken": True}, "connections[0].tls: takes one of"),
        ({"certificate": "old"}, "connections[0].tls.certificate: must be one of good, expired"),
        ({"handshake": "close", "seconds": 1}, "connections[0].tls.seconds: is how long"),
        ({"handshake": "stall", "seconds": -1}, "connections[0].tls.seconds: must be a number"),
    ],
)
def test_what_cannot_be_is_refused(table: dict[str, Any], error: str) -> None:
    with pytest.raises(SettingsError) as refused:
        connection_rules([{"tls": table}], "connections")

    assert str(refused.value).startswith(error)

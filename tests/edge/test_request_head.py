from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.edge.http1.request_head import RequestHead, plain

HOST = b"host: a\r\n"


def read(
    lines: bytes, line: bytes = b"POST /v1/messages?beta=true HTTP/1.1\r\n"
) -> RequestHead | None:
    return plain(line + HOST + lines + b"\r\n")


def test_a_plain_head_is_read() -> None:
    head = read(b"X-Api-Key:  sk-ant \t\r\nContent-Length: 12\r\nx-empty:\r\n")

    assert head == RequestHead(
        b"POST",
        b"/v1/messages?beta=true",
        [(b"host", b"a"), (b"x-api-key", b"sk-ant"), (b"content-length", b"12"), (b"x-empty", b"")],
        12,
        True,
    )


@pytest.mark.parametrize(("value", "kept"), [(b"keep-alive", True), (b"Close", False)])
def test_a_client_may_want_the_connection_closed(value: bytes, kept: bool) -> None:
    head = read(b"connection: " + value + b"\r\n")

    assert head is not None
    assert head.keeps_alive == kept


@pytest.mark.parametrize(
    "lines",
    [
        b"transfer-encoding: chunked\r\n",
        b"Expect: 100-continue\r\n",
        b"connection: upgrade\r\nupgrade: websocket\r\n",
        b"upgrade: h2c\r\n",
        b"connection: keep-alive, http2-settings\r\n",
        b"connection: close\r\nconnection: keep-alive\r\n",
        b"host: b\r\n",
        b"content-length: 1\r\ncontent-length: 1\r\n",
        b"content-length: 1, 1\r\n",
        b"content-length: +1\r\n",
        b"content-length: -1\r\n",
        b"content-length: 1_0\r\n",
        b"content-length:\r\n",
        b"content-length: 1000000000000000\r\n",
        b"x : a\r\n",
        b" x: a\r\n",
        b"x: a\r\n folded\r\n",
        b"x: a\nb: c\r\n",
        b"x: a\rb\r\n",
        b"x: a\0b\r\n",
        b"x: a\x7fb\r\n",
        b"no colon\r\n",
        b": a\r\n",
    ],
)
def test_what_needs_judgement_is_not_plain(lines: bytes) -> None:
    assert read(lines) is None


@pytest.mark.parametrize(
    "line",
    [
        b"GET / HTTP/1.0\r\n",
        b"PRI * HTTP/2.0\r\n",
        b"GET  / HTTP/1.1\r\n",
        b"GET / HTTP/1.1 \r\n",
        b"GET http://a/ HTTP/1.1\r\n",
        b"CONNECT /a HTTP/1.1\r\n",
        b"OPTIONS * HTTP/1.1\r\n",
        b"GET /\xff HTTP/1.1\r\n",
        b"\r\nGET / HTTP/1.1\r\n",
        b"\x16\x03\x01\r\n",
    ],
)
def test_a_line_that_needs_judgement_is_not_plain(line: bytes) -> None:
    assert read(b"", line) is None


def test_a_head_without_a_host_is_not_plain() -> None:
    assert plain(b"GET / HTTP/1.1\r\n\r\n") is None


lines = st.lists(
    st.sampled_from(
        [
            b"host: a\r\n",
            b"X-A:b\r\n",
            b"x:  c d\t\r\n",
            b"x: \r\n",
            b"x: \x01\xff\r\n",
            b"content-length: 3\r\n",
            b"content-length: 03\r\n",
            b"content-length: 4\r\n",
            b"transfer-encoding: chunked\r\n",
            b"connection: close\r\n",
            b" folded\r\n",
            b"x\r\n",
            b"x: a\n",
            b"\r\n",
        ]
    ),
    max_size=6,
)


@given(first=st.sampled_from([b"POST /a HTTP/1.1\r\n", b"GET /a?b HTTP/1.1\n"]), lines=lines)
def test_whatever_is_plain_h11_reads_in_the_same_way(first: bytes, lines: list[bytes]) -> None:
    text = first + b"".join(lines) + b"\r\n"
    head = plain(text[: text.index(b"\r\n\r\n") + 4] if b"\r\n\r\n" in text else text)
    if head is None:
        return
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(text)
    request = connection.next_event()

    assert isinstance(request, h11.Request)
    assert (request.method, request.target) == (head.method, head.target)
    lengths = b"content-length"
    theirs = [(name, int(value) if name == lengths else value) for name, value in request.headers]
    ours = [(name, int(value) if name == lengths else value) for name, value in head.headers]
    assert ours == theirs

"""Reading a body: whole, bounded, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import trio.testing

from simtwin.edge.data_plane.address import Address
from simtwin.edge.data_plane.request import (
    MOST_BODY_BYTES,
    MOST_DISCARDED_BYTES,
    BodyTooLargeError,
    ClientLeftError,
    Request,
    from_scope,
    joined,
    read_body,
)
from simtwin.edge.wire import Wire

MB = 1024 * 1024


class Sender:
    """Sends pieces of a body as ASGI messages; `asked` counts how often it was asked for one."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self.asked = 0
        self._pieces = list(pieces)
        self._leaves = leaves

    async def receive(self) -> Mapping[str, Any]:
        self.asked += 1
        if not self._pieces:
            kind = "http.disconnect" if self._leaves else "http.request"
            return {"type": kind}
        return {"type": "http.request", "body": self._pieces.pop(0), "more_body": True}


async def read(sender: Sender) -> tuple[bytes | bytearray, list[int]]:
    """The body, and the sizes that were told while it was read."""
    sizes: list[int] = []
    wire = Wire(trio.testing.memory_stream_pair()[0])
    request = Request("POST", "/", b"/", b"", {}, wire, sender.receive)
    return await read_body(request, sizes.append), sizes


@pytest.mark.parametrize("pieces", [(), (b"",), (b"abc",), (b"ab", b"", b"c"), (b"a", b"b", b"c")])
async def test_a_body_is_all_of_its_pieces(pieces: tuple[bytes, ...]) -> None:
    body, sizes = await read(Sender(*pieces))

    assert body == b"".join(pieces)
    assert sizes == [len(piece) for piece in pieces if piece]


async def test_a_body_of_the_largest_size_is_read() -> None:
    body, sizes = await read(Sender(*[bytes(MB)] * 32))

    assert (len(body), sum(sizes)) == (MOST_BODY_BYTES, MOST_BODY_BYTES)


async def test_one_byte_more_is_too_large_and_is_read_to_its_end() -> None:
    sender = Sender(*[bytes(MB)] * 32, b"x", *[bytes(MB)] * 5)

    with pytest.raises(BodyTooLargeError):
        await read(sender)

    assert sender.asked == 32 + 1 + 5 + 1


async def test_what_never_ends_is_not_read_for_ever() -> None:
    sender = Sender(*[bytes(MB)] * 100)

    with pytest.raises(BodyTooLargeError):
        await read(sender)

    assert sender.asked == MOST_DISCARDED_BYTES // MB + 1


async def test_of_what_is_too_large_nothing_more_is_taken() -> None:
    sizes: list[int] = []
    sender = Sender(*[bytes(MB)] * 40)
    wire = Wire(trio.testing.memory_stream_pair()[0])

    with pytest.raises(BodyTooLargeError):
        await read_body(Request("POST", "/", b"/", b"", {}, wire, sender.receive), sizes.append)

    assert sum(sizes) == MOST_BODY_BYTES


async def test_a_client_that_leaves_before_the_end_has_sent_no_body() -> None:
    with pytest.raises(ClientLeftError):
        await read(Sender(b"half", leaves=True))


async def test_whoever_takes_the_pieces_can_refuse_one() -> None:
    def refuse(size: int) -> None:
        raise OverflowError(str(size))

    sender = Sender(b"abc", b"def")
    wire = Wire(trio.testing.memory_stream_pair()[0])

    with pytest.raises(OverflowError, match="3"):
        await read_body(Request("POST", "/", b"/", b"", {}, wire, sender.receive), refuse)

    assert sender.asked == 1


def test_a_header_that_is_repeated_is_one_list() -> None:
    headers = joined([(b"anthropic-beta", b"a"), (b"accept", b"x"), (b"anthropic-beta", b"b")])

    assert headers == {b"anthropic-beta": b"a, b", b"accept": b"x"}


def test_a_request_is_made_of_its_scope() -> None:
    wire = Wire(trio.testing.memory_stream_pair()[0])
    scope = {
        "method": "POST",
        "path": "/v1/x",
        "raw_path": b"/v1/%78",
        "query_string": b"a=1",
        "headers": [(b"x-name", b"d\xe9j\xe0")],
        "state": {"wire": wire},
    }

    request = from_scope(scope, Sender().receive)

    assert (request.path, request.raw_path, request.query) == ("/v1/x", b"/v1/%78", b"a=1")
    assert (request.header(b"x-name"), request.header(b"x-other")) == ("d\xe9j\xe0", None)
    assert request.wire is wire


@pytest.mark.parametrize(
    ("scheme", "prefix", "base_url"),
    [
        ("http", b"", "http://[::1]:8080"),
        ("https", b"/_lane/a%20b/_script/529;ok", "https://[::1]:8080/_lane/a%20b/_script/529;ok"),
    ],
)
def test_where_a_client_is_told_to_go_is_where_it_came(
    scheme: str, prefix: bytes, base_url: str
) -> None:
    wire = Wire(trio.testing.memory_stream_pair()[0])
    headers = {b"host": b"[::1]:8080"}
    address = Address(prefix=prefix)

    request = Request(
        "GET", "/v1/x", b"/v1/x", b"", headers, wire, Sender().receive, address, scheme
    )

    assert request.base_url == base_url

"""A body that goes into a file comes whole, within its bounds, or leaves nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import trio.testing

from simtwin.edge.data_plane.load import (
    MOST_BODY_BYTES_IN_FLIGHT,
    MOST_SPOOLED_BYTES_IN_FLIGHT,
    Load,
    OverloadError,
)
from simtwin.edge.data_plane.request import BodyTooLargeError, ClientLeftError, Request
from simtwin.edge.data_plane.spool import spool
from simtwin.edge.wire import Wire
from simtwin.store.blobs import Blobs, opened

MOST = 1_000


@pytest.fixture
def blobs() -> Iterator[Blobs]:
    with opened() as found:
        yield found


class Sender:
    """Sends pieces of a body as ASGI messages; `asked` counts how often it was asked for one."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self.asked = 0
        self._pieces = list(pieces)
        self._leaves = leaves

    async def receive(self) -> Mapping[str, Any]:
        self.asked += 1
        if not self._pieces:
            return {"type": "http.disconnect" if self._leaves else "http.request"}
        return {"type": "http.request", "body": self._pieces.pop(0), "more_body": True}


def request(sender: Sender, **headers: str) -> Request:
    given = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    wire = Wire(trio.testing.memory_stream_pair()[0])
    return Request("POST", "/", b"/", b"", given, wire, sender.receive)


async def test_a_body_is_in_the_draft_and_no_more_on_its_way(blobs: Blobs) -> None:
    draft, load = blobs.draft("a"), Load()

    await spool(request(Sender(b"ab", b"", b"c")), draft, load, MOST)

    async with await draft.reading() as reader:
        assert await reader.read() == b"abc"
    assert load.idle


async def test_a_body_of_the_largest_size_is_taken_and_one_byte_more_is_not(blobs: Blobs) -> None:
    load = Load()
    await spool(request(Sender(bytes(MOST))), blobs.draft("a"), load, MOST)

    with pytest.raises(BodyTooLargeError):
        await spool(request(Sender(bytes(MOST), b"x")), blobs.draft("a"), load, MOST)
    assert load.idle


async def test_a_body_that_says_it_is_too_large_is_not_read(blobs: Blobs) -> None:
    sender = Sender(b"a")

    with pytest.raises(BodyTooLargeError):
        await spool(request(sender, content_length="1001"), blobs.draft("a"), Load(), MOST)
    assert sender.asked == 0


@pytest.mark.parametrize("length", ["", "nonsense", "\xb2", "9" * 30, "-5"])
async def test_a_length_that_is_none_says_nothing(blobs: Blobs, length: str) -> None:
    draft = blobs.draft("a")

    await spool(request(Sender(b"ab"), content_length=length), draft, Load(), MOST)

    assert draft.size == 2


async def test_a_client_that_leaves_before_the_end_has_sent_nothing(blobs: Blobs) -> None:
    load = Load()

    with pytest.raises(ClientLeftError):
        await spool(request(Sender(b"half", leaves=True)), blobs.draft("a"), load, MOST)
    assert load.idle


async def test_where_there_is_no_room_the_twin_is_overloaded() -> None:
    blobs, load = Blobs(most=10), Load()
    draft = blobs.draft("a")

    with pytest.raises(OverloadError, match="keep at most 10 bytes"):
        await spool(request(Sender(bytes(8), bytes(8))), draft, load, MOST)
    await draft.discard()

    assert load.idle
    assert blobs.idle


async def test_so_much_is_on_its_way_into_files_and_no_more(blobs: Blobs) -> None:
    load = Load()
    load.spool(MOST_SPOOLED_BYTES_IN_FLIGHT - 5)

    with pytest.raises(OverloadError, match="on their way into files"):
        await spool(request(Sender(b"123456")), blobs.draft("a"), load, MOST)
    await spool(request(Sender(b"12345")), blobs.draft("a"), load, MOST)
    load.spooled(MOST_SPOOLED_BYTES_IN_FLIGHT - 5)

    assert load.idle


async def test_what_goes_into_files_leaves_room_for_what_is_held(blobs: Blobs) -> None:
    load = Load()
    load.spool(MOST_SPOOLED_BYTES_IN_FLIGHT)

    load.hold(MOST_BODY_BYTES_IN_FLIGHT)

    assert not load.idle

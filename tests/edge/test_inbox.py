from __future__ import annotations

from typing import Any

import pytest
import trio
import trio.testing

from simtwin.edge.inbox import Inbox

DISCONNECT = {"type": "http.disconnect"}


def piece(number: int) -> dict[str, Any]:
    return {"type": "http.request", "body": bytes([number]), "more_body": True}


async def test_messages_come_out_as_they_went_in() -> None:
    inbox = Inbox(limit=10)

    for number in range(3):
        await inbox.put(piece(number))

    assert [await inbox.receive() for _ in range(3)] == [piece(0), piece(1), piece(2)]


async def test_an_empty_inbox_waits_for_a_message(autojump_clock: trio.testing.MockClock) -> None:
    inbox = Inbox(limit=10)
    got = []

    async def receive() -> None:
        got.append(await inbox.receive())

    async with trio.open_nursery() as nursery:
        nursery.start_soon(receive)
        await trio.sleep(3)
        await inbox.put(piece(1))

    assert got == [piece(1)]


async def test_a_full_inbox_waits_until_something_is_taken(
    autojump_clock: trio.testing.MockClock,
) -> None:
    inbox = Inbox(limit=2)
    start = trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fill, inbox, 3)
        await trio.sleep(5)
        await inbox.receive()

    assert trio.current_time() == start + 5


async def test_a_full_inbox_takes_the_disconnect_at_once() -> None:
    inbox = Inbox(limit=0)

    with trio.fail_after(1):
        await inbox.put(DISCONNECT)

    assert await inbox.receive() == DISCONNECT


async def test_the_disconnect_lets_whoever_waits_go_on(
    autojump_clock: trio.testing.MockClock,
) -> None:
    inbox = Inbox(limit=2)
    start = trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(fill, inbox, 1_000)
        await trio.sleep(5)
        await inbox.put(DISCONNECT)

    assert trio.current_time() == start + 5


async def test_nothing_is_kept_after_the_disconnect_which_is_told_again_and_again() -> None:
    inbox = Inbox(limit=10)
    await inbox.put(piece(1))
    await inbox.put(DISCONNECT)
    await inbox.put(piece(2))

    assert [await inbox.receive() for _ in range(3)] == [piece(1), DISCONNECT, DISCONNECT]


async def test_the_rest_is_thrown_away_until_the_request_is_whole(
    autojump_clock: trio.testing.MockClock,
) -> None:
    inbox, start = Inbox(limit=1), trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(inbox.discard)
        for number in range(5):
            await trio.sleep(0.9)
            await inbox.put(piece(number))
        await inbox.put({"type": "http.request", "body": b"", "more_body": False})

    assert trio.current_time() - start == pytest.approx(4.5)
    assert inbox.whole


@pytest.mark.parametrize(("pieces", "apart", "waited"), [(1, 0.0, 1.0), (100, 0.9, 30.0)])
async def test_nobody_waits_long_for_a_rest_that_does_not_come_to_its_end(
    pieces: int, apart: float, waited: float, autojump_clock: trio.testing.MockClock
) -> None:
    inbox, start = Inbox(limit=1), trio.current_time()

    async def trickle() -> None:
        for number in range(pieces):
            await trio.sleep(apart)
            await inbox.put(piece(number))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(trickle)
        await inbox.discard()
        nursery.cancel_scope.cancel()

    assert trio.current_time() - start == pytest.approx(waited)
    assert not inbox.whole


async def test_nobody_waits_for_the_rest_of_a_request_whose_client_has_left() -> None:
    inbox = Inbox(limit=1)
    await inbox.put(DISCONNECT)

    with trio.fail_after(0.5):
        await inbox.discard()

    assert await inbox.receive() == DISCONNECT


async def fill(inbox: Inbox, count: int) -> None:
    for number in range(count):
        await inbox.put(piece(number % 256))

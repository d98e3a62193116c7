"""A mailbox is bounded, keeps order, and keeps the places that it promised."""

from __future__ import annotations

import pytest
import trio
import trio.testing

from simtwin.actors.mailbox import Mailbox, MailboxFullError


def test_messages_come_out_in_the_order_in_which_they_were_put() -> None:
    mailbox = Mailbox[int](3)
    for number in (1, 2, 3):
        mailbox.put(number)

    taken = [mailbox.take() for _ in range(4)]

    assert taken == [1, 2, 3, None]


def test_a_full_mailbox_refuses() -> None:
    mailbox = Mailbox[int](1)
    mailbox.put(1)

    with pytest.raises(MailboxFullError, match="all 1 places are taken"):
        mailbox.put(2)


def test_a_reserved_place_counts_as_taken() -> None:
    mailbox = Mailbox[int](1)
    mailbox.reserve()

    with pytest.raises(MailboxFullError):
        mailbox.put(1)
    with pytest.raises(MailboxFullError):
        mailbox.reserve()


def test_what_has_a_reservation_is_put_into_a_full_mailbox() -> None:
    mailbox = Mailbox[int](2)
    mailbox.reserve()
    mailbox.put(1)

    mailbox.put_reserved(2)

    assert [mailbox.take(), mailbox.take()] == [1, 2]
    assert mailbox.reserved == 0


def test_a_mailbox_with_a_reservation_is_not_quiet() -> None:
    mailbox = Mailbox[int](2)
    assert mailbox.quiet

    mailbox.reserve()

    assert not mailbox.quiet


def test_keep_drops_what_is_not_wanted() -> None:
    mailbox = Mailbox[int](9)
    for number in range(5):
        mailbox.put(number)

    mailbox.keep(lambda number: number % 2 == 0)

    assert [mailbox.take() for _ in range(len(mailbox))] == [0, 2, 4]


async def test_the_reader_wakes_when_a_message_comes(
    autojump_clock: trio.testing.MockClock,
) -> None:
    mailbox = Mailbox[str](1)
    read: list[tuple[float, str | None]] = []

    async def reader() -> None:
        await mailbox.wait()
        read.append((trio.current_time(), mailbox.take()))

    start = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(reader)
        await trio.sleep(5)
        mailbox.put("late")

    assert read == [(start + 5, "late")]

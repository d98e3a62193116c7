from __future__ import annotations

import pytest
import trio
import trio.testing

from simtwin.edge.wire import Wire


class Slow(trio.abc.Stream):
    """A stream that notes what it is given, and takes some seconds for each piece."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.sent: list[bytes] = []

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.sleep(self.seconds)
        self.sent.append(bytes(data))

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.sleep_forever()
        return b""

    async def aclose(self) -> None:
        await trio.lowlevel.checkpoint()


async def test_what_is_written_between_cork_and_flush_leaves_in_one_send() -> None:
    stream = Slow()
    wire = Wire(stream)

    wire.cork()
    await wire.send_all(b"head ")
    await wire.raw(b"raw ")
    await wire.send_all(b"body")
    await wire.flush()
    await wire.send_all(b"after")

    assert stream.sent == [b"head raw body", b"after"]


async def test_a_multiplexed_wire_holds_nothing() -> None:
    stream = Slow()
    wire = Wire(stream)
    wire.multiplexed = True

    wire.cork()
    await wire.send_all(b"frame")

    assert stream.sent == [b"frame"]


async def test_writes_of_two_tasks_do_not_mix(autojump_clock: trio.testing.MockClock) -> None:
    stream = Slow(seconds=1)
    wire = Wire(stream)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wire.send_all, b"one")
        nursery.start_soon(wire.send_all, b"two")

    assert sorted(stream.sent) == [b"one", b"two"]


async def test_the_wire_stamps_the_first_byte_of_each_request_and_the_last_byte_out(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server, ordinal=7)
    start = trio.current_time()
    times: list[tuple[float | None, float | None]] = []

    for _ in range(2):
        await trio.sleep(1)
        await client.send_all(b"re")
        await wire.receive_some()
        await trio.sleep(1)
        await client.send_all(b"quest")
        await wire.receive_some()
        wire.begin()
        await trio.sleep(1)
        await wire.send_all(b"answer")
        wire.rest()
        times.append((wire.first_byte, wire.last_byte_out))

    assert times == [(start + 1, start + 3), (start + 4, start + 6)]
    assert (wire.ordinal, wire.requests) == (7, 2)


async def test_a_request_that_was_read_along_with_the_one_before_began_with_that_read(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    await client.send_all(b"request request")
    await wire.receive_some()
    read_at = trio.current_time()

    wire.begin()
    await trio.sleep(1)
    wire.rest()
    wire.begin()

    assert wire.first_byte == read_at


async def test_a_client_that_leaves_cancels_who_watches(
    autojump_clock: trio.testing.MockClock,
) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    start = trio.current_time()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wire.receive_some)
        with trio.CancelScope() as watching, trio.CancelScope() as not_any_more:
            wire.watch(watching)
            wire.watch(not_any_more)
            wire.unwatch(not_any_more)
            await trio.sleep(5)
            await client.aclose()
            await trio.sleep_forever()

    assert watching.cancelled_caught
    assert not not_any_more.cancel_called
    assert (wire.closed_by, wire.ended, wire.closed_at) == ("client", "fin", start + 5)


async def test_who_watches_a_client_that_has_left_is_cancelled_at_once() -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    await client.aclose()
    await wire.receive_some()

    with trio.CancelScope() as scope:
        wire.watch(scope)
        await trio.sleep_forever()

    assert scope.cancelled_caught


async def test_flushing_tells_that_the_client_left_although_nothing_is_held_any_more() -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    wire.cork()
    await wire.send_all(b"answer")
    await client.aclose()
    await wire.receive_some()

    with pytest.raises(trio.BrokenResourceError):
        await wire.flush()


@pytest.mark.parametrize(("reset", "ended"), [(False, "fin"), (True, "rst")])
async def test_hanging_up_sends_what_was_held_and_writes_down_how(reset: bool, ended: str) -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    wire.cork()
    await wire.send_all(b"half an ans")

    await wire.hang_up(reset=reset)

    assert await client.receive_some() == b"half an ans"
    assert await client.receive_some() == b""
    assert (wire.closed_by, wire.ended, wire.undelivered) == ("twin", ended, 0)


async def test_a_wire_that_has_ended_stays_as_it_ended() -> None:
    _client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    await wire.hang_up(reset=True)
    first = wire.closed_at

    await wire.hang_up(reset=False)
    await wire.aclose()

    assert (wire.closed_by, wire.ended, wire.closed_at) == ("twin", "rst", first)


async def test_nothing_is_read_or_written_after_hanging_up() -> None:
    _client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)

    await wire.hang_up(reset=False)

    with pytest.raises(trio.ClosedResourceError):
        await wire.send_all(b"more")
    with pytest.raises(trio.ClosedResourceError):
        await wire.receive_some()


async def test_whoever_reads_while_the_twin_hangs_up_is_told_so(
    autojump_clock: trio.testing.MockClock,
) -> None:
    _client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    told = []

    async def read() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await wire.receive_some()
        told.append(wire.closed_by)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read)
        await trio.testing.wait_all_tasks_blocked()
        await wire.hang_up(reset=False)

    assert told == ["twin"]


async def test_writing_to_a_client_that_left_is_a_broken_connection() -> None:
    client, server = trio.testing.memory_stream_pair()
    wire = Wire(server)
    await client.aclose()

    with pytest.raises(trio.BrokenResourceError):
        await wire.send_all(b"answer")

    assert (wire.closed_by, wire.ended) == ("client", "rst")


async def test_a_write_waits_for_a_client_that_does_not_read_only_so_long(
    autojump_clock: trio.testing.MockClock,
) -> None:
    wire = Wire(Slow(seconds=1_000))
    wire.be_patient(60)
    start = trio.current_time()

    with pytest.raises(trio.BrokenResourceError, match="does not read"):
        await wire.send_all(b"answer")

    assert trio.current_time() == start + 60
    assert (wire.closed_by, wire.ended) == ("twin", "rst")


async def test_a_write_that_has_begun_is_finished_although_its_task_is_cancelled(
    autojump_clock: trio.testing.MockClock,
) -> None:
    stream = Slow(seconds=10)
    wire = Wire(stream)
    start = trio.current_time()

    with trio.move_on_after(1):
        await wire.send_all(b"answer")

    assert stream.sent == [b"answer"]
    assert trio.current_time() == start + 10
    assert wire.ended is None


async def test_a_reset_leaves_a_client_that_does_not_read_two_seconds(
    autojump_clock: trio.testing.MockClock,
) -> None:
    wire = Wire(Slow(seconds=1_000))
    start = trio.current_time()
    wire.cork()
    await wire.send_all(b"answer")

    await wire.hang_up(reset=True)

    assert trio.current_time() == start + 2
    assert (wire.closed_by, wire.ended) == ("twin", "rst")

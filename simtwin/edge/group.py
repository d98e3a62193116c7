"""A command that is run to its end, or to the end of patience, with whatever it starts.

It is the first of a session of its own, so all that it starts is one group, which is ended by its
id; what it says is kept and not shown.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress

import attrs
import trio

from simtwin.edge.child import SIGNALLED, inherited

#: More than people read of one run, and small beside what a run itself takes.
MOST_OUTPUT_BYTES = 1024 * 1024
#: For a program to remove its files; longer, and a matrix of hangs takes minutes for nothing.
_GRACE = 1.0
#: For what is still in its pipes; only who left the group can hold them open.
_DRAIN = 1.0
_PIECE = 64 * 1024


@attrs.frozen
class Ran:
    """How a command ended.

    Args:
        status: its exit status, as a shell has it; None where it was ended for taking too long.
        out: what it wrote on stdout, up to MOST_OUTPUT_BYTES, and `err` on stderr.
    """

    status: int | None
    out: bytes
    err: bytes


async def ran(command: Sequence[str], surroundings: Mapping[str, str], seconds: float) -> Ran:
    """Run a command, and end its group when it is over or has taken `seconds`.

    Args:
        command: the program and its arguments.
        surroundings: the environment that it has beside what it inherits.
        seconds: how long it may take.

    Raises:
        OSError: it cannot be started.
    """
    process = await trio.lowlevel.open_process(
        list(command),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env={**inherited(), **surroundings},
    )
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    assert process.stderr is not None  # noqa: S101  # likewise
    out, err = bytearray(), bytearray()
    read = trio.Event(), trio.Event()
    try:
        async with trio.open_nursery() as reading:
            reading.start_soon(_keep, process.stdout, out, read[0])
            reading.start_soon(_keep, process.stderr, err, read[1])
            with trio.move_on_after(seconds) as limit:
                await process.wait()
            await _end(process)
            with trio.move_on_after(_DRAIN):
                for each in read:
                    await each.wait()
            reading.cancel_scope.cancel()
    finally:
        if process.returncode is None:
            _signal(process.pid, signal.SIGKILL)
        with trio.CancelScope(shield=True):
            await process.wait()
            await process.stdout.aclose()
            await process.stderr.aclose()
    status = process.returncode
    if limit.cancelled_caught or status is None:
        return Ran(None, bytes(out), bytes(err))
    return Ran(status if status >= 0 else SIGNALLED - status, bytes(out), bytes(err))


async def _keep(pipe: trio.abc.ReceiveStream, into: bytearray, read: trio.Event) -> None:
    """Read to the end, whatever it is, or the writer would wait; keep the beginning."""
    while piece := await pipe.receive_some(_PIECE):
        into += piece[: max(0, MOST_OUTPUT_BYTES - len(into))]
    read.set()


async def _end(process: trio.Process) -> None:
    """End all of the group: also what a command that is over has left behind."""
    if process.returncode is None:
        _signal(process.pid, signal.SIGTERM)
        with trio.move_on_after(_GRACE):
            await process.wait()
    _signal(process.pid, signal.SIGKILL)


def _signal(group: int, number: signal.Signals) -> None:
    # Nobody is left in it; or, where the system says so, nobody that is alive.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)

"""A command that is run to its end with whatever it starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import trio
from live.held import let_go

from simtwin.edge.group import MOST_OUTPUT_BYTES, Ran, ran

#: Nothing here takes so long.
PATIENCE = 30.0


@pytest.mark.parametrize(
    ("line", "seconds", "found"),
    [
        ("echo out; echo err >&2; exit 3", PATIENCE, Ran(3, b"out\n", b"err\n")),
        ("kill -9 $$", PATIENCE, Ran(137, b"", b"")),
        ("echo begun; sleep 60", 0.1, Ran(None, b"begun\n", b"")),
        # It has a second for its files once it is told to end.
        ("trap 'echo mended; exit' TERM; sleep 60 & wait", 0.1, Ran(None, b"mended\n", b"")),
        # Whoever it leaves behind holds its pipes, and is ended with it.
        ("sleep 60 & echo over", PATIENCE, Ran(0, b"over\n", b"")),
        ("cat; echo ${SAID}", PATIENCE, Ran(0, b"so\n", b"")),
    ],
)
async def test_what_it_says_and_how_it_ends_is_told(line: str, seconds: float, found: Ran) -> None:
    assert await ran(["/bin/sh", "-c", line], {"SAID": "so"}, seconds) == found


async def test_of_a_flood_the_beginning_is_kept_and_nobody_waits() -> None:
    flood = f"import sys; sys.stdout.write('x' * {3 * MOST_OUTPUT_BYTES})"
    run = await ran([sys.executable, "-S", "-c", flood], {}, PATIENCE)

    assert (run.status, len(run.out)) == (0, MOST_OUTPUT_BYTES)


async def test_whoever_no_longer_waits_ends_all_of_it(tmp_path: Path) -> None:
    held = tmp_path / "held"
    held.touch()
    line = f"exec 9<{held}; flock -s 9; sleep 60 & sleep 60"
    with trio.move_on_after(0.3):
        await ran(["/bin/sh", "-c", line], {}, PATIENCE)

    assert let_go(held)


async def test_what_cannot_be_started_is_an_error() -> None:
    with pytest.raises(OSError, match="No such file"):
        await ran(["./no such program"], {}, PATIENCE)

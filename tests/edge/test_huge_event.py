"""One event of five megabytes, which nobody else has to wait for."""

from __future__ import annotations

import trio.testing
from performed import Heard
from telling import STREAM, worsened

from simtwin.edge.perform import WRITE_BYTES
from simtwin_faults.edit_events import EditEvents


async def test_a_huge_event_leaves_in_writes_of_ordinary_size(
    autojump_clock: trio.testing.MockClock,
) -> None:
    fault = EditEvents(edit="grow", bytes=5_000_000, before_event="content_block_delta")

    heard = await Heard(worsened(fault, STREAM)).listen()

    # Others have their turn between writes. One ends with the piece that makes it large enough.
    sizes = [len(piece) for _, piece in heard.pieces]
    assert max(sizes) < 3 * WRITE_BYTES
    assert sum(sizes) > 5_000_000
    assert b"x" * 100 + b'"}\n\n' in heard.text.replace(b"\r\n", b"")

"""Server-sent events: which may follow which, and how one looks on the wire.

The table is the protocol. The generator of streams, the check of one, the tests and the
documentation all read it.

    start ─message_start─► open ─content_block_start─► block ─content_block_stop─► open
    open ─message_delta─► closing ─message_stop─► whole

A `ping` may come anywhere but at the beginning and the end, an `error` anywhere but at the end.
Sources: platform.claude.com/docs, "Streaming", and 42 recorded streams (2024 to 2026).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

#: Before anything was sent; after a `message_stop`; after an `error`.
START, WHOLE, FAILED = "start", "whole", "failed"

#: State by state, which events are legal and the state that each leads to.
LEGAL_NEXT: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        START: {"message_start": "open", "error": FAILED},
        "open": {
            "content_block_start": "block",
            "message_delta": "closing",
            "ping": "open",
            "error": FAILED,
        },
        "block": {
            "content_block_delta": "block",
            "content_block_stop": "open",
            "ping": "block",
            "error": FAILED,
        },
        "closing": {
            "message_delta": "closing",
            "message_stop": WHOLE,
            "ping": "closing",
            "error": FAILED,
        },
        WHOLE: {},
        FAILED: {},
    }
)

#: Recorded always just so, with a space that no other event has, and without padding.
PING = b'event: ping\ndata: {"type": "ping"}\n\n'

#: How many spaces come before the last brace, by a random byte: none on 8 % of data lines, else 1
#: to 15, as in 914 recorded events.
PADDINGS: tuple[int, ...] = (*(0,) * 20, *(1 + number % 15 for number in range(236)))


def state_after(names: Iterable[str]) -> str | None:
    """The state that a sequence of events leads to from the start, None where one is illegal."""
    state = START
    for name in names:
        after = LEGAL_NEXT[state].get(name)
        if after is None:
            return None
        state = after
    return state


def accepts(names: Iterable[str], *, prefix: bool = False) -> bool:
    """Whether a sequence of events is a whole stream, or with `prefix` the beginning of one.

    A stream that ended with an `error` is legal, so it is a beginning, but not whole.
    """
    state = state_after(names)
    return state is not None if prefix else state == WHOLE


def frame(event: str, data: bytes, padding: int = 0) -> bytes:
    """One event on the wire.

    Args:
        event: its name.
        data: its JSON object on one line.
        padding: spaces before the last brace.
    """
    return b"event: %s\ndata: %s%s}\n\n" % (event.encode(), data[:-1], b" " * padding)

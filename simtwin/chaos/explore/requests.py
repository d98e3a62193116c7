"""The requests of a run, each by a name that it has in every run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from simtwin.core.entry import Entry


class Name(msgspec.Struct, frozen=True, order=True):
    """What a request is called: its digest, and which of those requests of its run it is, from 1.

    Neither moves when a client that does several things at once asks in another order.
    """

    digest: str
    occurrence: int


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request of a run, with what its answer was like.

    Args:
        name: what it is called.
        method: of HTTP, and the `endpoint` that it asked.
        model: as it was asked for, None for none.
        stream: whether a stream was asked for.
        status: what was answered, None for nothing.
        events: how many frames were sent, and how many `bytes` of body.
    """

    name: Name
    method: str
    endpoint: str
    model: str | None
    stream: bool
    status: int | None
    events: int
    bytes: int

    @property
    def label(self) -> str:
        """What people know it by."""
        stream = ["streamed"] if self.stream else []
        return " ".join(
            [self.method, self.endpoint, *([self.model] if self.model else []), *stream]
        )


def requests(entries: Iterable[Entry]) -> tuple[Request, ...]:
    """The requests of a run, in the order of `entries`."""
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        if entry.digest is None:
            continue
        seen[entry.digest] += 1
        found.append(
            Request(
                name=Name(entry.digest, seen[entry.digest]),
                method=entry.method,
                endpoint=entry.endpoint,
                model=entry.model,
                stream=entry.stream is True,
                status=entry.status,
                events=entry.sent_events,
                bytes=entry.sent_bytes,
            )
        )
    return tuple(found)

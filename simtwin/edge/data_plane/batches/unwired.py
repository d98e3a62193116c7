"""What a request of a batch is answered on: there is no wire, and nobody reads while it is written.

An answer is collected as it would be sent. A hang-up ends it as it ends a connection; what only bytes
on a wire could show has no form here, as it has none in HTTP/2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import trio

from simtwin.edge.carrier import UnsupportedError

#: As the journal names what is no version of HTTP.
PROTOCOL = "batch"


class Unwired:
    """The end of a request that no client waits for; for the members see `Carrier`.

    Attributes:
        status: of the answer, None where there is none yet.
        body: what was sent of it.
        length: how long that says that it is, None where it does not.
        ended: whether it came to its end.
    """

    multiplexed = True
    protocol = PROTOCOL
    ordinal = 0
    requests = 0
    bytes_out = 0
    blocked = 0.0
    undelivered = 0

    def __init__(self) -> None:
        self.status: int | None = None
        self.body = bytearray()
        self.length: int | None = None
        self.ended = False
        self.first_byte: float | None = trio.current_time()
        self.last_byte_out: float | None = None
        self.closed_at: float | None = None
        self.closed_by: Literal["client", "twin"] | None = None
        self.when_ended: dict[str, Callable[[], None]] = {}

    async def send(self, message: Any) -> None:
        """ASGI's `send`."""
        if self.closed_by is not None:
            return
        if message["type"] == "http.response.start":
            self.status = message["status"]
            length = dict(message["headers"]).get(b"content-length")
            self.length = None if length is None else int(length)
        else:
            self.body += message["body"]
            self.ended = not message.get("more_body", False)

    @property
    def whole(self) -> bool:
        """Whether somebody who read it would have all of it."""
        return self.ended and self.length in (None, len(self.body))

    def be_patient(self, seconds: float) -> None:
        """Nothing is waited for."""

    def watch(self, scope: trio.CancelScope) -> None:
        """Nobody leaves."""

    def unwatch(self, scope: trio.CancelScope) -> None:
        """Nobody leaves."""

    def attend(self) -> None:
        """Nobody leaves."""

    async def sleep_until(self, time: float) -> None:
        """Sleep."""
        await trio.sleep_until(time)

    def cork(self) -> None:
        """Hold nothing."""

    async def flush(self) -> None:
        """All is there as soon as it is sent.

        Raises:
            trio.ClosedResourceError: it was hung up before.
        """
        if self.closed_by is not None:
            raise trio.ClosedResourceError("this answer was broken off")
        self.last_byte_out = trio.current_time()

    async def hang_up(
        self,
        *,
        reset: bool,  # noqa: ARG002  # as a Carrier's
        flush: bool = True,  # noqa: ARG002  # likewise
        linger: float | None = None,  # noqa: ARG002  # likewise
        notify: bool = True,  # noqa: ARG002  # likewise
        h2_error: int = 0,  # noqa: ARG002  # likewise
    ) -> None:
        """Break the answer off."""
        if self.closed_by is None:
            self.closed_by, self.closed_at = "twin", trio.current_time()

    async def refuse(self) -> None:
        """Break the answer off because what was to come has no form here."""
        await self.hang_up(reset=True)

    def rest_until(self, seconds: float | None, *, reset: bool) -> None:  # noqa: ARG002  # likewise
        raise UnsupportedError("there is no connection to rest")

    def take_held(self) -> bytes:
        raise UnsupportedError("there is no wire to write bytes to")

    def mute(self, *, muted: bool) -> None:  # noqa: ARG002  # likewise
        raise UnsupportedError("there is no other framing")

    async def raw(self, data: bytes) -> None:  # noqa: ARG002  # likewise
        raise UnsupportedError("there is no wire to write bytes to")

    async def go_away(self, *, processed: bool, error: int) -> None:  # noqa: ARG002  # likewise
        raise UnsupportedError("there is no connection to leave")

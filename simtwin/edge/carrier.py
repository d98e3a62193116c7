"""What an answer goes out on: a connection of its own, or one stream of a connection of many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Protocol

import trio


class UnsupportedError(Exception):
    """A step that this version of HTTP has no form for; the text says which."""


class Carrier(Protocol):
    """As much of a connection as one request has to do with; `Wire` says what each member means.

    Attributes:
        protocol: the version of HTTP, as "1.1" and "2".
    """

    ordinal: int
    protocol: str
    multiplexed: bool
    requests: int
    first_byte: float | None
    closed_at: float | None
    closed_by: Literal["client", "twin"] | None
    undelivered: int
    when_ended: dict[str, Callable[[], None]]

    @property
    def last_byte_out(self) -> float | None: ...
    @property
    def bytes_out(self) -> int: ...
    @property
    def blocked(self) -> float: ...
    def be_patient(self, seconds: float) -> None: ...
    def watch(self, scope: trio.CancelScope) -> None: ...
    def unwatch(self, scope: trio.CancelScope) -> None: ...
    def attend(self) -> None: ...
    async def sleep_until(self, time: float) -> None: ...
    def rest_until(self, seconds: float | None, *, reset: bool) -> None: ...
    def cork(self) -> None: ...
    def take_held(self) -> bytes: ...
    def mute(self, *, muted: bool) -> None: ...
    async def flush(self) -> None: ...
    async def raw(self, data: bytes) -> None: ...
    async def go_away(self, *, processed: bool, error: int) -> None: ...
    async def refuse(self) -> None: ...
    async def hang_up(
        self,
        *,
        reset: bool,
        flush: bool = True,
        linger: float | None = None,
        notify: bool = True,
        h2_error: int = ...,
    ) -> None: ...

"""Telling those who wait for news of a tenant that there may be some."""

from __future__ import annotations

import trio


class Bells:
    """A bell for each tenant that somebody listens for; one that nobody does is not there."""

    def __init__(self) -> None:
        self._bells: dict[str, trio.Event] = {}

    def ring(self, tenant: str) -> None:
        """Wake all who listen for a tenant."""
        bell = self._bells.pop(tenant, None)
        if bell is not None:
            bell.set()

    async def listen(self, tenant: str, seconds: float) -> None:
        """Wait until the bell of a tenant rings, `seconds` at most."""
        bell = self._bells.setdefault(tenant, trio.Event())
        with trio.move_on_after(seconds):
            await bell.wait()

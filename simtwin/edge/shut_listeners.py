"""Addresses on which nobody listens for a while, and which nobody else gets meanwhile.

A socket that is bound and does not listen keeps its address, and the system answers whoever connects
to it with a reset: the connection is refused.
"""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import trio

LOG = logging.getLogger(__name__)

#: As many as the system allows may wait to be accepted: what trio's own listeners ask for.
_BACKLOG = 65_535
#: How soon an address that somebody else has is asked for again (s).
_AGAIN_SECONDS = 0.05

#: A family of addresses, and an address of it.
Address = tuple[int, Any]


class Kept:
    """Addresses that are kept, and are listened on again when that is asked for."""

    def __init__(self) -> None:
        self.sockets: list[trio.socket.SocketType] = []

    def listeners(self) -> list[trio.abc.Listener[trio.abc.Stream]]:
        """Listen on all of them; the sockets are the listeners' from now on."""
        made: list[trio.abc.Listener[trio.abc.Stream]] = []
        while self.sockets:
            sock = self.sockets.pop(0)
            sock.listen(_BACKLOG)
            made.append(trio.SocketListener(sock))
        return made


@asynccontextmanager
async def kept_addresses(addresses: Sequence[Address]) -> AsyncIterator[Kept]:
    """Keep addresses that were listened on until just now."""
    kept = Kept()
    try:
        for family, address in addresses:
            kept.sockets.append(await _bound(family, address))
        yield kept
    finally:
        for sock in kept.sockets:
            sock.close()


async def _bound(family: int, address: Any) -> trio.socket.SocketType:
    told = False
    while True:
        sock = trio.socket.socket(family)
        try:
            if sys.platform != "win32":
                # As trio's own listeners: connections of before may still be closing.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            await sock.bind(address)
        except OSError as error:
            sock.close()
            if not told:
                told = True
                LOG.warning("the address %s is not to be had again yet: %s", address[:2], error)
            await trio.sleep(_AGAIN_SECONDS)
        else:
            return sock

"""What the twin carries at once, and what it will not."""

from __future__ import annotations

from collections import Counter

#: Half of the memory of a small machine; sixteen bodies of the largest size.
MOST_BODY_BYTES_IN_FLIGHT = 512 * 1024 * 1024
#: The same again on its way into files, counted apart: one file of the largest size is nearly all of
#: it, and must not have the messages of others refused.
MOST_SPOOLED_BYTES_IN_FLIGHT = MOST_BODY_BYTES_IN_FLIGHT
#: A tenth of the connections of a process, and more than any one client of the real API gets.
MOST_REQUESTS_OF_A_TENANT = 2_000


class OverloadError(Exception):
    """The twin itself has too much to carry."""


class Load:
    """Body bytes that are held or spooled, requests under way by tenant, open connections by key."""

    def __init__(self) -> None:
        self._bytes = 0
        self._spooled = 0
        self._requests: Counter[str] = Counter()
        self._connections: Counter[str] = Counter()

    def begin(self, tenant: str) -> None:
        """One more request of a tenant.

        Raises:
            OverloadError: it has too many under way; this one does not count.
        """
        if self._requests[tenant] >= MOST_REQUESTS_OF_A_TENANT:
            raise OverloadError(f"more than {MOST_REQUESTS_OF_A_TENANT} requests under way")
        self._requests[tenant] += 1

    def under_way(self, tenant: str) -> int:
        """How many requests of a tenant are under way."""
        return self._requests.get(tenant, 0)

    def end(self, tenant: str) -> None:
        """One of a tenant's requests is over."""
        self._requests[tenant] -= 1
        if not self._requests[tenant]:
            del self._requests[tenant]

    def connect(self, key: str) -> int:
        """One more connection of a key was used; how many of them are open."""
        self._connections[key] += 1
        return self._connections[key]

    def disconnect(self, key: str) -> None:
        """One of a key's connections has ended."""
        self._connections[key] -= 1
        if not self._connections[key]:
            del self._connections[key]

    def hold(self, size: int) -> None:
        """`size` more bytes of a body.

        Raises:
            OverloadError: too many are held; these do not count.
        """
        if self._bytes + size > MOST_BODY_BYTES_IN_FLIGHT:
            raise OverloadError(f"more than {MOST_BODY_BYTES_IN_FLIGHT:,} bytes of bodies held")
        self._bytes += size

    def release(self, size: int) -> None:
        """`size` bytes of a body are held no more."""
        self._bytes -= size

    def spool(self, size: int) -> None:
        """`size` more bytes of a body that goes into a file.

        Raises:
            OverloadError: too many are on their way; these do not count.
        """
        if self._spooled + size > MOST_SPOOLED_BYTES_IN_FLIGHT:
            most = MOST_SPOOLED_BYTES_IN_FLIGHT
            raise OverloadError(f"more than {most:,} bytes of bodies on their way into files")
        self._spooled += size

    def spooled(self, size: int) -> None:
        """`size` bytes of a body are in their file, or nowhere."""
        self._spooled -= size

    @property
    def idle(self) -> bool:
        """Whether nothing is carried."""
        return not self._bytes and not self._spooled and not self._requests

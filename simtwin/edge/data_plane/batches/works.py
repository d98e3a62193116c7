"""How much is worked on at once, and what is under way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import trio

#: Requests of one tenant's batches that are answered at once. With the pace of a real model this is
#: some ten a second, which brings most batches to their end within the hour, as the real API does.
AT_ONCE_OF_TENANT = 64
#: Of all tenants; sixteen of them can be as busy as they may.
AT_ONCE = 1_024


class Turn:
    """That of one request, which is like no other: requests of two batches may be the same."""


class Hurried(Protocol):
    """Work that can be told to come to its end."""

    def hurry(self) -> None:
        """Begin nothing more."""


class Works:
    """The batches that are worked on, by tenant and id."""

    def __init__(self) -> None:
        self._all = trio.CapacityLimiter(AT_ONCE)
        self._of_tenants: dict[str, trio.CapacityLimiter] = {}
        self._under_way: dict[tuple[str, str], Hurried] = {}

    @contextmanager
    def under_way(self, tenant: str, batch: str, work: Hurried) -> Iterator[None]:
        """A batch is worked on in this block."""
        self._of_tenants.setdefault(tenant, trio.CapacityLimiter(AT_ONCE_OF_TENANT))
        self._under_way[tenant, batch] = work
        try:
            yield
        finally:
            del self._under_way[tenant, batch]
            if not any(owner == tenant for owner, _ in self._under_way):
                del self._of_tenants[tenant]

    def hurry(self, tenant: str, batch: str) -> None:
        """Tell the work on a batch, if there is any, to come to its end."""
        work = self._under_way.get((tenant, batch))
        if work is not None:
            work.hurry()

    async def take(self, tenant: str, turn: Turn) -> None:
        """Wait until a request of a tenant may be answered. Its turn is to be given back."""
        of_tenant = self._of_tenants[tenant]
        await of_tenant.acquire_on_behalf_of(turn)
        try:
            await self._all.acquire_on_behalf_of(turn)
        except trio.Cancelled:
            of_tenant.release_on_behalf_of(turn)
            raise

    def give_back(self, tenant: str, turn: Turn) -> None:
        """A request is answered."""
        self._all.release_on_behalf_of(turn)
        self._of_tenants[tenant].release_on_behalf_of(turn)

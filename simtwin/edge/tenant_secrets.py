"""Tenant secrets: kept as scrypt, and slow to check once only.

One check takes some 50 ms, so it is work for another thread; in virtual time, where no thread may
run, it is done on the spot.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import trio

from simtwin.store.work import Work, in_thread

T = TypeVar("T")

#: 16 MB and some 50 ms for each guess (the parameters of RFC 7914, section 2, for interactive use).
COST, BLOCK, PARALLEL = 2**14, 8, 1
_MEMORY = 2 * 128 * COST * BLOCK

#: Of two cores, one is then left for traffic; also the most memory, 16 MB each.
SLOTS = 2
#: Two and a half seconds of work; whoever comes later is told to come back.
WAITING = 100
#: A tenth of the most tenants: 2 MB of digests.
REMEMBERED = 10_000
#: Those that the twin makes have 43 characters.
SECRET_LENGTH = 256


class BusyError(Exception):
    """Too many secrets are waiting to be checked."""


class TenantSecrets:
    """Makes and checks what is kept of tenant secrets.

    A secret that was found right is remembered as an HMAC under a key of this process.

    Args:
        work: where the hashing is done.
        cost: scrypt's n, a power of two. Only tests that make many tenants have a reason to lower it.
    """

    def __init__(self, work: Work = in_thread, cost: int = COST) -> None:
        self._work = work
        self._cost = cost
        self._slots = trio.CapacityLimiter(SLOTS)
        self._process_key = secrets.token_bytes(32)
        self._remembered: OrderedDict[str, bytes] = OrderedDict()

    async def hashed(self, tenant_id: str, secret: str, cost: int | None = None) -> str:
        """What to keep of a new secret, which is remembered as right at once.

        Args:
            tenant_id: whose secret it is.
            secret: the secret.
            cost: scrypt's n for this one alone, None for that of all.

        Raises:
            BusyError: too many are waiting already.
        """
        salt, cost = secrets.token_bytes(16), self._cost if cost is None else cost
        hash_ = await self._in_slot(lambda: _scrypt(secret, salt, cost))
        kept = f"scrypt${cost}${b64encode(salt).decode()}${b64encode(hash_).decode()}"
        self._remember(tenant_id, self._mark(kept, secret))
        return kept

    async def verify(self, tenant_id: str, kept: str, secret: str) -> bool:
        """Whether `secret` is the one that `kept` was made of.

        Raises:
            BusyError: too many are waiting already.
        """
        if len(secret) > SECRET_LENGTH:
            return False
        mark = self._mark(kept, secret)
        if self._remembers(tenant_id, mark):
            return True
        # Asked again once it is this one's turn: those who came at the same time with the same
        # secret wait for one check and not for one each.
        right = await self._in_slot(
            lambda: self._remembers(tenant_id, mark) or _holds(kept, secret)
        )
        if right:
            self._remember(tenant_id, mark)
        return right

    def _mark(self, kept: str, secret: str) -> bytes:
        return hmac.digest(self._process_key, f"{kept}\0{secret}".encode(), "sha256")

    def _remember(self, tenant_id: str, mark: bytes) -> None:
        self._remembered[tenant_id] = mark
        self._remembered.move_to_end(tenant_id)
        if len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _remembers(self, tenant_id: str, mark: bytes) -> bool:
        return hmac.compare_digest(self._remembered.get(tenant_id, b""), mark)

    async def _in_slot(self, job: Callable[[], T]) -> T:
        if self._slots.statistics().tasks_waiting >= WAITING:
            raise BusyError("too many secrets are being checked; try again in a second")
        async with self._slots:
            return await self._work(job)


def _holds(kept: str, secret: str) -> bool:
    _, cost, salt, hash_ = kept.split("$")
    return hmac.compare_digest(_scrypt(secret, b64decode(salt), int(cost)), b64decode(hash_))


def _scrypt(secret: str, salt: bytes, cost: int) -> bytes:
    return hashlib.scrypt(
        secret.encode(), salt=salt, n=cost, r=BLOCK, p=PARALLEL, maxmem=_MEMORY, dklen=32
    )

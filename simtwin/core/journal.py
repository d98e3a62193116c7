"""The bounded record of what was asked, said, broken and used.

An entry is kept as the line of JSON that it is read as: its size is then its length, and a bound in
bytes is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

import attrs
import msgspec

from simtwin.core.entry import Entry
from simtwin.core.journal_line import Dropped
from simtwin.core.outcome import Outcome, Teller, ToldOutcome

#: A process of its own default size still has room for its work; see contract of the journal.
PROCESS_BYTES = 64 * 1024 * 1024
#: So that one noisy tenant cannot push all others out.
TENANT_BYTES = 16 * 1024 * 1024


@attrs.frozen
class _Kept:
    id: int
    key: str
    lane: str | None
    line: bytes
    told: ToldOutcome | None = None

    def of(self, key: str | None, lane: str | None) -> bool:
        """Whether it is of that key and lane; None is any, on both sides."""
        return (key is None or self.key == key) and (lane is None or self.lane in (None, lane))

    def only_of(self, key: str | None, lane: str | None) -> bool:
        """The same of what is of one lane; what was told by whoever uses all of them is of none."""
        return self.of(key, lane) and (lane is None or self.lane is not None)


class Journal:
    """Entries of all tenants, oldest first, bounded by bytes for a tenant and for all.

    What was told of calls stands among them, in the same order and within the same bounds.
    """

    def __init__(
        self, process_bytes: int = PROCESS_BYTES, tenant_bytes: int = TENANT_BYTES
    ) -> None:
        self._process_bytes = process_bytes
        self._tenant_bytes = tenant_bytes
        self._kept: dict[str, deque[_Kept]] = {}
        self._sizes: dict[str, int] = {}
        self._total = 0
        self._dropped: dict[str, Dropped] = {}
        self.next_id = 1

    def add(self, entry: Entry) -> None:
        """Keep an entry; the oldest go where that is too much, and are counted as dropped."""
        line = _encode(entry)
        self._keep(entry.tenant, _Kept(entry.id, entry.key, entry.lane or "", line))

    def tell(self, teller: Teller, outcome: Outcome) -> None:
        """Keep what somebody told of a call."""
        told = ToldOutcome(
            id=self.next_id,
            tenant=teller.tenant,
            key=teller.key,
            lane=teller.lane,
            call=outcome.call,
            outcome=outcome.outcome,
            at=outcome.at,
        )
        self._keep(teller.tenant, _Kept(told.id, teller.key, teller.lane, _encode(told), told))

    def _keep(self, tenant: str, kept: _Kept) -> None:
        self._kept.setdefault(tenant, deque()).append(kept)
        self._sizes[tenant] = self._sizes.get(tenant, 0) + len(kept.line)
        self._total += len(kept.line)
        self.next_id = max(self.next_id, kept.id) + 1
        while self._sizes[tenant] > self._tenant_bytes:
            self._drop(tenant)
        while self._total > self._process_bytes:
            self._drop(max(self._sizes, key=self._sizes.__getitem__))

    def lines(
        self,
        tenant: str | None = None,
        key: str | None = None,
        lane: str | None = None,
        *,
        after: int = 0,
        limit: int = 100,
    ) -> Iterator[bytes]:
        """Up to `limit` entries with an id over `after`, of all or of one tenant, key or lane.

        The lane of requests that name none is called "".
        """
        kept = self._of(tenant, key, lane, after)
        return islice((each.line for each in kept if each.told is None), limit)

    def outcomes(
        self, tenant: str | None = None, key: str | None = None, lane: str | None = None
    ) -> list[ToldOutcome]:
        """What was told of calls, oldest first."""
        return [each.told for each in self._of(tenant, key, lane, 0) if each.told is not None]

    def saved(
        self,
        tenant: str | None = None,
        key: str | None = None,
        lane: str | None = None,
        *,
        after: int = 0,
        limit: int = 100,
    ) -> Iterator[bytes]:
        """The same lines with all else that a reader has to know: outcomes, and what is missing.

        How many requests of a tenant were dropped comes before what is left, until `after` is past
        the last of them.
        """
        gone = [
            _Kept(each.id, "", None, _encode(msgspec.structs.replace(each, lane=lane)))
            for each in self._gone(tenant)
            if each.id > after
        ]
        gone.sort(key=lambda kept: kept.id)
        kept = self._of(tenant, key, lane, after)
        return islice((each.line for each in merge(gone, kept, key=lambda kept: kept.id)), limit)

    def _of(
        self, tenant: str | None, key: str | None, lane: str | None, after: int
    ) -> Iterator[_Kept]:
        tenants = self._kept.values() if tenant is None else [self._kept.get(tenant, ())]
        merged = merge(*tenants, key=lambda kept: kept.id)
        return (kept for kept in merged if kept.id > after and kept.of(key, lane))

    def _gone(self, tenant: str | None) -> Iterable[Dropped]:
        if tenant is None:
            return self._dropped.values()
        return [self._dropped[tenant]] if tenant in self._dropped else []

    def dropped(self, tenant: str | None = None) -> int:
        """How many requests were dropped for want of room."""
        return sum(each.dropped for each in self._gone(tenant))

    def clear(
        self, tenant: str | None = None, key: str | None = None, lane: str | None = None
    ) -> None:
        """Forget the entries of all, of one tenant, or of one key of it, or one lane of that."""
        for name in list(self._kept) if tenant is None else [tenant]:
            kept = self._kept.pop(name, deque())
            self._total -= self._sizes.pop(name, 0)
            left = deque(each for each in kept if not each.only_of(key, lane))
            if left:
                self._kept[name] = left
                self._sizes[name] = sum(len(each.line) for each in left)
                self._total += self._sizes[name]
            else:
                self._dropped.pop(name, None)

    def _drop(self, tenant: str) -> None:
        gone = self._kept[tenant].popleft()
        self._sizes[tenant] -= len(gone.line)
        self._total -= len(gone.line)
        if gone.told is None:
            before = self._dropped.get(tenant)
            many = 1 if before is None else before.dropped + 1
            self._dropped[tenant] = Dropped(id=gone.id, tenant=tenant, dropped=many)


# A kind of a third party may make of a setting what JSON has no word for.
_encode = msgspec.json.Encoder(enc_hook=repr).encode

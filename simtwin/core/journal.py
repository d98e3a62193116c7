"""The bounded record of what was asked, said, broken and used.

An entry is kept as the line of JSON that it is read as: its size is then its length, and a bound in
bytes is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from heapq import merge
from itertools import islice
from typing import Any, Literal

import attrs
import msgspec

#: A process of its own default size still has room for its work; see contract of the journal.
PROCESS_BYTES = 64 * 1024 * 1024
#: So that one noisy tenant cannot push all others out.
TENANT_BYTES = 16 * 1024 * 1024


class FiredEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fault that fired: its rule, kind and settings, and whether the answer came to its place.

    `order_dependent` is there where requests in another order could have met something else,
    `charge` where limits were charged although it took the place of the answer.

    "unsupported" came to it, and the connection's version of HTTP has no form for it.
    """

    rule: str
    kind: str
    settings: Mapping[str, Any]
    outcome: Literal["reached", "not_reached", "unsupported"]
    order_dependent: bool = False
    charge: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request and what became of it. Times are Unix seconds.

    `connection` and `request_on_connection` are ordinals; `ordinal` is the lane's, and `lane` its
    name, None for that of requests which name none. `protocol` is "1.1" or "2", where it is the
    stream that `closed_at` and `closed_by` tell of. `messages` holds
    one hash a message of the request, each chained to those before it. `planned_tokens` is what the
    answer would have had, `sent_*` what was written of the body, `wire_bytes` all that was written,
    heads and framing and what breaks it included; `told` are the headers of a refusal that say
    whether and when to come back. `ended` is how: "end", "hangup" (the twin cut it off), "left" (the
    client did); `whole`, whether all of the answer was sent. `cause` is "own" where the twin itself
    refused or broke.

    Only where there is something to say: `last_event`, the last server-sent event that was written;
    `digest`, what a request has in common with its repetitions, of its method, path and body, where
    a rule asked for that; `blocked_seconds`, how long writes waited for the client to read; `open_connections`, of the first
    request on a connection, how many the key had open by then; and of an answer that was not
    sent whole, `meant`, the beginning of the text it would have had, with how many characters
    (`sent_characters`) and whole calls of tools (`sent_tools`) of it were sent, and `meant_tools`,
    every call that it would have had.
    """

    id: int
    request: str
    tenant: str
    key: str
    lane: str | None
    ordinal: int | None
    connection: int
    request_on_connection: int
    protocol: str
    method: str
    path: str
    endpoint: str
    model: str | None
    stream: bool | None
    user_agent: str | None
    stainless: Mapping[str, str]
    call: str | None
    first_byte_at: float | None
    body_at: float | None
    head_at: float | None
    last_byte_at: float | None
    closed_at: float | None
    closed_by: str | None
    body_bytes: int
    body: Any
    fingerprint: str | None
    messages: tuple[str, ...]
    emitted: str | None
    tool_uses: tuple[str, ...]
    fired: tuple[FiredEntry, ...]
    script: str | None
    status: int | None
    told: Mapping[str, str]
    ended: str | None
    whole: bool
    planned_tokens: int | None
    sent_events: int
    sent_bytes: int
    wire_bytes: int
    sent_tokens: int
    undelivered: int
    usage: Mapping[str, int]
    cause: str | None
    digest: str | None = None
    last_event: str | None = None
    blocked_seconds: float = 0.0
    open_connections: int = 0
    meant: str | None = None
    meant_tools: tuple[str, ...] = ()
    sent_characters: int = 0
    sent_tools: int = 0


@attrs.frozen
class _Kept:
    id: int
    key: str
    lane: str
    line: bytes

    def of(self, key: str | None, lane: str | None) -> bool:
        """Whether it is of that key and lane; None is any."""
        return (key is None or self.key == key) and (lane is None or self.lane == lane)


class Journal:
    """Entries of all tenants, oldest first, bounded by bytes for a tenant and for all."""

    def __init__(
        self, process_bytes: int = PROCESS_BYTES, tenant_bytes: int = TENANT_BYTES
    ) -> None:
        self._process_bytes = process_bytes
        self._tenant_bytes = tenant_bytes
        self._kept: dict[str, deque[_Kept]] = {}
        self._sizes: dict[str, int] = {}
        self._total = 0
        self._dropped: dict[str, int] = {}
        self.next_id = 1

    def add(self, entry: Entry) -> None:
        """Keep an entry; the oldest go where that is too much, and are counted as dropped."""
        line = _encode(entry)
        kept = self._kept.setdefault(entry.tenant, deque())
        kept.append(_Kept(entry.id, entry.key, entry.lane or "", line))
        self._sizes[entry.tenant] = self._sizes.get(entry.tenant, 0) + len(line)
        self._total += len(line)
        self.next_id = max(self.next_id, entry.id) + 1
        while self._sizes[entry.tenant] > self._tenant_bytes:
            self._drop(entry.tenant)
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
        tenants = self._kept.values() if tenant is None else [self._kept.get(tenant, ())]
        merged = merge(*tenants, key=lambda kept: kept.id)
        wanted = (kept.line for kept in merged if kept.id > after and kept.of(key, lane))
        return islice(wanted, limit)

    def dropped(self, tenant: str | None = None) -> int:
        """How many entries were dropped for want of room."""
        return sum(self._dropped.values()) if tenant is None else self._dropped.get(tenant, 0)

    def clear(
        self, tenant: str | None = None, key: str | None = None, lane: str | None = None
    ) -> None:
        """Forget the entries of all, of one tenant, or of one key of it, or one lane of that."""
        for name in list(self._kept) if tenant is None else [tenant]:
            kept = self._kept.pop(name, deque())
            self._total -= self._sizes.pop(name, 0)
            left = deque(each for each in kept if not each.of(key, lane))
            if left:
                self._kept[name] = left
                self._sizes[name] = sum(len(each.line) for each in left)
                self._total += self._sizes[name]
            else:
                self._dropped.pop(name, None)

    def _drop(self, tenant: str) -> None:
        size = len(self._kept[tenant].popleft().line)
        self._sizes[tenant] -= size
        self._total -= size
        self._dropped[tenant] = self._dropped.get(tenant, 0) + 1


# A kind of a third party may make of a setting what JSON has no word for.
_encode = msgspec.json.Encoder(enc_hook=repr).encode

"""What is known of one request while it is answered, and the journal's entry made of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import attrs
import msgspec

from simtwin.actors.router import Reservation
from simtwin.api.answer import Ids
from simtwin.api.reply.reply import Reply
from simtwin.core.journal import Entry, FiredEntry
from simtwin.core.key import Fate, Key, Settlement
from simtwin.core.pools import Curve
from simtwin.core.tenant import Tenant
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.endpoints import Endpoint
from simtwin.edge.data_plane.request import Request
from simtwin.edge.epoch import Epoch
from simtwin.edge.perform import Progress
from simtwin.store.records import AccountRecord

#: Larger bodies are kept as their size, hash and beginning.
MOST_KEPT_BODY, KEPT_BEGINNING = 256 * 1024, 4 * 1024


@attrs.define(eq=False)
class Exchange:
    """One request and its answer under way.

    `body` and `doc` are dropped before the first wait, so that an answer that hangs holds little.
    """

    request: Request
    endpoint: Endpoint
    began: float
    progress: Progress = attrs.field(factory=Progress)
    account: AccountRecord | None = None
    ids: Ids | None = None
    key: Reservation[Key] | None = None
    tenant: Reservation[Tenant] | None = None
    fate: Fate | None = None
    model: str | None = None
    stream: bool | None = None
    body_at: float | None = None
    body_bytes: int = 0
    kept_body: Any = None
    body_truncated: bool = False
    fingerprint: str | None = None
    messages: tuple[str, ...] = ()
    reply: Reply | None = None
    curve: Curve | None = None
    input: Tokens = Tokens()
    cause: str | None = None
    error: str | None = None

    def keep_body(self, body: bytes) -> None:
        """Remember a body as the journal may: whole where it is small and holds no secret."""
        self.body_bytes = len(body)
        if len(body) > MOST_KEPT_BODY:
            self.body_truncated = True
            beginning = body[:KEPT_BEGINNING].decode(errors="replace")
            digest = hashlib.sha256(body).hexdigest()
            self.kept_body = {"size": len(body), "sha256": digest, "beginning": beginning}
        else:
            self.kept_body = body

    def tokens(self, now: int) -> Tokens:
        """The tokens that the answer has cost by `now` (ns)."""
        if self.reply is None or self.curve is None:
            return Tokens()
        sent = self.progress.tokens
        produced = sent if self.stream else max(sent, self.curve.produced(now))
        return self.input + Tokens(output=produced)

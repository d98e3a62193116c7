"""What the journal says of one request: what was asked, said, broken and used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec


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
    refused or broke, and "upstream" where the server behind it did.

    Only where there is something to say: `gateway`, what the request came through; `batch` and
    `custom_id`, which request of which batch it is, as those came on no connection; `last_event`, the
    last server-sent event that was written; `digest`, what a request has in common with its
    repetitions, of its method, path and body, where a rule asked for that; `blocked_seconds`, how
    long writes waited for the client to read; `open_connections`, of the first
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
    gateway: str | None = None
    batch: str | None = None
    custom_id: str | None = None

"""The entry of the journal that tells what became of a request."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any

import msgspec

from simtwin.api.reply.blocks import Call, Text
from simtwin.api.reply.reply import Reply
from simtwin.core.entry import Entry, FiredEntry
from simtwin.core.fault import as_settings, part_names
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin
from simtwin.store.body import readable
from simtwin.store.records import AccountRecord

_STAINLESS = b"x-stainless-"
#: Of what an answer that was cut would have said: enough to know it again.
MEANT_CHARACTERS = 4_000
#: Headers of a refusal that tell a client whether to try again, and when.
_TELLING = frozenset(("retry-after", "retry-after-ms", "x-should-retry"))

_encode = msgspec.json.Encoder(order="deterministic").encode


def entry_of(
    twin: Twin, exchange: Exchange, account: AccountRecord, status: int | None, tokens: Tokens
) -> Entry:
    """The entry of a request, under the number that is the next; its connection counts from then on.

    Args:
        twin: whose clock and load it goes by.
        exchange: the request, with all that became of it.
        account: whose key it came with.
        status: of the answer, None where there was none.
        tokens: what it is booked with.
    """
    request, progress, fate, reply = (
        exchange.request,
        exchange.progress,
        exchange.fate,
        exchange.reply,
    )
    wire = request.wire
    # Looked up once: it asks two clocks.
    epoch = twin.epoch.wall(0.0)

    def at(time: float | None) -> float | None:
        return None if time is None else round(epoch + time, 6)

    whole = exchange.whole
    return Entry(
        id=twin.entries.next_id,
        request=exchange.request_id,
        tenant=account.tenant_id,
        key=account.api_key_id,
        lane=request.address.lane,
        ordinal=None if fate is None else fate.ordinal,
        connection=wire.ordinal,
        request_on_connection=exchange.on_connection,
        protocol=wire.protocol,
        method=request.method,
        path=request.path,
        endpoint=exchange.endpoint.name,
        model=exchange.model,
        stream=exchange.stream,
        user_agent=request.header(b"user-agent"),
        stainless={
            name.removeprefix(_STAINLESS).decode("latin-1"): value.decode("latin-1")
            for name, value in request.headers.items()
            if name.startswith(_STAINLESS)
        },
        call=request.header(b"x-simtwin-call")
        or request.header(b"idempotency-key")
        or request.header(b"traceparent"),
        first_byte_at=at(exchange.first_byte),
        body_at=at(exchange.body_at),
        head_at=at(progress.head_at),
        last_byte_at=at(progress.last_at),
        closed_at=at(wire.closed_at),
        closed_by=wire.closed_by,
        body_bytes=exchange.body_bytes,
        body=_line(exchange),
        fingerprint=None if exchange.fingerprint is None else exchange.fingerprint.hex(),
        messages=exchange.messages,
        emitted=_hash(text_of(reply).encode()) if whole and reply is not None else None,
        tool_uses=tuple(map(_hash, calls_of(reply))) if whole and reply is not None else (),
        fired=fired(exchange),
        script=None if fate is None else fate.script,
        status=status,
        told=_told(exchange),
        ended=progress.ended,
        whole=whole,
        planned_tokens=None if reply is None else reply.output_tokens,
        sent_events=progress.events,
        sent_bytes=progress.bytes,
        wire_bytes=progress.wire_bytes,
        sent_tokens=progress.tokens,
        undelivered=progress.undelivered,
        usage={
            "input_tokens": tokens.input,
            "cache_creation_input_tokens": tokens.cache_creation,
            "cache_read_input_tokens": tokens.cache_read,
            "output_tokens": tokens.output,
        },
        cause=exchange.cause,
        digest=exchange.call,
        last_event=progress.last_event,
        blocked_seconds=round(progress.blocked, 3) if progress.blocked else 0.0,
        open_connections=_open_connections(twin, exchange, account.api_key_id),
        gateway=request.address.gateway,
        batch=exchange.batch,
        custom_id=exchange.custom_id,
        **_cut(exchange),
    )


def _open_connections(twin: Twin, exchange: Exchange, key: str) -> int:
    """How many connections the key has open, where this request was the first of one more."""
    wire = exchange.request.wire
    if exchange.on_connection != 1 or wire.multiplexed or wire.closed_at is not None:
        return 0
    wire.when_ended["load"] = partial(twin.load.disconnect, key)
    return twin.load.connect(key)


def _cut(exchange: Exchange) -> dict[str, Any]:
    """Of an answer that was not sent whole: what it would have been, and how much of it was."""
    reply, progress = exchange.reply, exchange.progress
    if (
        reply is None
        or progress.head is None
        or progress.head.status != 200
        or progress.last_event == "message_stop"
        or (exchange.whole and not exchange.stream)
    ):
        return {}
    calls = zip((b.name for b in reply.blocks if isinstance(b, Call)), calls_of(reply), strict=True)
    characters, tools = sent_of(reply, progress.tokens)
    return {
        "meant": text_of(reply)[:MEANT_CHARACTERS],
        "meant_tools": tuple(f"{name}:{_hash(call)}" for name, call in calls),
        "sent_characters": characters,
        "sent_tools": tools,
    }


def sent_of(reply: Reply, tokens: int) -> tuple[int, int]:
    """The characters of text, and the whole calls of tools, in the first `tokens` of a reply."""
    characters = calls = 0
    for block in reply.blocks:
        pieces = getattr(block, "pieces", ())
        if isinstance(block, Text):
            characters += sum(map(len, pieces[: max(tokens, 0)]))
        tokens -= len(pieces) + getattr(block, "opening", 0) + getattr(block, "tokens", 0)
        if isinstance(block, Call) and tokens >= 0:
            calls += 1
    return characters, calls


def _told(exchange: Exchange) -> dict[str, str]:
    head = exchange.progress.head
    if head is None or head.status < 400:
        return {}
    return {name: value for name, value in head.headers if name in _TELLING}


def fired(exchange: Exchange) -> tuple[FiredEntry, ...]:
    """The faults that fired on a request, and what became of each."""
    fate = exchange.fate
    if fate is None or not fate.fired:
        return ()
    return tuple(
        FiredEntry(
            rule=each.rule,
            kind=each.kind,
            settings=as_settings(each.fault),
            outcome=exchange.progress.outcome(name),
            order_dependent=each.order_dependent,
            charge=fate.charge and each is fate.fired[0],
        )
        for each, name in zip(fate.fired, part_names(fate.fired), strict=True)
    )


def _line(exchange: Exchange) -> object:
    """The body as a part of one line of JSON."""
    body = exchange.body
    if not isinstance(body, bytes):
        return None if body is None else readable(body)
    # What was parsed already is not parsed again.
    read = msgspec.Raw(body) if exchange.parses else readable(body)
    if isinstance(read, msgspec.Raw) and (b"\n" in body or b"\r" in body):
        return msgspec.Raw(msgspec.json.format(body, indent=-1))
    return read


def text_of(reply: Reply) -> str:
    """What a reply says."""
    return "".join(block.text for block in reply.blocks if isinstance(block, Text))


def calls_of(reply: Reply) -> list[bytes]:
    """The calls of a reply, each as canonical JSON of its name and input."""
    return [_encode([block.name, block.input]) for block in reply.blocks if isinstance(block, Call)]


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()[:16]

"""What became of a request: the actors' books, the journal, the log, the messages.

Nothing here waits, so that it is done also where the client has left and the task is cancelled.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any
from uuid import uuid4

import msgspec

from simtwin.actors.actor import present
from simtwin.api.reply.blocks import Call, Text
from simtwin.api.reply.reply import Reply
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.entry import Entry, FiredEntry
from simtwin.core.fault import as_settings, part_names
from simtwin.core.key import Settlement
from simtwin.core.usage import NO_TOKENS, Tokens
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.spent_rows import spent
from simtwin.edge.twin import Twin
from simtwin.store.body import keep, readable
from simtwin.store.records import AccountRecord, LogRecord, MessageRecord

_STAINLESS = b"x-stainless-"
#: Of what an answer that was cut would have said: enough to know it again.
MEANT_CHARACTERS = 4_000
#: Headers of a refusal that tell a client whether to try again, and when.
_TELLING = frozenset(("retry-after", "retry-after-ms", "x-should-retry"))
# All records of a request share a UUID: random for the process, then counted.
_UUID = str(uuid4())[:24]

_encode = msgspec.json.Encoder(order="deterministic").encode


def settle(twin: Twin, exchange: Exchange) -> None:
    """Book what became of a request; it may have got any distance, or nowhere."""
    account = exchange.account
    if account is None:
        _log_stranger(twin, exchange)
        return
    tokens = exchange.tokens(present())
    head = exchange.progress.head
    status = None if head is None else head.status
    if exchange.counted:
        twin.load.end(account.tenant_id)
    if exchange.share is not None:
        twin.commons.leave(exchange.share)
    if exchange.key is not None:
        fate = exchange.fate
        settlement = Settlement(
            status,
            exchange.model,
            tokens,
            exchange.whole,
            exchange.hold,
            exchange.request.address.lane,
            None if fate is None else fate.place,
            fate,
            _reached(exchange),
            exchange.call,
        )
        exchange.key.tell(partial(keys.settle, settlement=settlement))
    if exchange.tenant is not None:
        exchange.tenant.tell(partial(tenants.settle, request=exchange.hold, produced=tokens.output))
    if exchange.workspace is not None:
        exchange.workspace.tell(
            partial(tenants.settle, request=exchange.hold, produced=tokens.output)
        )
    if tokens != NO_TOKENS:
        twin.store.add_spent(account, spent(exchange, account, twin.wall(), tokens))
    twin.entries.add(_entry(twin, exchange, account, status, tokens))
    _log(twin, exchange, account, status, tokens)
    if exchange.reply is not None and status == 200:
        _keep_message(twin, exchange, account)


def _entry(
    twin: Twin, exchange: Exchange, account: AccountRecord, status: int | None, tokens: Tokens
) -> Entry:
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
        fired=_fired(exchange),
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


def _fired(exchange: Exchange) -> tuple[FiredEntry, ...]:
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


def _reached(exchange: Exchange) -> tuple[str, ...]:
    """The rules whose faults took effect; those of a script are no rules."""
    fate = exchange.fate
    if fate is None or not fate.rules:
        return ()
    return tuple(
        each.rule
        for each, name in zip(fate.fired, part_names(fate.fired), strict=True)
        if exchange.progress.outcome(name) == "reached"
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


def _log(
    twin: Twin, exchange: Exchange, account: AccountRecord, status: int | None, tokens: Tokens
) -> None:
    at, tenant = twin.wall(), account.tenant_id
    correlation = f"{_UUID}{exchange.number:012x}"
    twin.store.add_log(LogRecord(at, tenant, correlation, "data", "auth.api_key.validate"))
    details: dict[str, object] = {"status": status, "key": account.api_key_id}
    if exchange.request.address.lane is not None:
        details["lane"] = exchange.request.address.lane
    if exchange.gateway is not None:
        details["gateway"] = exchange.gateway.name
    if exchange.model is not None:
        details |= {"model": exchange.model, "stream": exchange.stream}
    betas = exchange.request.header(b"anthropic-beta")
    if betas is not None:
        details["betas"] = betas
    if exchange.reply is not None:
        details |= {"input_tokens": tokens.input, "output_tokens": tokens.output}
    if exchange.fate is not None and exchange.fate.fired:
        details["fault"] = ",".join(each.rule for each in exchange.fate.fired)
    if exchange.cause == "upstream":
        details["cause"] = exchange.cause
    made = ("message", exchange.ids.message) if exchange.reply is not None else None
    record = LogRecord(
        at,
        tenant,
        correlation,
        "data",
        exchange.endpoint.operation,
        made,
        _reason(exchange, status),
        details,
    )
    twin.store.add_log(record)


def _reason(exchange: Exchange, status: int | None) -> str | None:
    """Why a request failed; None where it did not."""
    if status is not None and status < 400 and exchange.whole:
        return None
    if exchange.reason is not None:
        return exchange.reason
    if exchange.progress.marks:
        kinds = [each.kind for each in _fired(exchange) if each.outcome == "reached"]
        return f"fault {','.join(kinds)}"
    return "the client left" if exchange.progress.ended == "left" else "the answer was not whole"


def _log_stranger(twin: Twin, exchange: Exchange) -> None:
    record = LogRecord(
        twin.wall(),
        "",
        f"{_UUID}{exchange.number:012x}",
        "data",
        "auth.api_key.validate",
        None,
        exchange.reason or "the client left",
        {} if exchange.gateway is None else {"gateway": exchange.gateway.name},
    )
    twin.store.add_log(record)


def _keep_message(twin: Twin, exchange: Exchange, account: AccountRecord) -> None:
    """Keep the request and the message that answers it, as it was before any fault."""
    betas = exchange.request.header(b"anthropic-beta")
    record = MessageRecord(
        exchange.ids.message,
        account.tenant_id,
        exchange.model or "",
        exchange.body or b"",
        keep(exchange.message()),
        tuple(name.strip() for name in betas.split(",")) if betas else (),
        twin.wall(),
    )
    twin.store.add_message(record)

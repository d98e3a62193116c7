"""What became of a request: the actors' books, the journal, the log, the messages.

Nothing here waits, so that it is done also where the client has left and the task is cancelled.
"""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from simtwin.actors.actor import present
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.fault import part_names
from simtwin.core.key import Settlement
from simtwin.core.usage import NO_TOKENS, Tokens
from simtwin.edge.data_plane.entry_of import entry_of, fired
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.spent_rows import spent
from simtwin.edge.twin import Twin
from simtwin.store.body import keep
from simtwin.store.records import AccountRecord, LogRecord, MessageRecord

# All records of a request share a UUID: random for the process, then counted.
_UUID = str(uuid4())[:24]


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
    twin.entries.add(entry_of(twin, exchange, account, status, tokens))
    _log(twin, exchange, account, status, tokens)
    if exchange.reply is not None and status == 200:
        _keep_message(twin, exchange, account)


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
        kinds = [each.kind for each in fired(exchange) if each.outcome == "reached"]
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

"""From a request whose document is known to its answer: its fate, the plan, and carrying that out."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import partial
from itertools import chain

from simtwin.actors.actor import CrashedError
from simtwin.actors.mailbox import MailboxFullError
from simtwin.api.errors import Rejected
from simtwin.api.openai.spoken import all_spoken
from simtwin.api.request.letting_go import letting_go
from simtwin.api.tokens import WINDOW
from simtwin.core.chance import draw
from simtwin.core.fault import Circumstances, compose, stand_in, under
from simtwin.core.lane import Fate
from simtwin.core.plan import Head, Plan, arrivals, slowed
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.fates import decide_fate
from simtwin.edge.data_plane.json_plan import JSON
from simtwin.edge.data_plane.limits import foresee
from simtwin.edge.data_plane.load import OverloadError
from simtwin.edge.data_plane.manner import Doc
from simtwin.edge.data_plane.replayed import replayed
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.perform import Send, perform
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord

log = logging.getLogger(__name__)

#: The plan of a request whose body parses. Raises `Rejected` where it is not valid, or a limit
#: refuses it.
Answering = Callable[[Twin, Exchange, Doc], Awaitable[Plan]]


async def planned(
    twin: Twin, exchange: Exchange, account: AccountRecord, doc: Doc | Rejected, answer: Answering
) -> Plan:
    """The plan of a request, with what is decided of it. A large document is emptied: nobody needs it.

    Args:
        twin: whose request.
        exchange: the request.
        account: who asks.
        doc: its document, or why it has none.
        answer: what answers it.

    Raises:
        MailboxFullError: too much is waiting for the key or the tenant already.
        CrashedError: an actor crashed on it.
    """
    fate = await decide_fate(twin, exchange, account, doc)
    plan = await _unfaulted(twin, exchange, fate, doc, answer)
    if exchange.body_bytes > WINDOW and isinstance(doc, dict):
        await drained(letting_go(doc))
    return _worsened(twin, exchange, account, fate, plan)


def unplanned(exchange: Exchange, error: Exception) -> Plan:
    """The answer of the twin itself to a request that it could not plan one for."""
    if isinstance(error, (MailboxFullError, OverloadError)):
        return exchange.refused_by_twin(529, str(error))
    if isinstance(error, CrashedError):
        return exchange.refused_by_twin(500, str(error))
    log.error("a request crashed", exc_info=error)
    return exchange.refused_by_twin(500, f"{type(error).__name__}: {error}")


async def carry_out(twin: Twin, plan: Plan, exchange: Exchange, send: Send) -> None:
    """Perform a plan; one that crashes is an answer that is lost, and the client sees that."""
    wire, progress = exchange.request.wire, exchange.progress
    try:
        await perform(
            plan, send, wire, progress, max_wait=twin.max_wait, waits=partial(foresee, exchange)
        )
    except Exception as error:
        # A kind of a third party, or a flaw of ours.
        log.exception("a plan crashed")
        plan = exchange.refused_by_twin(500, f"{type(error).__name__}: {error}")
        if progress.head is None:
            await perform(plan, send, wire, progress, max_wait=twin.max_wait)
        else:
            await wire.hang_up(reset=False)


def _worsened(
    twin: Twin, exchange: Exchange, account: AccountRecord, fate: Fate, plan: Plan
) -> Plan:
    """The answer with what was decided of it."""
    if exchange.share is not None and not fate.replaced:
        plan = slowed(plan, exchange.share.slowed(fate.rules))
    if not fate.fired:
        return plan
    others = twin.load.under_way(account.tenant_id) - exchange.counted
    lead: Plan = ()
    if fate.replaced and exchange.answer is not None:
        # It is charged: the upstream does the work, and nobody is told of it.
        lead, plan = arrivals(plan), stand_in(Head(200, (*JSON, *exchange.headers())))
    fired = under(fate.fired, Circumstances(exchange.model, exchange.body_bytes, others))
    if exchange.endpoint.openai:
        fired = all_spoken(fired)
    worse = compose(plan, fired, partial(draw, exchange.seed, exchange.scope, fate.ordinal))
    return chain(lead, worse)


async def _unfaulted(
    twin: Twin, exchange: Exchange, fate: Fate, doc: Doc | Rejected, answer: Answering
) -> Plan:
    """The answer as it would be, or the head of one that will not be given."""
    if exchange.mistake is not None:
        return exchange.misaddressed(exchange.mistake)
    if fate.replaced and not fate.charge:
        return stand_in(Head(200, (*JSON, *exchange.headers())))
    upstream = None if exchange.too_large else twin.upstream
    if isinstance(doc, Rejected):
        if upstream is None:
            return exchange.refused(doc.error)
        doc = {}
    try:
        if exchange.gateway is not None:
            await exchange.gateway.admits(twin, exchange)
        recorded = await replayed(twin, exchange, doc)
        if recorded is not None:
            return recorded
        if upstream is not None:
            from simtwin.edge.data_plane.forwarded import forwarded  # noqa: PLC0415  # most twins have none

            return await forwarded(twin, upstream, exchange, fate, doc)
        return await answer(twin, exchange, doc)
    except Rejected as rejected:
        return exchange.refused(rejected.error)

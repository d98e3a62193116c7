"""A request on `/v1` from its arrival to its entry in the journal.

    credentials ─► body ─► fate (key) ─► validation ─► limits (tenant) ─► reply ─► faults ─► performed

The order is fixed: what a fault replaces is never validated nor charged, and what is refused by a
limit was valid. Everything up to the plan is decided before its first step; performing it, and
whatever waits it has, happens in the task of the connection.
"""

from __future__ import annotations

import logging
from functools import partial

import attrs
import trio

from simtwin.actors.actor import CrashedError, present
from simtwin.actors.mailbox import MailboxFullError
from simtwin.actors.router import Router
from simtwin.api.errors import ApiError, Rejected, error_plan
from simtwin.api.request.decode import decode, peek
from simtwin.core import key as keys
from simtwin.core.board import Board
from simtwin.core.chance import draw
from simtwin.core.fault import compose, stand_in
from simtwin.core.journal import Journal
from simtwin.core.key import Key, Schedule
from simtwin.core.plan import Head, Plan
from simtwin.core.schedule import Asked
from simtwin.core.scope import OfKey
from simtwin.core.tenant import Tenant
from simtwin.edge.data_plane.answers import answer, answer_unknown
from simtwin.edge.data_plane.books import Books
from simtwin.edge.data_plane.endpoints import UNKNOWN, find
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.identity import identify
from simtwin.edge.data_plane.load import Load, OverloadError
from simtwin.edge.data_plane.open_keys import OpenKeys
from simtwin.edge.data_plane.request import (
    BodyTooLargeError,
    ClientLeftError,
    Request,
    read_body,
)
from simtwin.edge.epoch import Epoch
from simtwin.edge.perform import PlanError, Send, perform
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

log = logging.getLogger(__name__)


@attrs.frozen
class DataPlane:
    """What answers `/v1`.

    Args:
        keys: the actors of the keys, by api_key_id.
        tenants: the actors of the tenants, by tenant_id.
        board: the settings.
        store: credentials and records.
        journal: where every request with valid credentials is entered.
        epoch: wall time.
        open_keys: where any key is accepted, those that were seen; else None.
        marks: whether answers carry `x-simtwin-*` headers.
        strict_version: whether an unknown `anthropic-version` is refused.
        max_wait: the longest that any one wait lasts, seconds.
    """

    keys: Router[Key]
    tenants: Router[Tenant]
    board: Board
    store: Store
    journal: Journal
    epoch: Epoch
    open_keys: OpenKeys | None = None
    marks: bool = True
    strict_version: bool = False
    max_wait: float = 3600.0
    load: Load = attrs.field(factory=Load)
    books: Books = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "books", Books(self.store, self.journal, self.epoch))

    async def respond(self, request: Request, send: Send) -> None:
        """Answer a request on its own connection, and book what became of it."""
        endpoint, methods = find(request.method, request.path)
        exchange = Exchange(request, endpoint, trio.current_time())
        with trio.CancelScope() as scope:
            request.wire.watch(scope)
            try:
                plan = await self._plan(exchange, methods)
                await self._perform(plan, exchange, send)
            except ClientLeftError:
                exchange.progress.ended = "left"
            finally:
                request.wire.unwatch(scope)
                self.load.ends(exchange)
                self.books.settle(exchange)

    async def _perform(self, plan: Plan, exchange: Exchange, send: Send) -> None:
        wire = exchange.request.wire
        try:
            await perform(plan, send, wire, exchange.progress, max_wait=self.max_wait)
        except PlanError:
            raise
        except Exception:
            log.exception("a plan crashed")
            exchange.cause = "own"
            if exchange.progress.head is None:
                plan = error_plan(ApiError.of(500), exchange.headers(own=True))
                await perform(plan, send, wire, exchange.progress, max_wait=self.max_wait)
            else:
                await wire.hang_up(reset=False, flush=True)

    async def _plan(self, exchange: Exchange, methods: tuple[str, ...]) -> Plan:
        exchange.begin(self.epoch.date(), self.marks)
        try:
            return await self._decided(exchange, methods)
        except Rejected as rejected:
            return exchange.refused(rejected.error)
        except (MailboxFullError, OverloadError) as error:
            return exchange.refused_by_twin(ApiError.of(529), str(error))
        except CrashedError as error:
            return exchange.refused_by_twin(ApiError.of(500), str(error))
        except ClientLeftError:
            raise
        except Exception as error:
            log.exception("a request crashed")
            return exchange.refused_by_twin(ApiError.of(500), f"{type(error).__name__}: {error}")

    async def _decided(self, exchange: Exchange, methods: tuple[str, ...]) -> Plan:
        account = identify(exchange.request, self.store, self.open_keys)
        if isinstance(account, ApiError):
            unknown_path = exchange.endpoint is UNKNOWN and not methods
            raise Rejected(ApiError.of(404) if unknown_path else account)
        exchange.account = account
        self.load.begins(exchange)
        doc, malformed = await self._body(exchange)
        snapshot = self.board.in_force(OfKey(account.tenant_id, account.api_key_id))
        schedule = Schedule(snapshot.rules, snapshot.script, snapshot.seed, account.scope)
        endpoint, request = exchange.endpoint, exchange.request
        asked = Asked(
            endpoint.name,
            request.method,
            request.path,
            exchange.model or endpoint.argument,
            exchange.stream,
            endpoint.answers,
        )
        fate, exchange.key = await self.keys.ask_reserving(
            account.api_key_id, partial(keys.admit, asked=asked, schedule=schedule)
        )
        exchange.fated(fate, snapshot.seed, account.scope)
        plan: Plan
        if fate.replaced and not fate.charge:
            plan = stand_in(Head(200, exchange.json_headers()))
        elif malformed is not None:
            plan = exchange.refused(malformed.error)
        elif endpoint is UNKNOWN:
            plan = exchange.refused(answer_unknown(methods))
        else:
            plan = await self._served(exchange, doc, snapshot.pace)
        if not fate.fired:
            return plan
        chance = partial(draw, snapshot.seed, account.scope, fate.ordinal)
        return compose(plan, fate.fired, lambda rule: chance(f"{rule}/rewrite"))

    async def _served(self, exchange: Exchange, doc: dict[str, object], pace: object) -> Plan:
        try:
            return await answer(self, exchange, doc)
        except Rejected as rejected:
            return exchange.refused(rejected.error)

    async def _body(
        self, exchange: Exchange
    ) -> tuple[dict[str, object], Rejected | None]:
        """The request's document, or why there is none; the request has a fate all the same."""
        request = exchange.request
        try:
            body = await read_body(request, lambda size: self.load.takes(exchange, size))
        except BodyTooLargeError:
            exchange.body_at = trio.current_time()
            return {}, Rejected(ApiError.of(413))
        exchange.body_at = trio.current_time()
        if request.method != "POST":
            return {}, None
        exchange.keep_body(body)
        try:
            doc = decode(body)
        except Rejected as rejected:
            return {}, rejected
        exchange.model, exchange.stream = peek(doc)
        return doc, None

"""A batch that is to be worked off, and one request of it on its way to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.batches.envelope import parts
from simtwin.api.errors import Rejected
from simtwin.api.request.decode import decode, peek
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.address import Address
from simtwin.edge.data_plane.batches.unwired import Unwired
from simtwin.edge.data_plane.endpoints import BATCHED
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.manner import Doc, manner
from simtwin.edge.data_plane.messages import message
from simtwin.edge.data_plane.planned import planned, unplanned
from simtwin.edge.data_plane.request import Request
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin
from simtwin.store.body import keeping
from simtwin.store.records import AccountRecord

#: What each request of a batch is one of.
PATH = "/v1/messages"
#: Headers of a batch that hold for each of its requests.
_HANDED_ON = (b"anthropic-version", b"anthropic-beta", b"user-agent", b"x-simtwin-script")


@attrs.frozen
class Order:
    """A batch that is to be worked off.

    Args:
        batch: its id.
        account: whose it is.
        requests: how many it has.
        expires: when it is to have ended (loop time, s).
        address: what stood before the path of its request.
        headers: those that hold for each of its requests.
    """

    batch: str
    account: AccountRecord
    requests: int
    expires: float
    address: Address
    headers: Mapping[bytes, bytes]

    @property
    def tenant(self) -> str:
        """Whose it is."""
        return self.account.tenant_id


def handed_on(headers: Mapping[bytes, bytes]) -> Mapping[bytes, bytes]:
    """Of the headers of a batch, those that hold for each of its requests."""
    return {name: headers[name] for name in _HANDED_ON if name in headers}


@attrs.frozen(eq=False)
class Single:
    """One request of a batch, and what it is answered on.

    Args:
        custom_id: which one.
        exchange: what is known of it.
        plan: its answer.
        end: where that goes.
    """

    custom_id: str
    exchange: Exchange
    plan: Plan
    end: Unwired


async def single(twin: Twin, order: Order, element: bytes) -> Single:
    """Decide what becomes of a request of a batch; what goes wrong with it is its answer."""
    end = Unwired()
    request = Request("POST", PATH, PATH.encode(), b"", order.headers, end, _nothing, order.address)
    exchange = Exchange(
        request,
        BATCHED,
        ("POST",),
        twin.epoch.date(),
        twin.marks,
        twin.edge_headers,
        twin.run,
        next(twin.numbers),
        account=order.account,
        batch=order.batch,
    )
    exchange.custom_id, doc = await _read(exchange, element)
    try:
        plan = await planned(twin, exchange, order.account, doc, _answer)
    except Exception as error:  # noqa: BLE001  # one request is lost, and its result says so
        plan = unplanned(exchange, error)
    return Single(exchange.custom_id, exchange, plan, end)


async def _answer(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    return await message(twin, exchange, doc, manner(exchange.request, strict=twin.strict_version))


async def _read(exchange: Exchange, element: bytes) -> tuple[str, dict[str, Any] | Rejected]:
    custom_id, params = await drained(parts(element))
    exchange.body_at = exchange.first_byte
    if isinstance(params, bytes):
        exchange.body, exchange.body_bytes = await drained(keeping(params)), len(params)
        try:
            params = decode(params)
        except Rejected as rejected:
            return custom_id, rejected
        exchange.parses = True
    else:
        # Large ones are recorded as they stand in the batch: nobody has the bytes of their part.
        exchange.body, exchange.body_bytes = await drained(keeping(element)), len(element)
    exchange.model, exchange.stream = peek(params)
    return custom_id, params


async def _nothing() -> Mapping[str, Any]:
    return {"type": "http.disconnect"}

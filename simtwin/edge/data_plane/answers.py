"""What answers at each endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from simtwin.api.errors import ApiError, Rejected
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.endpoints import UNKNOWN
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.listed_models import MODELS
from simtwin.edge.data_plane.manner import Answer, Doc, manner
from simtwin.edge.data_plane.messages import MESSAGES, chat
from simtwin.edge.data_plane.organization import ORGANIZATION
from simtwin.edge.twin import Twin

#: By the name of the endpoint.
ANSWERS: Mapping[str, Answer] = {**MESSAGES, **MODELS, **ORGANIZATION}


async def answer(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    """The answer to a request whose body parses.

    Raises:
        Rejected: the request is not valid, or a limit refuses it.
    """
    if exchange.endpoint is UNKNOWN:
        raise Rejected(ApiError.of(405 if exchange.methods else 404))
    if exchange.endpoint.openai:
        return await chat(twin, exchange, doc)
    wants = manner(exchange.request, strict=twin.strict_version)
    return await ANSWERS[exchange.endpoint.name](twin, exchange, doc, wants)

"""`GET /v1/models` and `GET /v1/models/{model_id}`."""

from __future__ import annotations

from collections.abc import Mapping

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.models import info, page, resolve
from simtwin.api.pages import Query
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.manner import Answer, Doc, Manner
from simtwin.edge.twin import Twin


async def listed(_: Twin, exchange: Exchange, __: Doc, ___: Manner) -> Plan:
    """A page of the models."""
    return json_plan(exchange, page(Query(exchange.request.query)))


async def retrieved(_: Twin, exchange: Exchange, __: Doc, ___: Manner) -> Plan:
    """One model, by its id or an alias."""
    name = exchange.endpoint.arguments["model_id"]
    model = resolve(name)
    if model is None:
        raise Rejected(ApiError.of(404, f"model: {name}"))
    return json_plan(exchange, info(model))


MODELS: Mapping[str, Answer] = {"models": listed, "models_retrieve": retrieved}

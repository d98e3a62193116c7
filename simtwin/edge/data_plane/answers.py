"""What answers at each endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from simtwin.api.errors import ApiError, Rejected
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.batches.asked import BATCHES
from simtwin.edge.data_plane.endpoints import UNKNOWN
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.listed_models import MODELS
from simtwin.edge.data_plane.manner import Answer, Doc, Manner, manner
from simtwin.edge.data_plane.messages import MESSAGES, chat
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin

#: What most twins are asked for, by the name of the endpoint.
ANSWERS: Mapping[str, Answer] = {**MESSAGES, **BATCHES, **MODELS}


@cache
def _others() -> Mapping[str, Answer]:
    """What is kept for organizations, which is imported by whoever first asks for it."""
    from simtwin.edge.data_plane.files import FILES  # noqa: PLC0415  # the above
    from simtwin.edge.data_plane.organization import ORGANIZATION  # noqa: PLC0415  # likewise
    from simtwin.edge.data_plane.skills import SKILLS  # noqa: PLC0415  # likewise

    return {**FILES, **SKILLS, **ORGANIZATION}


#: What is said of ids that nobody made, and of values that nobody would give.
_UNREAL = (400, 404)
#: Of a model nothing is asked here but a text.
_OLDER = ("complete",)


async def answer(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    """The answer to a request whose body parses.

    Where every id is to exist, a resource that there is not is as the API's types would have it; and
    of a message whose settings contradict each other the question is answered.

    Raises:
        Rejected: the request is not valid, or a limit refuses it.
    """
    if exchange.endpoint is UNKNOWN:
        raise Rejected(ApiError.of(405 if exchange.methods else 404))
    if exchange.endpoint.openai:
        return await chat(twin, exchange, doc)
    wants = manner(exchange.request, strict=twin.strict_version)
    try:
        found = ANSWERS.get(exchange.endpoint.name, _other)
        return await found(twin, exchange, doc, wants)
    except Rejected as rejected:
        if not twin.open_world or rejected.error.status not in _UNREAL:
            raise
        plan = await _instead(twin, exchange, doc, wants)
        if plan is None:
            raise
        return plan


async def _other(twin: Twin, exchange: Exchange, doc: Doc, wants: Manner) -> Plan:
    found = _others().get(exchange.endpoint.name)
    if found is not None:
        return await found(twin, exchange, doc, wants)
    # The long tail, which takes as long to import as all of the rest of this plane.
    from simtwin.edge.data_plane.resources import resource  # noqa: PLC0415  # the above

    return await resource(twin, exchange, doc, wants)


async def _instead(twin: Twin, exchange: Exchange, doc: Doc, wants: Manner) -> Plan | None:
    """What is answered in a world in which every id exists; None for the refusal all the same."""
    from simtwin.api.request.bare import bare  # noqa: PLC0415  # few live in such a world
    from simtwin.edge.data_plane.resources import exemplified  # noqa: PLC0415  # likewise

    name = exchange.endpoint.name
    if name not in MESSAGES:
        return exemplified(twin, exchange, doc, wants)
    if name in _OLDER:
        return None
    work = bare(doc, wants.version, wants.betas, counts=name == "count_tokens")
    return await MESSAGES[name](twin, exchange, await drained(work), wants)

"""What is asked of a model: messages in every form, and how many tokens one would have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.actors.actor import present
from simtwin.api.answer import MESSAGE, Form, curve, json_answer, sse_answer
from simtwin.api.complete.completion import COMPLETE
from simtwin.api.complete.request import translate as translate_prompt
from simtwin.api.model import Model
from simtwin.api.openai.completion import CHAT, CHAT_WITH_USAGE
from simtwin.api.openai.request import reading
from simtwin.api.openai.spoken import spoken
from simtwin.api.pacing import Pace, Pacing
from simtwin.api.reply.asked.edits import edited
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.spec import spec
from simtwin.api.reply.usage import BATCH
from simtwin.api.request.measure import Measured, measure
from simtwin.api.request.parse import MessagesRequest, parsing, parsing_count
from simtwin.api.request.prefix import cacheable
from simtwin.api.request.rules.summaries import without_summarized
from simtwin.api.tiers import COUNT_TOKENS
from simtwin.api.version import OLDER
from simtwin.core.plan import Head, Plan
from simtwin.core.pools import Ask
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.filed import filed
from simtwin.edge.data_plane.json_plan import JSON, json_plan
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.manner import Answer, Doc, Manner, names_of_betas
from simtwin.edge.data_plane.production import Production
from simtwin.edge.data_plane.prompt_cache import NOT_LOOKED, Looked, look_up
from simtwin.edge.data_plane.scripted import scripted
from simtwin.edge.data_plane.times import given_back
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin

_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))
# Of the older completions there never was another edition, nor a beta.
_PLAIN = Manner(OLDER, frozenset())


async def chat(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    """A chat completion: clients of OpenAI's name no version, and use parameters of the older one."""
    asked = await drained(reading(doc))
    manner = Manner(OLDER, names_of_betas(exchange.request))
    form = CHAT_WITH_USAGE if asked.tells_usage else CHAT
    return spoken(await message(twin, exchange, asked.doc, manner, form=form))


async def _complete(twin: Twin, exchange: Exchange, doc: Doc, _: Manner) -> Plan:
    return await message(twin, exchange, translate_prompt(doc), _PLAIN, form=COMPLETE)


async def message(
    twin: Twin, exchange: Exchange, doc: Doc, manner: Manner, *, form: Form = MESSAGE
) -> Plan:
    """A message, written in the form of whoever asks.

    Raises:
        Rejected: the request is not valid, or a limit refuses it.
    """
    betas = manner.betas
    request = await drained(parsing(doc, manner.version, betas))
    whole, size = await filed(twin, exchange, doc)
    if whole is not doc:
        request, doc = await drained(parsing(whole, manner.version, betas)), whole
    read = without_summarized(doc, betas)
    measured = await drained(measure(doc, size, read))
    exchange.fingerprint, exchange.messages = measured.fingerprint, measured.turns
    looked = await _looked(twin, exchange, request, measured, size)
    what = spec(request, exchange.seed, measured, betas, looked.cached)
    reply = compose_reply(what, await scripted(twin, exchange, doc))
    if exchange.batch is not None:
        reply = attrs.evolve(reply, tier=BATCH)
    charged = looked.charged(measured.input_tokens, request.model)
    pace = _pace(exchange, request.model, measured.input_tokens - looked.cached.read)
    foreseen = curve(reply, pace, present())
    ask = Ask(request.model.pool, exchange.hold, charged, foreseen)
    with given_back(exchange):
        limits = await admitted(twin, exchange, ask, looked.use(exchange, foreseen.start))
    exchange.reply, exchange.production = reply, Production(foreseen)
    exchange.input = Tokens(reply.input.fresh, reply.input.written, reply.input.read)
    common = (*limits, *exchange.message_headers(twin.wall()))
    if request.stream:
        head = Head(200, (*_STREAM, *common))
        return sse_answer(reply, pace, head, exchange.ids, exchange.rng(), form=form)
    body = exchange.message if form is MESSAGE else partial(form.json, reply, exchange.ids)
    return json_answer(reply, pace, Head(200, (*JSON, *common)), body)


async def _looked(
    twin: Twin, exchange: Exchange, request: MessagesRequest, measured: Measured, size: int
) -> Looked:
    """What there is of the prompt in the cache, where the request wants it to be cached."""
    if not request.breakpoints:
        return NOT_LOOKED
    tokens = measured.input_tokens
    work = cacheable(request.doc, request.model, request.breakpoints, tokens, size)
    return await look_up(twin, exchange, await drained(work))


async def _count(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    betas = manner.betas
    await drained(parsing_count(doc, manner.version, betas))
    doc, size = await filed(twin, exchange, doc)
    read = without_summarized(doc, betas)
    measured = await drained(measure(doc, size, read))
    limits = await admitted(twin, exchange, Ask(COUNT_TOKENS, exchange.hold, 0, None))
    counted: dict[str, Any] = {"input_tokens": measured.input_tokens}
    if doc.get("context_management") is not None:
        original = measured.input_tokens
        if read is not doc:
            original = (await drained(measure(doc, size))).input_tokens
        counted["input_tokens"] -= edited(doc, betas, original).cleared
        counted["context_management"] = {"original_input_tokens": original}
    return json_plan(exchange, counted, limits)


def _pace(exchange: Exchange, model: Model, input_tokens: int) -> Pace:
    assert exchange.in_force is not None, "answers are for accounts"  # noqa: S101
    pacing: Pacing = exchange.in_force.pace
    return pacing.draw(model.line, input_tokens, partial(exchange.rng, "pace"))


MESSAGES: Mapping[str, Answer] = {
    "messages": message,
    "complete": _complete,
    "count_tokens": _count,
}

"""What each endpoint answers: a valid request becomes a plan."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import msgspec

from simtwin.actors.actor import present
from simtwin.api.answer import MESSAGE, Form, curve, json_answer, sse_answer
from simtwin.api.complete.completion import COMPLETE
from simtwin.api.complete.request import translate as translate_prompt
from simtwin.api.errors import ApiError, Rejected
from simtwin.api.model import Model
from simtwin.api.models import info, page, resolve
from simtwin.api.openai.completion import CHAT, CHAT_WITH_USAGE
from simtwin.api.openai.request import reading
from simtwin.api.openai.spoken import spoken
from simtwin.api.pacing import Pace, Pacing
from simtwin.api.reply.asked.edits import edited
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.spec import spec
from simtwin.api.request.betas import QUERY
from simtwin.api.request.measure import Measured, measure
from simtwin.api.request.parse import MessagesRequest, parsing, parsing_count
from simtwin.api.request.prefix import cacheable
from simtwin.api.request.rules.summaries import without_summarized
from simtwin.api.tiers import COUNT_TOKENS
from simtwin.api.version import OLDER
from simtwin.api.version import resolve as resolve_version
from simtwin.core.plan import Chunk, End, Head, Plan
from simtwin.core.pools import Ask
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.limits import admitted
from simtwin.edge.data_plane.production import Production
from simtwin.edge.data_plane.prompt_cache import NOT_LOOKED, Looked, look_up
from simtwin.edge.data_plane.scripted import scripted
from simtwin.edge.data_plane.times import given_back
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin

Doc = Mapping[str, Any]

_encode = msgspec.json.Encoder().encode


async def answer(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    """The answer to a request whose body parses.

    Raises:
        Rejected: the request is not valid, or a limit refuses it.
    """
    request = exchange.request
    if exchange.endpoint.openai:
        return await _chat(twin, exchange, doc)
    version = resolve_version(request.header(b"anthropic-version"), strict=twin.strict_version)
    betas = _betas(request.header(b"anthropic-beta"))
    if request.query and b"beta=true" in request.query.split(b"&"):
        betas |= {QUERY}
    match exchange.endpoint.name:
        case "messages":
            return await _message(twin, exchange, doc, version, betas)
        case "complete":
            # There never was another edition of it, nor a beta.
            asked = translate_prompt(doc)
            return await _message(twin, exchange, asked, OLDER, frozenset(), form=COMPLETE)
        case "count_tokens":
            return await _count(twin, exchange, doc, version, betas)
        case "models":
            return _json(exchange, _models(request.query))
        case _:
            return _json(exchange, _model(exchange.endpoint.argument or ""))


async def _chat(twin: Twin, exchange: Exchange, doc: Doc) -> Plan:
    """A chat completion: clients of OpenAI's name no version, and use parameters of the older one."""
    asked = await drained(reading(doc))
    betas = _betas(exchange.request.header(b"anthropic-beta"))
    form = CHAT_WITH_USAGE if asked.tells_usage else CHAT
    return spoken(await _message(twin, exchange, asked.doc, OLDER, betas, form=form))


async def _message(
    twin: Twin,
    exchange: Exchange,
    doc: Doc,
    version: str,
    betas: frozenset[str],
    *,
    form: Form = MESSAGE,
) -> Plan:
    request = await drained(parsing(doc, version, betas))
    read = without_summarized(doc, betas)
    measured = await drained(measure(doc, exchange.body_bytes, read))
    exchange.fingerprint, exchange.messages = measured.fingerprint, measured.turns
    looked = await _looked(twin, exchange, request, measured)
    what = spec(request, exchange.seed, measured, betas, looked.cached)
    reply = compose_reply(what, await scripted(twin, exchange, doc))
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
    return json_answer(reply, pace, Head(200, (*_JSON, *common)), body)


async def _looked(
    twin: Twin, exchange: Exchange, request: MessagesRequest, measured: Measured
) -> Looked:
    """What there is of the prompt in the cache, where the request wants it to be cached."""
    if not request.breakpoints:
        return NOT_LOOKED
    tokens, size = measured.input_tokens, exchange.body_bytes
    work = cacheable(request.doc, request.model, request.breakpoints, tokens, size)
    return await look_up(twin, exchange, await drained(work))


async def _count(
    twin: Twin, exchange: Exchange, doc: Doc, version: str, betas: frozenset[str]
) -> Plan:
    await drained(parsing_count(doc, version, betas))
    read = without_summarized(doc, betas)
    measured = await drained(measure(doc, exchange.body_bytes, read))
    limits = await admitted(twin, exchange, Ask(COUNT_TOKENS, exchange.hold, 0, None))
    counted: dict[str, Any] = {"input_tokens": measured.input_tokens}
    if doc.get("context_management") is not None:
        original = measured.input_tokens
        if read is not doc:
            original = (await drained(measure(doc, exchange.body_bytes))).input_tokens
        counted["input_tokens"] -= edited(doc, betas, original).cleared
        counted["context_management"] = {"original_input_tokens": original}
    return (Head(200, (*_JSON, *limits, *exchange.headers())), Chunk(_encode(counted)), End())


def _models(query: bytes) -> dict[str, Any]:
    given = parse_qs(query.decode("latin-1"), keep_blank_values=True)
    stages = [*given.get("lifecycle[]", ()), *given.get("lifecycle", ())]
    last = {name: values[-1] for name, values in given.items()}
    return page(last.get("limit", "20"), last.get("after_id"), last.get("before_id"), stages)


def _model(name: str) -> dict[str, Any]:
    model = resolve(name)
    if model is None:
        raise Rejected(ApiError.of(404, f"model: {name}"))
    return info(model)


_JSON = (("content-type", "application/json"),)
_STREAM = (("content-type", "text/event-stream; charset=utf-8"), ("cache-control", "no-cache"))


def _json(exchange: Exchange, doc: dict[str, Any]) -> Plan:
    return (Head(200, (*_JSON, *exchange.headers())), Chunk(_encode(doc)), End())


def _pace(exchange: Exchange, model: Model, input_tokens: int) -> Pace:
    assert exchange.in_force is not None, "answers are for accounts"  # noqa: S101
    pacing: Pacing = exchange.in_force.pace
    return pacing.draw(model.line, input_tokens, partial(exchange.rng, "pace"))


def _betas(header: str | None) -> frozenset[str]:
    return frozenset(name.strip() for name in header.split(",")) if header else frozenset()

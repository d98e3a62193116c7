"""What an answer depends on: the request without its body."""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import Any

import attrs

from simtwin.api.models import answer_name
from simtwin.api.reply.asked.cited import citations
from simtwin.api.reply.asked.edits import edited
from simtwin.api.reply.asked.last_turn import REDACTED, REFUSAL, dangling, last_text, url_in
from simtwin.api.reply.asked.length import length_asked
from simtwin.api.reply.asked.window import CUT_BY_REQUEST, room
from simtwin.api.reply.prose import USUAL, Length
from simtwin.api.reply.said import Json
from simtwin.api.reply.served.offers import Used, eager, used
from simtwin.api.reply.signature import UNBOUND
from simtwin.api.reply.turn import PLAIN, Turn
from simtwin.api.reply.usage import InputUsage
from simtwin.api.reply.values.tool_input import make_value
from simtwin.api.request.betas import THRESHOLD
from simtwin.api.request.measure import Measured
from simtwin.api.request.parse import MessagesRequest
from simtwin.api.request.thinking import Thinking
from simtwin.core.cache import NOT_CACHED, Cached

#: A longer stop sequence occurs in no answer.
_LONGEST_STOP = 1_000
#: Models made before 2026 (up to 4.5) are recorded without a place of inference.
_FIRST_YEAR_WITH_GEO = "2026"

_INTERLEAVED = "interleaved-thinking-2025-05-14"
_FINE_GRAINED = "fine-grained-tool-streaming-2025-05-14"
#: Before them, models think on after a tool's result only with the beta.
_FIRST_ADAPTIVE = "2026"

#: Opus 4.7: from then on models keep their thinking to themselves unless asked to show it.
_FIRST_HIDDEN = "2026-04-16"

#: Fields without which, and without tools, a turn is plain.
_SHAPING = frozenset(
    (
        "container",
        "compaction",
        "context_management",
        "diagnostics",
        "mcp_servers",
        "output_config",
        "output_format",
        "speed",
        "tools",
    )
)


@attrs.frozen
class ReplySpec:
    """All that an answer depends on, without the request that it came from.

    Args:
        source: the seed and the fingerprint, from which all is drawn.
        model: the model's name as the answer gives it.
        geo: where inference runs, as usage tells it.
        input: what the request costs.
        max_tokens: the most output tokens.
        stop_sequences: texts before which the answer ends.
        thinking: the thinking to begin with, None for none.
        turn: what else the answer is to hold.
        limit: why it ends at `max_tokens`.
        prefix: the digest of the conversation that what is thought is bound to.
        length: how long a text is that nobody else decides.
    """

    source: bytes
    model: str
    geo: str
    input: InputUsage
    max_tokens: int
    stop_sequences: tuple[str, ...] = ()
    thinking: Thinking | None = None
    turn: Turn = PLAIN
    limit: str = CUT_BY_REQUEST
    length: Length = USUAL
    prefix: bytes = UNBOUND

    @property
    def input_tokens(self) -> int:
        """What the request costs that no cache has."""
        return self.input.fresh


def spec(
    request: MessagesRequest,
    seed: int,
    measured: Measured,
    betas: Collection[str] = (),
    cached: Cached = NOT_CACHED,
) -> ReplySpec:
    """What the answer to a request depends on.

    Args:
        request: the request.
        seed: by which everything is drawn.
        measured: what it counts.
        betas: those that it names.
        cached: what of it is read from the cache, and what written to it.

    Raises:
        Rejected: the request is larger than the model's context window.
    """
    source = b"%d/%s/" % (seed, measured.fingerprint)
    model = request.model
    geo = "global" if model.created_at[:4] >= _FIRST_YEAR_WITH_GEO else "not_available"
    most, limit = room(model, measured.input_tokens, request.max_tokens, betas)
    text = last_text(request.doc["messages"])
    turn = _turn(request, text, source, measured.input_tokens, betas)
    return ReplySpec(
        source,
        answer_name(request.model_name, model),
        "us" if request.doc.get("inference_geo") == "us" else geo,
        InputUsage(
            max(0, measured.input_tokens - cached.read - cached.written - turn.cleared),
            cached.read,
            cached.five_minutes,
            cached.hour,
        ),
        most,
        tuple(stop for stop in request.stop_sequences if len(stop) <= _LONGEST_STOP),
        _thinking(request, betas),
        turn,
        limit,
        length_asked(text) or USUAL,
        request.bound.prefix,
    )


def _thinking(request: MessagesRequest, betas: Collection[str]) -> Thinking | None:
    """The thinking to begin with: after a tool's result only where thinking is interleaved."""
    thinking, config = request.thinking, request.doc.get("thinking")
    if config is None:
        return thinking
    if config["type"] == "between_tools" and request.last_is_tool_result:
        thinking = Thinking()
    if thinking is None or (request.last_is_tool_result and not _interleaves(request, betas)):
        return None
    hidden = config.get("display") is None and request.model.created_at >= _FIRST_HIDDEN
    return attrs.evolve(thinking, shown=False) if hidden else thinking


def _interleaves(request: MessagesRequest, betas: Collection[str]) -> bool:
    return (
        request.model.created_at[:4] >= _FIRST_ADAPTIVE
        or _INTERLEAVED in betas
        or (request.thinking is not None and request.thinking.budget is None)
    )


def _turn(
    request: MessagesRequest, text: str, source: bytes, tokens: int, betas: Collection[str]
) -> Turn:
    doc = request.doc
    refuses, redacted = REFUSAL in text, REDACTED in text
    cited = citations(doc["messages"])
    resumes = dangling(doc["messages"])
    shaped = betas or not _SHAPING.isdisjoint(doc)
    if not (shaped or refuses or redacted or cited or resumes or request.bound.dropped):
        return PLAIN
    edits = edited(doc, betas, tokens)
    asked = doc.get("compaction") is not None
    uses = used(request, source, lambda: url_in(text)) if resumes is None else Used()
    output = doc.get("output_config") or {}
    return Turn(
        calls=uses.calls,
        code=uses.code,
        finishes=uses.finishes,
        forced=request.tool_choice.forced,
        served=uses.served,
        eager=None if _FINE_GRAINED in betas else eager(request),
        form=_form(output.get("format") or doc.get("output_format"), source),
        citations=cited,
        refuses=refuses,
        redacted=redacted,
        interleaved=_interleaves(request, betas),
        compacts=edits.compacts or asked,
        pauses="compaction" if edits.pauses or asked else _pause(uses, source),
        signs=asked,
        resumes=resumes,
        edits=edits.told,
        cleared=edits.cleared + request.bound.dropped,
        transformations=request.bound.told,
        # "With the compaction beta enabled, every response includes usage.iterations" (docs, 2026-08).
        iterates=edits.compacts
        or THRESHOLD in betas
        or output.get("task_budget") is not None
        or _advised(doc),
        container=_container(doc.get("container")),
        skills=_skills(doc.get("container")),
        speed=doc.get("speed"),
        diagnosed=doc.get("diagnostics") is not None,
    )


def _form(form: object, source: bytes) -> tuple[Any, ...]:
    """A value of the form that the text is to have, in a tuple; empty for any text."""
    schema = form.get("schema") if isinstance(form, dict) else None
    if not isinstance(schema, dict):
        return ()
    return (make_value(schema, Random(source + b"form")),)


def _pause(uses: Used, source: bytes) -> str | None:
    """A turn of many searches is paused now and then, as recorded ones are after ten."""
    searches = any(each.tool.startswith("web_search_") and each.times > 1 for each in uses.served)
    return "pause_turn" if searches and Random(source + b"pause").random() < 1 / 8 else None


def _advised(doc: Json) -> bool:
    tools = doc.get("tools") or ()
    return any(str(tool.get("type")).startswith("advisor_") for tool in tools)


def _skills(container: object) -> tuple[Json, ...]:
    """The skills of a container as an answer tells of them; without a version the latest is meant."""
    named = container.get("skills") if isinstance(container, dict) else None
    return tuple(
        {
            "skill_id": skill["skill_id"],
            "type": skill["type"],
            "version": skill.get("version", "latest"),
        }
        for skill in named or ()
    )


def _container(container: object) -> str | None:
    if isinstance(container, dict):
        container = container.get("id")
    return container if isinstance(container, str) else None

"""Every field of a request beside the turns: what it may be, for each edition and endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from simtwin.api.request.shape.blocks import EFFORT
from simtwin.api.request.shape.check import (
    Array,
    Check,
    Either,
    Maybe,
    literal,
    mapping,
    no_less,
    sized,
    text,
    truth,
    within,
)
from simtwin.api.request.shape.common import (
    CACHE_CONTROL,
    TEXTS,
    maybe_text,
    maybe_truth,
    texts,
)
from simtwin.api.request.shape.record import Record, Tagged, only
from simtwin.api.request.shape.tool_table import TOOLS
from simtwin.api.request.thinking import LEAST_BUDGET

#: Of the prompt for a summary, in characters (platform.claude.com, compaction on demand, 2026-09).
_LONGEST_INSTRUCTIONS = 16_384
#: Of a model's name, in characters: the API's own limit (API reference, "Messages", `model`).
_LONGEST_MODEL = 256
#: "Maximum of 8 skills per request" (platform.claude.com, skills guide, 2026-08).
_MOST_SKILLS = 8

_BINDING: dict[str, Check] = {
    "block_binding": Maybe(
        Record({}, {"prefix_mismatch_behavior": Maybe(literal("error", "drop_block"))})
    )
}
_DISPLAY: dict[str, Check] = {
    "display": Maybe(literal("summarized", "omitted", "updates")),
    **_BINDING,
}
THINKING = Tagged(
    {
        "adaptive": Record({}, _DISPLAY),
        "between_tools": Record({}),
        "disabled": Record({}),
        "enabled": Record({"budget_tokens": no_less(LEAST_BUDGET)}, _DISPLAY),
    }
)

_PARALLEL: dict[str, Check] = {"disable_parallel_tool_use": truth}
TOOL_CHOICE = Tagged(
    {
        "any": Record({}, _PARALLEL),
        "auto": Record({}, _PARALLEL),
        "none": Record({}),
        "tool": Record({"name": text}, _PARALLEL),
    }
)

JSON_FORMAT = Maybe(only("json_schema", Record({"schema": mapping})))
_TASK_BUDGET = only("tokens", Record({"total": no_less(1)}, {"remaining": Maybe(no_less(0))}))
OUTPUT_CONFIG = Record(
    {}, {"effort": Maybe(EFFORT), "format": JSON_FORMAT, "task_budget": Maybe(_TASK_BUDGET)}
)

_count = Record({"value": no_less(0)})
_in_tokens = only("input_tokens", _count)
_in_uses = only("tool_uses", _count)
_all = literal("all")
_turns = Tagged({"all": Record({}), "thinking_turns": _count})


def _kept(value: object) -> str | None:
    return _all(value) if isinstance(value, str) else _turns(value)


_CONTEXT = Record(
    {},
    {
        "edits": Array(
            Tagged(
                {
                    "clear_thinking_20251015": Record(
                        {},
                        {"keep": _kept},
                    ),
                    "clear_tool_uses_20250919": Record(
                        {},
                        {
                            "clear_at_least": Maybe(_in_tokens),
                            "clear_tool_inputs": Maybe(
                                lambda value: None if type(value) is bool else texts(value)
                            ),
                            "exclude_tools": Maybe(texts),
                            "keep": _in_uses,
                            "trigger": Tagged({"input_tokens": _count, "tool_uses": _count}),
                        },
                    ),
                    "compact_20260112": Record(
                        {},
                        {
                            "instructions": maybe_text,
                            "pause_after_compaction": truth,
                            "trigger": Maybe(_in_tokens),
                        },
                    ),
                }
            )
        )
    },
)

_SERVERS = Array(
    Record(
        # The SDK's own tests send "url" as the URL.
        {"name": text, "type": literal("url"), "url": text},
        {
            "authorization_token": maybe_text,
            "tool_configuration": Maybe(
                Record({}, {"allowed_tools": Maybe(texts), "enabled": maybe_truth})
            ),
        },
    )
)
_SKILL = Record(
    {"skill_id": sized(1, 64), "type": literal("anthropic", "custom")}, {"version": text}
)
_CONTAINER = Either(Record({}, {"id": maybe_text, "skills": Maybe(Array(_SKILL, _MOST_SKILLS))}))
_SPEED = Maybe(literal("fast", "standard"))

_FALLBACK = Record(
    {"model": text},
    {
        "max_tokens": Maybe(no_less(1)),
        "output_config": Maybe(OUTPUT_CONFIG),
        "speed": _SPEED,
        "thinking": Maybe(THINKING),
    },
)


def _fallbacks(value: object) -> str | None:
    return None if value == "default" else Array(_FALLBACK)(value)


#: Fields of both endpoints, in the order in which they are looked at. The turns are not among them.
_COMMON: dict[str, Check] = {
    "model": sized(1, _LONGEST_MODEL),
    # A null here is refused, unlike in the other fields (lastmile-ai/mcp-agent#347, 2025-07).
    "system": Either(TEXTS),
    "tools": Maybe(Array(TOOLS)),
    "tool_choice": Maybe(TOOL_CHOICE),
    "thinking": Maybe(THINKING),
    "output_config": Maybe(OUTPUT_CONFIG),
    # Before 2026 the format stood here; the API still takes it.
    "output_format": JSON_FORMAT,
    "cache_control": CACHE_CONTROL,
    "context_management": Maybe(_CONTEXT),
    "mcp_servers": Maybe(_SERVERS),
    "speed": _SPEED,
    "compaction": Maybe(
        only("summarize", Record({}, {"instructions": Maybe(sized(0, _LONGEST_INSTRUCTIONS))}))
    ),
    "billing_policy": Maybe(
        only("billing_policy", Record({}, {"bill_to": literal("self", "user_profile")}))
    ),
}

#: "range: 0..1" seen in 2026 (mnfst/modelparams.dev#238).
SAMPLING: dict[str, Check] = {
    "temperature": Maybe(within(0, 1)),
    "top_k": Maybe(no_less(0)),
    "top_p": Maybe(within(0, 1)),
}

_ANSWERED: dict[str, Check] = {
    # None at all only warms the cache.
    "max_tokens": no_less(0),
    "stop_sequences": Maybe(texts),
    "stream": maybe_truth,
    "metadata": Maybe(Record({}, {"user_id": Maybe(sized(0, 256))})),
    "container": Maybe(_CONTAINER),
    "service_tier": Maybe(literal("auto", "standard_only")),
    "inference_geo": maybe_text,
    "diagnostics": Maybe(Record({}, {"previous_message_id": maybe_text})),
    "fallbacks": Maybe(_fallbacks),
    "fallback_credit_token": Maybe(
        Either(Record({"token": text}, {"mode": literal("strict", "best_effort")}))
    ),
    "thread": Maybe(
        Tagged({"create": Record({}), "continue": Record({"previous_message_id": text})})
    ),
}

COUNT: Mapping[str, Check] = _COMMON
#: The edition of 2026-10-21 does not know the sampling parameters; its words are not known, these are
#: those for an unknown field.
MESSAGES: Mapping[str, Check] = {**_COMMON, **_ANSWERED}
MESSAGES_BEFORE: Mapping[str, Check] = {**MESSAGES, **SAMPLING}

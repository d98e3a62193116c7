"""The models by name, and as `GET /v1/models` shows them."""

from __future__ import annotations

from typing import Any

from simtwin.api.model import Model
from simtwin.api.model_table import CURRENT
from simtwin.api.pages import Query, by_ids
from simtwin.api.retired_models import RETIRED

__all__ = ["MODELS", "Model", "answer_name", "info", "page", "resolve"]

#: Newest first.
MODELS: tuple[Model, ...] = tuple(
    sorted((*CURRENT, *RETIRED), key=lambda model: model.created_at, reverse=True)
)

_LIFECYCLES = ("active", "deprecated", "retired")
_BY_NAME = {
    **{alias: model for model in MODELS for alias in model.aliases},
    **{model.id: model for model in MODELS},
}


def resolve(name: str) -> Model | None:
    """The model that answers to `name`, an id or an alias; None where there is none."""
    return _BY_NAME.get(name)


def answer_name(name: str, model: Model) -> str:
    """What an answer gives as its `model` when `model` was asked for as `name`.

    The id that an alias stands for, as in every recording of `claude-sonnet-4-5`,
    `claude-haiku-4-5` and `claude-sonnet-4-0` (2025-06 to 2026-08); but a `-latest` as it was
    asked for (`claude-3-5-haiku-latest`, recorded 2025-05-13; `claude-3-7-sonnet-latest`).
    """
    return name if name.endswith("-latest") else model.id


def info(model: Model) -> dict[str, Any]:
    """The ModelInfo of a model (Python SDK 2.12.0, `types/model_info.py`)."""
    return {
        "type": "model",
        "id": model.id,
        "display_name": model.display_name,
        "created_at": model.created_at,
        "max_input_tokens": model.max_input_tokens,
        "max_tokens": model.max_tokens,
        "lifecycle": model.lifecycle,
        "deprecated_at": model.deprecated_at,
        "retires_at": model.retires_at,
        "line": model.line,
        "capabilities": _capabilities(model),
    }


def page(query: Query) -> dict[str, Any]:
    """A page of `GET /v1/models`, newest first.

    Retired models appear only where `lifecycle` asks for them (Python SDK 2.12.0,
    `types/model_list_params.py`).

    Args:
        query: `limit`, `after_id`, `before_id`, and `lifecycle`: the stages to list, where none is
            active and deprecated.

    Raises:
        Rejected: a 400 for a limit or lifecycle that cannot be.
    """
    wanted = query.some_of("lifecycle", _LIFECYCLES) or ("active", "deprecated")
    return by_ids([info(model) for model in MODELS if model.lifecycle in wanted], query)


def _capabilities(model: Model) -> dict[str, Any]:
    thinking, effort, has = set(model.thinking), set(model.effort), model.features
    edits = ("clear_thinking_20251015", "clear_tool_uses_20250919", "compact_20260112")
    return {
        "batch": _supported("batch" in has),
        "citations": _supported("citations" in has),
        "code_execution": _supported("code_execution" in has),
        "context_management": {
            **_supported(not has.isdisjoint(edits)),
            **{edit: _supported(edit in has) for edit in edits},
        },
        "effort": {
            **_supported(bool(effort)),
            **{
                level: _supported(level in effort)
                for level in ("low", "medium", "high", "xhigh", "max")
            },
        },
        "image_input": _supported("image_input" in has),
        "pdf_input": _supported("pdf_input" in has),
        "server_tools": {
            **_supported(not has.isdisjoint(("server_code_execution", "web_search"))),
            "code_execution": _supported("server_code_execution" in has),
            "web_search": _supported("web_search" in has),
        },
        "structured_outputs": _supported("structured_outputs" in has),
        "thinking": {
            **_supported(bool(thinking)),
            "types": {
                "adaptive": _supported("adaptive" in thinking),
                "between_tools": _supported("between_tools" in thinking),
                # A model that does not think takes "disabled": that is what it does.
                "disabled": _supported("disabled" in thinking or not thinking),
                "enabled": _supported("enabled" in thinking),
            },
        },
    }


def _supported(supported: bool) -> dict[str, Any]:
    return {"supported": supported}

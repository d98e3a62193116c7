"""The models by name, and as `GET /v1/models` shows them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.model import Model
from simtwin.api.model_table import CURRENT
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


def page(
    limit: int | str = 20,
    after_id: str | None = None,
    before_id: str | None = None,
    lifecycle: Collection[str] = (),
) -> dict[str, Any]:
    """A page of `GET /v1/models`, newest first.

    Retired models appear only where `lifecycle` asks for them (Python SDK 2.12.0,
    `types/model_list_params.py`). A cursor that names no model of the list has nothing behind it.

    Args:
        limit: 1 to 1000, as it stands in the query.
        after_id: the page begins after this model.
        before_id: the page ends before this model; the last `limit` before it.
        lifecycle: the stages to list; none is active and deprecated.

    Raises:
        Rejected: a 400 for a limit or lifecycle that cannot be.
    """
    size = _limit(limit)
    for place, stage in enumerate(lifecycle):
        if stage not in _LIFECYCLES:
            raise invalid(f"lifecycle.{place}: Input should be 'active', 'deprecated' or 'retired'")
    wanted = lifecycle or ("active", "deprecated")
    models = [model for model in MODELS if model.lifecycle in wanted]
    if after_id is not None:
        models = models[_place(models, after_id, len(models)) + 1 :]
    if before_id is not None:
        models = models[: _place(models, before_id, 0)]
    backwards = before_id is not None and after_id is None
    shown = models[-size:] if backwards else models[:size]
    return {
        "data": [info(model) for model in shown],
        "has_more": len(models) > size,
        "first_id": shown[0].id if shown else None,
        "last_id": shown[-1].id if shown else None,
    }


def _limit(limit: int | str) -> int:
    try:
        size = int(limit)
    except ValueError:
        raise invalid(
            "limit: Input should be a valid integer, unable to parse string as an integer"
        ) from None
    if size < 1:
        raise invalid("limit: Input should be greater than or equal to 1")
    if size > 1000:
        raise invalid("limit: Input should be less than or equal to 1000")
    return size


def _place(models: list[Model], name: str, otherwise: int) -> int:
    return next((place for place, model in enumerate(models) if model.id == name), otherwise)


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

"""Thinking, effort, sampling and force: what each model takes, in the words of the API."""

from __future__ import annotations

from typing import Any

import pytest
from refusing import is_taken, said

from simtwin.api.models import resolve
from simtwin.api.request.rules.effort import INTERLEAVED
from simtwin.api.request.rules.generation import generation

GO: dict[str, Any] = {"name": "go", "input_schema": {"type": "object"}}
ENABLED = {"type": "enabled", "budget_tokens": 1_024}
FORCED = {"tools": [GO], "tool_choice": {"type": "any"}}


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("claude-opus-4-7", (4, 7)),
        ("claude-opus-4-5-20251101", (4, 5)),
        ("claude-sonnet-4-20250514", (4, 0)),
        ("claude-3-7-sonnet-20250219", (3, 7)),
        ("claude-3-opus-20240229", (3, 0)),
        ("claude-2.1", (2, 1)),
        ("claude-fable-5", (5, 0)),
        ("claude-haiku-5-5", (5, 5)),
    ],
)
def test_a_model_has_the_number_in_its_name(name: str, number: tuple[int, int]) -> None:
    model = resolve(name)

    assert model is not None
    assert generation(model) == number


@pytest.mark.parametrize(
    ("model", "thinking", "words"),
    [
        (
            "claude-opus-4-7",
            ENABLED,
            (
                '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" '
                'and "output_config.effort" to control thinking behavior.'
            ),
        ),
        (
            "claude-opus-5-5",
            {"type": "disabled"},
            (
                '"thinking.type.disabled" is not supported for this model. Thinking defaults to adaptive '
                'mode when not specified; use "thinking.type.enabled" with "budget_tokens" for extended '
                "thinking."
            ),
        ),
        (
            "claude-sonnet-4-5",
            {"type": "adaptive"},
            "adaptive thinking is not supported on this model",
        ),
        (
            "claude-sonnet-4-5",
            {"type": "between_tools"},
            '"thinking.type.between_tools" is not supported for this model.',
        ),
        (
            "claude-3-haiku-20240307",
            ENABLED,
            "'claude-3-haiku-20240307' does not support thinking.",
        ),
    ],
)
def test_a_model_takes_its_own_kinds_of_thinking_only(
    model: str, thinking: dict[str, Any], words: str
) -> None:
    assert said({"model": model, "thinking": thinking}) == words


def test_a_model_without_thinking_takes_that_it_is_off() -> None:
    assert is_taken({"model": "claude-3-haiku-20240307", "thinking": {"type": "disabled"}})


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"model": "claude-opus-4-6", "output_config": {"effort": "xhigh"}},
            (
                "This model does not support effort level 'xhigh'. "
                "Supported levels: high, low, max, medium."
            ),
        ),
        (
            {"model": "claude-haiku-4-5", "output_config": {"effort": "low"}},
            "This model does not support the effort parameter.",
        ),
        (
            {
                "model": "claude-opus-5",
                "output_config": {"effort": "max"},
                "thinking": {"type": "disabled"},
            },
            (
                "output_config.effort 'max' is not supported when thinking is disabled on this model. "
                "Use effort 'high' or below, or enable thinking."
            ),
        ),
        (
            {"output_config": {"effort": "huge"}},
            "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'",
        ),
        (
            {"model": "claude-opus-4-7", "speed": "fast"},
            "speed: 'fast' is not supported for this model.",
        ),
    ],
)
def test_a_model_takes_its_own_efforts_only(fields: dict[str, Any], words: str) -> None:
    assert said(fields) == words


def test_a_budget_may_span_calls_where_thinking_is_interleaved() -> None:
    fields = {"thinking": {"type": "enabled", "budget_tokens": 5_000}}

    assert said(fields).startswith("`max_tokens` must be greater than `thinking.budget_tokens`.")
    assert is_taken(fields, betas=(INTERLEAVED,))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"temperature": 1.5}, "temperature: range: 0..1"),
        ({"top_p": -1}, "top_p: range: 0..1"),
        ({"top_k": -1}, "top_k: Input should be greater than or equal to 0"),
        (
            {"model": "claude-opus-4-7", "temperature": 0.5},
            "`temperature` is deprecated for this model.",
        ),
        ({"model": "claude-sonnet-5", "top_p": 1}, "`top_p` is deprecated for this model."),
        ({"model": "claude-sonnet-5", "top_k": 5}, "`top_k` is deprecated for this model."),
        (
            {"temperature": 0.5, "top_p": 0.5},
            (
                "`temperature` and `top_p` cannot both be specified for this model. "
                "Please use only one."
            ),
        ),
        (
            {"temperature": 0.5, "thinking": ENABLED},
            (
                "`temperature` may only be set to 1 when thinking is enabled or in adaptive mode. Please "
                "consult our documentation at "
                "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
            ),
        ),
    ],
)
def test_sampling_goes_with_older_models_and_without_thinking(
    fields: dict[str, Any], words: str
) -> None:
    assert said(fields) == words


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "claude-opus-4-7", "temperature": 1},
        {"model": "claude-3-opus-20240229", "temperature": 0.2, "top_p": 0.9},
        {"temperature": 1.0, "thinking": ENABLED},
        {"top_p": 0.95, "thinking": ENABLED},
        {"temperature": None, "top_p": None, "top_k": None},
    ],
)
def test_sampling_that_changes_nothing_is_taken(fields: dict[str, Any]) -> None:
    assert is_taken(fields)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"thinking": ENABLED},
            "Thinking may not be enabled when tool_choice forces tool use.",
        ),
        (
            {"model": "claude-opus-5-5"},
            'tool_choice: type "tool" and "any" are not supported for this model.',
        ),
        (
            {"model": "claude-fable-5-1"},
            'tool_choice: type "tool" and "any" are not supported for this model.',
        ),
        (
            {"model": "claude-fable-5"},
            "tool_choice forces tool use is not compatible with this model",
        ),
    ],
)
def test_a_call_cannot_always_be_forced(fields: dict[str, Any], words: str) -> None:
    assert said({**FORCED, **fields}) == words


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "claude-opus-4-6", "thinking": {"type": "adaptive"}},
        {"model": "claude-opus-5"},
        {"model": "claude-haiku-5-5"},
        {"model": "claude-sonnet-5-5"},
    ],
)
def test_a_call_can_be_forced_on_most_models(fields: dict[str, Any]) -> None:
    assert is_taken({**FORCED, **fields})


@pytest.mark.parametrize(
    ("tool", "taken", "refused"),
    [
        ("computer_20241022", "claude-3-5-sonnet-20241022", "claude-opus-4-7"),
        ("computer_20250124", "claude-sonnet-4-5", "claude-opus-4-5"),
        ("computer_20251124", "claude-opus-4-8", "claude-opus-5-5"),
        ("computer_20251124", "claude-opus-4-5", "claude-haiku-4-5"),
    ],
)
def test_a_computer_is_used_by_the_tool_of_the_model(tool: str, taken: str, refused: str) -> None:
    size = {"display_width_px": 1, "display_height_px": 1}
    fields = {"tools": [{"type": tool, "name": "computer", **size}]}

    assert is_taken({**fields, "model": taken})
    assert f"does not support tool types: {tool}. Did" in said({**fields, "model": refused})

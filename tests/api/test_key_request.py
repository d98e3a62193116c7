"""What LiteLLM is asked to make a key for."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.gateways.key_request import KeyRequest, key_request
from simtwin.api.gateways.litellm_errors import ProblemError
from simtwin.core.allowance import Allowance
from simtwin.core.bucket import NS


def test_all_that_binds_is_read() -> None:
    asked = key_request(
        {
            "key_alias": "ci",
            "duration": "2h",
            "models": ["claude-haiku-4-5", "claude-sonnet-*"],
            "max_budget": 2,
            "budget_duration": "1d",
            "rpm_limit": 5,
            "tpm_limit": 500,
            "max_parallel_requests": 2,
            "metadata": {"team": "a"},
        }
    )

    assert asked.lifetime == 7200
    assert asked.allowance(9) == Allowance(5, 500, 2, 2.0, 86_400 * NS, 9)


def test_what_is_null_or_empty_or_without_effect_is_as_if_it_were_not_there() -> None:
    nothing: dict[str, Any] = {
        "max_budget": None,
        "aliases": {},
        "guardrails": [],
        "tags": ["a"],
        "blocked": None,
    }

    assert key_request(nothing) == KeyRequest()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "no-key-of-litellm"),
        ("key", "sk-short"),
        ("key", "sk-with a line\nbreak in it"),
        ("key_alias", "a" * 257),
        ("duration", "soon"),
        ("duration", "0d"),
        ("duration", "99999999mo"),
        ("models", "claude-sonnet-4-6"),
        ("models", [1]),
        ("max_budget", "1"),
        ("max_budget", -1),
        ("max_budget", True),
        ("rpm_limit", 1.5),
        ("tpm_limit", -1),
        ("metadata", []),
        ("metadata", {"a": "b" * 5_000}),
        ("blocked", 1),
        ("model_max_budget", {"claude-sonnet-4-6": 1}),
        ("allowed_routes", ["/anthropic/*"]),
        ("budget_id", "b"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(field: str, value: Any) -> None:
    with pytest.raises(ProblemError) as caught:
        key_request({field: value})

    problem = caught.value.problem
    assert (problem.status, problem.param) == (400, field)
    assert problem.message.startswith(f"{field}: ")


def test_a_key_that_cannot_be_is_not_quoted() -> None:
    with pytest.raises(ProblemError) as caught:
        key_request({"key": "a-secret-of-another-kind"})

    assert "secret" not in caught.value.problem.message


@pytest.mark.parametrize(
    ("models", "allowed"),
    [
        ((), True),
        (("claude-sonnet-4-6",), True),
        (("claude-haiku-4-5", "claude-*-4-6"), True),
        (("anthropic/*",), True),
        (("all-proxy-models",), True),
        (("claude-sonnet-4",), False),
        (("Claude-sonnet-4-6", "claude-opus-*"), False),
    ],
)
def test_models_are_allowed_by_name_and_by_glob(models: tuple[str, ...], allowed: bool) -> None:
    assert KeyRequest(models=models).allows("claude-sonnet-4-6") is allowed


@given(
    st.dictionaries(
        st.sampled_from(("duration", "models", "spend", "x")),
        st.none() | st.booleans() | st.floats() | st.text() | st.lists(st.text()),
    )
)
def test_whatever_is_asked_is_a_key_or_a_problem_of_the_caller(doc: dict[str, Any]) -> None:
    with suppress(ProblemError):
        assert key_request(doc).spend >= 0

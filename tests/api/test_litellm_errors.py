"""LiteLLM's refusals, in both of its forms."""

from __future__ import annotations

import json

import pytest

from simtwin.api.errors import error_plan
from simtwin.api.gateways.litellm_errors import (
    BLOCKED,
    NO_KEY,
    UNKNOWN_KEY,
    Problem,
    expired,
    model_denied,
    short_of,
)
from simtwin.core.allowance import Short
from simtwin.core.bucket import NS
from simtwin.core.plan import Head


@pytest.mark.parametrize(
    ("problem", "status", "kind", "own"),
    [
        (NO_KEY, 401, "authentication_error", "auth_error"),
        (UNKNOWN_KEY, 401, "authentication_error", "token_not_found_in_db"),
        (BLOCKED, 401, "authentication_error", "auth_error"),
        (expired("sk-...abcd", 0.0, 1.0), 401, "authentication_error", "expired_key"),
        (model_denied("claude-x"), 403, "permission_error", "key_model_access_denied"),
        (
            short_of(Short("budget", 1.0, 1.5), "key", "f0", 0.0),
            422,
            "invalid_request_error",
            "budget_exceeded",
        ),
        (
            short_of(Short("requests", 3, 3, NS), "key", "f0", 0.0),
            429,
            "rate_limit_error",
            "throttling_error",
        ),
    ],
)
def test_under_its_prefix_it_speaks_as_the_api_with_its_own_word_beside(
    problem: Problem, status: int, kind: str, own: str
) -> None:
    refusal = problem.refusal("req-of-the-client")

    assert (refusal.status, refusal.type) == (status, kind)
    assert json.loads(refusal.body or b"") == {
        "type": "error",
        "error": {"type": kind, "message": problem.message, "litellm_error_type": own},
        "request_id": "req-of-the-client",
    }


def test_elsewhere_it_speaks_as_openai() -> None:
    assert json.loads(UNKNOWN_KEY.body()) == {
        "error": {
            "message": "Authentication Error, Invalid API key provided.",
            "type": "token_not_found_in_db",
            "param": "key",
            "code": "401",
        }
    }


def test_its_body_is_sent_as_it_is_and_says_nothing_of_retrying() -> None:
    head, chunk, _ = error_plan(UNKNOWN_KEY.refusal(None), [("date", "today")])

    assert isinstance(head, Head)
    assert {name for name, _ in head.headers} == {"content-type", "content-length", "date"}
    assert b"request_id" not in chunk.data  # type: ignore[union-attr]  # the one chunk of an error


def test_a_limit_says_when_there_is_more() -> None:
    problem = short_of(Short("tokens", 100, 100, 61 * NS), "key", "f0", 0.0)

    assert problem.message == (
        "litellm.RateLimitError: Rate limit exceeded for api_key: f0. Limit type: tokens. Current limit: 100, "
        "Remaining: 0. Limit resets at: 1970-01-01 00:01:01 UTC"
    )

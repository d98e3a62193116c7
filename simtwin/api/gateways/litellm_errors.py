"""What LiteLLM itself refuses, in its words and in both of its forms.

Under `/anthropic/` it is the API's envelope, with LiteLLM's own word for the error beside the API's;
everywhere else it is OpenAI's:

    {"type": "error", "error": {"type": "authentication_error", "message": …, "litellm_error_type": …}}
    {"error": {"message": …, "type": …, "param": …, "code": "401"}}

As of LiteLLM 1.110.2: `ProxyErrorTypes`, `auth_exception_handler.py`, `anthropic_error_payload.py`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import attrs
import msgspec

from simtwin.api.errors import ApiError, error_type
from simtwin.core.allowance import Short
from simtwin.core.bucket import NS

_encode = msgspec.json.Encoder().encode


@attrs.frozen
class Problem:
    """Why LiteLLM says no.

    Args:
        status: the HTTP status.
        type: LiteLLM's own word for it.
        message: for people.
        param: which parameter it is about, None for none.
    """

    status: int
    type: str
    message: str
    param: str | None = None

    def refusal(self, request_id: str | None) -> ApiError:
        """The answer under `/anthropic/`.

        Args:
            request_id: the request's own `x-request-id`: LiteLLM gives requests none.
        """
        kind = error_type(self.status)
        error = {"type": kind, "message": self.message, "litellm_error_type": self.type}
        doc: dict[str, Any] = {"type": "error", "error": error}
        if request_id is not None:
            doc["request_id"] = request_id
        return ApiError(self.status, kind, self.message, body=_encode(doc))

    def body(self) -> bytes:
        """The body of the answer on every other path."""
        error = {
            "message": self.message,
            "type": self.type,
            "param": self.param,
            "code": str(self.status),
        }
        return _encode({"error": error})


class ProblemError(Exception):
    """LiteLLM says no, because of `problem`."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


NO_KEY = Problem(401, "auth_error", "Authentication Error, No api key passed in.")
NO_BEARER = Problem(
    401,
    "auth_error",
    "Authentication Error, Malformed API Key passed in. Ensure Key has `Bearer ` prefix.",
)
UNKNOWN_KEY = Problem(
    401, "token_not_found_in_db", "Authentication Error, Invalid API key provided.", "key"
)
BLOCKED = Problem(
    401,
    "auth_error",
    "Authentication Error, Key is blocked. Update via `/key/unblock` if you're an admin.",
)

#: Words of ours: LiteLLM without a master key would miss a database first.
NO_MASTER = Problem(
    401,
    "auth_error",
    "Authentication Error, there is no master key that makes keys: set --litellm-master-key.",
)


def expired(name: str, expiry: float, now: float) -> Problem:
    """The time of a key is over: its masked name, when, and what time it is (Unix seconds)."""
    return Problem(
        401,
        "expired_key",
        f"Authentication Error - Expired Key. Key Expiry time {_time(expiry)} and current time "
        f"{_time(now)}",
        name,
    )


def model_denied(model: str) -> Problem:
    """The key is not for that model."""
    return Problem(
        403,
        "key_model_access_denied",
        f"The requested model '{model}' is not available for this API key, or the model name is "
        "invalid. Check the models available to you and try again.",
        "model",
    )


def short_of(short: Short, label: str, token: str, now: float) -> Problem:
    """The key has used up what it may.

    Args:
        short: of what.
        label: what the key is called.
        token: the hash by which LiteLLM knows it.
        now: Unix seconds.
    """
    if short.measure == "budget":
        return Problem(
            422,
            "budget_exceeded",
            f"Budget has been exceeded! Key={label} Current cost: {short.used}, "
            f"Max budget: {short.limit}",
        )
    again = datetime.fromtimestamp(now + short.wait / NS, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    # The `retry-after` that its limiter gives is lost on this path, where only the headers are sent
    # that every answer has (pass_through_endpoints.py).
    return Problem(
        429,
        "throttling_error",
        f"litellm.RateLimitError: Rate limit exceeded for api_key: {token}. "
        f"Limit type: {short.measure}. Current limit: {short.limit:.0f}, Remaining: 0. "
        f"Limit resets at: {again}",
    )


def master_only(route: str) -> Problem:
    """A path for the master key alone."""
    return Problem(
        401,
        "auth_error",
        "Authentication Error, Only proxy admin can be used to generate, delete, update info for "
        f"new keys/users/teams. Route={route}. Your role=unknown. Your user_id=unknown",
    )


def _time(at: float) -> str:
    return str(datetime.fromtimestamp(at, UTC))

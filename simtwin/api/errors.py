"""The errors of the API: their types, texts and envelope.

Types and messages are those of the real API as recorded or documented up to November 2026
(platform.claude.com/docs/en/api/errors); statuses that it is not known to send get their HTTP phrase.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Self

import attrs
import msgspec

from simtwin.core.plan import Chunk, End, Head, Plan

#: What `error.type` is under each status; `error_type` answers for every other one.
STATUS_TYPES: Mapping[int, str] = MappingProxyType(
    {
        400: "invalid_request_error",
        401: "authentication_error",
        402: "billing_error",
        403: "permission_error",
        404: "not_found_error",
        409: "conflict_error",
        413: "request_too_large",
        429: "rate_limit_error",
        500: "api_error",
        504: "timeout_error",
        529: "overloaded_error",
    }
)

_MESSAGES: Mapping[int, str] = MappingProxyType(
    {
        401: "invalid x-api-key",
        403: "Your API key does not have permission to use the specified resource.",
        404: "Not found",
        405: "Method Not Allowed",
        413: "Request exceeds the maximum size",
        429: "This request would exceed your account's rate limit. Please try again later.",
        500: "Internal server error",
        504: "The request timed out while processing.",
        529: "Overloaded",
    }
)

# Seen on real 529s (anthropic-sdk-typescript#616, 2024-11), 400s (chatlabs#35, 2024-03) and 401s (2024).
_SHOULD_RETRY: Mapping[int, str] = MappingProxyType({400: "false", 401: "false", 529: "true"})

_encode = msgspec.json.Encoder().encode


def error_type(status: int) -> str:
    """The `error.type` that the API gives to an HTTP status."""
    return STATUS_TYPES.get(status) or ("api_error" if status >= 500 else "invalid_request_error")


def default_message(status: int) -> str:
    """What the API says under a status when it says nothing more precise."""
    if status in _MESSAGES:
        return _MESSAGES[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return default_message(500 if status >= 500 else 400)


def should_retry(status: int) -> str | None:
    """The value of `x-should-retry` that the real API sends with a status; None where it is absent."""
    return _SHOULD_RETRY.get(status)


@attrs.frozen
class ApiError:
    """An answer of the API that is an error, before it has a request id.

    Args:
        status: the HTTP status.
        type: `error.type`.
        message: `error.message`.
        error_code: `error.details.error_code`, by which SDKs since 2.5.0 pick a class; or absent.
        headers: further headers, lower-case names; they win over those of the same name that every
            answer has.
        body: the JSON of a gateway in front of the API, which says no by itself and in a form of
            its own; None is the API's envelope.
    """

    status: int
    type: str
    message: str
    error_code: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None

    @classmethod
    def of(
        cls,
        status: int,
        message: str | None = None,
        *,
        error_code: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Self:
        """The error that the API gives for `status`, with its own message unless one is given."""
        text = default_message(status) if message is None else message
        return cls(status, error_type(status), text, error_code, headers)


class Rejected(Exception):  # noqa: N818  # what became of the request, as the glossary says it
    """The request cannot be served; `error` is the answer to it."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(f"{error.status} {error.type}: {error.message}")
        self.error = error


def invalid(message: str) -> Rejected:
    """The 400 that says what is wrong with a request."""
    return Rejected(ApiError.of(400, message))


def envelope(error: ApiError, request_id: str) -> bytes:
    """The JSON body of an error; `request_id` equals the `request-id` header."""
    inner: dict[str, Any] = {"type": error.type, "message": error.message}
    if error.error_code is not None:
        inner["details"] = {"error_code": error.error_code}
    return _encode({"type": "error", "error": inner, "request_id": request_id})


def error_plan(error: ApiError, head_headers: Sequence[tuple[str, str]]) -> Plan:
    """An answer that is `error`.

    Args:
        error: what to say.
        head_headers: the headers that every answer has, `request-id` among them.
    """
    body, own = error.body, dict(error.headers)
    default = should_retry(error.status) if body is None else None
    if body is None:
        body = envelope(error, dict(head_headers).get("request-id", ""))
    if default is not None:
        own.setdefault("x-should-retry", default)
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        *head_headers,
    ]
    kept = [(name, value) for name, value in headers if name not in own]
    return (Head(error.status, (*kept, *own.items())), Chunk(body), End())


def event(error: ApiError, request_id: str) -> Chunk:
    """The server-sent event by which a stream under way says that it failed.

    The status was sent long before, so a client sees a 200 with an error inside.
    """
    return Chunk(b"event: error\ndata: " + envelope(error, request_id) + b"\n\n", event="error")

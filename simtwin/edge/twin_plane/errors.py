"""Everything that the twin plane says no to: `{"error": "…"}` under the right status, always JSON."""

from __future__ import annotations

from collections.abc import Iterable


class Refusal(Exception):  # noqa: N818  # an answer as good as any other
    """The answer is no.

    Args:
        status: the HTTP status.
        message: why, in the caller's words; never with a secret in it.
        headers: further headers.
    """

    def __init__(
        self, status: int, message: str, headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


def bad_request(message: str) -> Refusal:
    """400: what was sent cannot be."""
    return Refusal(400, message)


def unauthorized(message: str) -> Refusal:
    """401: the credentials are missing or not valid here."""
    return Refusal(401, message, (("www-authenticate", 'Basic realm="simtwin", charset="UTF-8"'),))


def forbidden(message: str) -> Refusal:
    """403: the credentials are valid and not enough."""
    return Refusal(403, message)


def not_found(message: str) -> Refusal:
    """404: there is no such thing, or it is somebody else's."""
    return Refusal(404, message)


def no_such_key() -> Refusal:
    """404 for a key; what was asked for is not quoted, since it may be a key's text by mistake."""
    return not_found("there is no such API key")


def wrong_method(allowed: Iterable[str]) -> Refusal:
    """405: the path is there, for other methods."""
    methods = ", ".join(sorted(allowed))
    return Refusal(405, f"this path is for {methods}", (("allow", methods),))


def too_large(most: int) -> Refusal:
    """413: the body has more than `most` bytes."""
    return Refusal(413, f"the body is larger than {most:,} bytes")


def not_json() -> Refusal:
    """415: a write that is not declared as JSON, as a form on somebody's web page is not."""
    return Refusal(415, "writes need the header 'content-type: application/json'")


def too_soon(message: str) -> Refusal:
    """429: in a second it will do."""
    return Refusal(429, message, (("retry-after", "1"),))


def busy(message: str) -> Refusal:
    """503: in a second there will be room again."""
    return Refusal(503, message, (("retry-after", "1"),))


def full(message: str) -> Refusal:
    """507: a bound of the twin's own is reached for good (RFC 4918, section 11.5)."""
    return Refusal(507, message)

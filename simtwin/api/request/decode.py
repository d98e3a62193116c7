"""A request's body as a JSON object, or the API's own words for why it is none."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from simtwin.api.errors import Rejected, invalid

_decode = msgspec.json.Decoder().decode

# The real API reads bodies with orjson, so its reasons are orjson's. Seen on it in 2025 and 2026:
# "unexpected character", "unexpected end of data", "unexpected control character in string" and
# "no low surrogate in string". The places are those that the standard library's parser finds.
_CHARACTER = "unexpected character"
_END = "unexpected end of data"
_COMMA = "trailing comma is not allowed"
_TOO_DEEP = "recursion limit reached"
_TOO_LARGE = "number is infinity when parsed as double"
_REASONS: Mapping[str, str] = {
    "Invalid control character at": "unexpected control character in string",
    "Invalid \\escape": "invalid escaped character in string",
    "Invalid \\uXXXX escape": "invalid escaped unicode in string",
    "Extra data": "unexpected content after document",
}

#: A larger body, in bytes, is not looked at twice: the standard library's parser takes its time.
_SECOND_LOOK = 256 * 1024
#: The words of msgspec.
_PLACE = re.compile(r"\(byte (\d+)\)")
_BRIEF: Mapping[str, str] = {
    "truncated": _END,
    "trailing comma": _COMMA,
    "trailing characters": "unexpected content after document",
    "invalid escape": "invalid escaped character in string",
    "unicode": "invalid escaped unicode in string",
    "surrogate": "no low surrogate in string",
    "out of range": _TOO_LARGE,
    "utf-8": "str is not valid UTF-8: surrogates not allowed",
}

# An escaped surrogate without its other half. The backslash must not be escaped itself.
_LONE_SURROGATE = re.compile(
    r"(?<!\\)(?:\\\\)*(?P<place>\\u(?:"
    r"[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2}\\u)[dD][c-fC-F][0-9a-fA-F]{2}))"
)


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object that a body is; of a key given twice the last one counts.

    Raises:
        Rejected: it is not JSON (NaN and the infinities are not), too deeply nested, or no object.
    """
    if not body:
        raise _malformed("Input is a zero-length, empty document", "", 0)
    try:
        doc = _decode(body)
    except RecursionError:
        raise too_deep() from None
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise explained(body, fault) from None
    return as_object(doc)


def as_object(doc: Any) -> dict[str, Any]:
    """What a body decodes to, where that is an object.

    Raises:
        Rejected: it is anything else.
    """
    if type(doc) is not dict:
        raise invalid("Input should be a valid dictionary")
    return doc


def peek(doc: Mapping[str, Any]) -> tuple[str | None, bool]:
    """The model and whether to stream, as rules match on them: before anything is validated."""
    model = doc.get("model")
    return (model if isinstance(model, str) else None), doc.get("stream") is True


class _NotJsonError(Exception):
    """The standard library's parser takes it, JSON does not know it."""

    def __init__(self, reason: str, literal: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.literal = literal


def _constant(literal: str) -> float:
    raise _NotJsonError(_CHARACTER, literal)


def _finite(literal: str) -> float:
    if math.isinf(float(literal)):
        raise _NotJsonError(_TOO_LARGE, literal)
    return 0.0


def too_deep() -> Rejected:
    """What is said of a body that is nested too deeply."""
    return _malformed(_TOO_DEEP, "", 0)


def misplaced(body: bytes | bytearray, at: int, fault: Exception | None) -> Rejected:
    """Why a large body does not decode, where a piece of it does not.

    Args:
        body: the body.
        at: where the piece begins, or where there is what should not be there.
        fault: what the decoder said of the piece; None where it was not asked.
    """
    return _briefly(body, fault, at)


def explained(body: bytes, fault: Exception) -> Rejected:
    """Why a body does not decode, by a second look at it with a parser that knows its place."""
    if len(body) > _SECOND_LOOK:
        return _briefly(body, fault)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        before = body[: error.start].decode()
        return _malformed("str is not valid UTF-8: surrogates not allowed", before, len(before))
    try:
        json.loads(text, parse_constant=_constant, parse_float=_finite)
    except json.JSONDecodeError as error:
        return _translated(error, text)
    except _NotJsonError as error:
        # The parser does not say where; inside a string before it, the same text would be found first.
        return _malformed(error.reason, text, text.find(error.literal))
    except RecursionError:
        return _malformed(_TOO_DEEP, "", 0)
    except ValueError:
        return _malformed(_TOO_LARGE, "", 0)
    lone = _LONE_SURROGATE.search(text)
    if lone is None:
        return _malformed(_CHARACTER, "", 0)
    return _malformed("no low surrogate in string", text, lone.start("place"))


def _briefly(body: bytes | bytearray, fault: Exception | None, start: int = 0) -> Rejected:
    """The same of a large body, from what the first look found: the second would hold others up."""
    said = "" if fault is None else str(fault)
    place = _PLACE.search(said)
    if place is not None:
        start += int(place[1])
    at = len(body) if "truncated" in said else start
    if "trailing" in said:
        # msgspec counts one on: past the comma, and into what follows the document.
        at -= 1
    reason = next((known for words, known in _BRIEF.items() if words in said), _CHARACTER)
    before = body[:at].decode(errors="replace")
    return _malformed(reason, before, len(before))


def _translated(error: json.JSONDecodeError, text: str) -> Rejected:
    at = error.pos
    if error.msg.startswith("Unterminated string") or not text[at:].strip():
        return _malformed(_END, text, len(text))
    before = text[:at].rstrip()
    if before.endswith(",") and text[at] in "]}":
        return _malformed(_COMMA, text, len(before) - 1)
    if error.msg.startswith("Illegal trailing comma"):
        return _malformed(_COMMA, text, at)
    return _malformed(_REASONS.get(error.msg.removesuffix(": "), _CHARACTER), text, at)


def _malformed(reason: str, text: str, at: int) -> Rejected:
    line = text.count("\n", 0, at) + 1
    column = at - text.rfind("\n", 0, at)
    return invalid(
        f"The request body is not valid JSON: {reason}: line {line} column {column} (char {at})"
    )

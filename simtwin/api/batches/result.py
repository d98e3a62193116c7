"""What became of a request of a batch, as a line of the results.

    {"custom_id": "a", "result": {"type": "succeeded", "message": {…}}}
    {"custom_id": "b", "result": {"type": "errored", "error": {"type": "error", "error": {…}, "request_id": …}}}
    {"custom_id": "c", "result": {"type": "canceled"}}

There is no wire to a request of a batch: what would have broken it, or sent something that nobody
can read, is an error of the API.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from simtwin.api.batches.batch import Outcome
from simtwin.api.errors import ApiError, envelope

_encode = msgspec.json.Encoder().encode


class _Message(msgspec.Struct, tag_field="type", tag="message"):
    """What tells a message from anything else that is JSON."""


class _Error(msgspec.Struct):
    type: str
    message: str


class _Refusal(msgspec.Struct, tag_field="type", tag="error"):
    """What tells an error of the API."""

    error: _Error


_message = msgspec.json.Decoder(_Message).decode
_refusal = msgspec.json.Decoder(_Refusal).decode


def answered(
    custom_id: str, status: int | None, body: bytes, request_id: str
) -> tuple[Outcome, bytes]:
    """The line of a request that was answered, and how it counts.

    Args:
        custom_id: which one of the batch.
        status: of the answer; None where it never came, or not whole.
        body: of the answer.
        request_id: of the request.
    """
    if status == 200 and _is(body, _message):
        return "succeeded", _line(custom_id, b'"succeeded","message":' + _in_one_line(body))
    if status is None or status < 400 or not _is(body, _refusal):
        body = envelope(ApiError.of(500), request_id)
    return "errored", _line(custom_id, b'"errored","error":' + _in_one_line(body))


def untouched(custom_id: str, outcome: Outcome) -> bytes:
    """The line of a request that no model ever saw: `canceled` or `expired`."""
    return _line(custom_id, _encode(outcome))


def _line(custom_id: str, result: bytes) -> bytes:
    return b'{"custom_id":%b,"result":{"type":%b}}\n' % (_encode(custom_id), result)


def _is(body: bytes, decode: Callable[[bytes], object]) -> bool:
    try:
        body.decode()
        decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _in_one_line(body: bytes) -> bytes:
    return msgspec.json.format(body, indent=-1) if b"\n" in body or b"\r" in body else body

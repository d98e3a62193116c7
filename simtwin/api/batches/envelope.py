"""The envelope of a batch: what is looked at before it is made.

What is in the `params` of each request is looked at when its turn comes: "validation of the `params`
object for each message request is performed asynchronously" (docs, batch processing, 2026-08). But
for what no batch takes: "A small number of Messages API parameters are not supported in batch
requests. Including any of these returns a validation error" (likewise).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from simtwin.api.batches.split import Splitter
from simtwin.api.errors import invalid
from simtwin.api.request.decode import decode
from simtwin.api.request.decoding import decoding
from simtwin.api.request.letting_go import letting_go
from simtwin.api.request.phrases import EXTRA, MISSING, NOT_A, at_least, shown, unfit
from simtwin.api.request.steps import Steps

#: "A Message Batch is limited to either 100,000 Message requests or 256 MB in size" (likewise).
MOST_REQUESTS = 100_000
MOST_BYTES = 256 * 1024 * 1024

# Seen on the real API since 2025, in these words.
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_NO_CUSTOM_ID = "String should match pattern '^[a-zA-Z0-9_-]{1,64}$'"
#: What is decoded in less than a millisecond, and looked through for where requests end.
AT_ONCE_BYTES = 32 * 1024
_FIELDS = ("custom_id", "params")

_parts = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class Envelope:
    """What was seen of a batch's requests so far."""

    def __init__(self) -> None:
        self.requests = 0
        self._ids: set[str] = set()

    def adding(self, element: bytes) -> Steps[None]:
        """One more request, with a pause about every millisecond where it is a large one.

        Raises:
            Rejected: it is none, has no `custom_id` of its own, or asks for what no batch takes; or
                there are too many.
        """
        at = f"requests.{self.requests}"
        custom_id, params = yield from parts(element, at)
        if isinstance(params, bytes):
            told = _peeked(params)
        else:
            told = _Told(*(params.get(name) for name in _Told.__struct_fields__))
            yield from letting_go(params)
        if custom_id in self._ids:
            # Documented that it must be unique; style.
            raise invalid(f"{at}.custom_id: custom_id must be unique within the batch: {custom_id}")
        self._ids.add(custom_id)
        _check_params(told, f"{at}.params")
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            said = unfit("at most", MOST_REQUESTS, "item", "List")
            raise invalid(f"requests: {said} after validation, not more")

    def close(self) -> None:
        """There are no more.

        Raises:
            Rejected: there was none.
        """
        if not self.requests:
            raise invalid(
                f"requests: {unfit('at least', 1, 'item', 'List')} after validation, not 0"
            )


def reading(
    splitter: Splitter, envelope: Envelope, piece: bytes, at_once: int = AT_ONCE_BYTES
) -> Steps[None]:
    """Look at the requests that end in a piece of the body, with a pause about every millisecond.

    Raises:
        Rejected: as the two do.
    """
    for start in range(0, len(piece), at_once):
        for element in splitter.feed(piece[start : start + at_once]):
            yield from envelope.adding(element)
        yield


def parts(element: bytes, at: str = "") -> Steps[tuple[str, bytes | dict[str, Any]]]:
    """The `custom_id` of a request, and its `params`: as the JSON that they are, or decoded.

    Args:
        element: the request; a large one is decoded, with a pause about every millisecond.
        at: where it is, for errors.

    Raises:
        Rejected: it is no JSON, or one of the two is not there or no such thing.
    """
    if len(element) > AT_ONCE_BYTES:
        doc = yield from decoding(element)
        _check_names(doc, at)
        if type(doc["params"]) is not dict:
            raise invalid(f"{at}.params: {NOT_A[dict]}")
        return _checked(doc["custom_id"], at), doc["params"]
    try:
        found = _parts(element)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        # The same again, by who finds words for what is wrong with it.
        found = {name: msgspec.Raw(_encode(value)) for name, value in decode(element).items()}
    _check_names(found, at)
    params = bytes(found["params"])
    if not params.startswith(b"{"):
        raise invalid(f"{at}.params: {NOT_A[dict]}")
    return _checked(_decode(found["custom_id"]), at), params


def _check_names(found: Mapping[str, Any], at: str) -> None:
    for name in _FIELDS:
        if name not in found:
            raise invalid(f"{at}.{name}: {MISSING}")
    for name in found:
        if name not in _FIELDS:
            raise invalid(f"{at}.{shown(name)}: {EXTRA}")


def _checked(custom_id: object, at: str) -> str:
    if type(custom_id) is not str:
        raise invalid(f"{at}.custom_id: {NOT_A[str]}")
    if _CUSTOM_ID.fullmatch(custom_id) is None:
        raise invalid(f"{at}.custom_id: {_NO_CUSTOM_ID}")
    return custom_id


class _Told(msgspec.Struct):
    """The part of a request that is looked at here."""

    stream: Any = None
    speed: Any = None
    max_tokens: Any = None


_told = msgspec.json.Decoder(_Told).decode


def _peeked(params: bytes) -> _Told:
    try:
        return _told(params)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Told()  # found when its turn comes


def _check_params(told: _Told, at: str) -> None:
    # That they are refused is documented; style.
    if told.stream is True:
        raise invalid(f"{at}.stream: Streaming is not supported in batch requests")
    if told.speed is not None:
        raise invalid(f"{at}.speed: {EXTRA}")
    if type(told.max_tokens) is int and told.max_tokens == 0:
        raise invalid(f"{at}.max_tokens: {at_least(1)}")

"""Bodies of recorded answers: unpacked, cut into frames, and with what they say they cost."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import msgspec

from simtwin.api.frames import Frames, data_of
from simtwin.api.replay.recording import Frame, RecordingError

#: Twice the largest request that the API takes; no answer is near it.
LARGEST_BODY = 64 * 1024 * 1024

_GZIP = b"\x1f\x8b"

_decode = msgspec.json.Decoder().decode


def inflated(body: bytes) -> bytes:
    """A body as it was before it was compressed, where the recorder left it so.

    Raises:
        RecordingError: it is not whole, or too large.
    """
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        plain = unpacker.decompress(body, LARGEST_BODY)
    except zlib.error as error:
        raise RecordingError(f"its body is no whole gzip: {error}") from None
    if not unpacker.eof:
        raise RecordingError(f"its body is cut off, or larger than {LARGEST_BODY:,} bytes")
    return plain


def frames_of(body: bytes, content_type: str) -> tuple[Frame, ...]:
    """The events of a stream, or the one frame that any other body is; with their tokens."""
    if not content_type.startswith("text/event-stream"):
        frame = Frame(body)
        cost = usage_of((frame,)).get("output_tokens", 0)
        return (attrs.evolve(frame, tokens=cost),)
    cutter = Frames()
    frames = [Frame(chunk.data, chunk.event) for chunk in (*cutter.cut(body), *cutter.rest())]
    return _with_tokens(frames, usage_of(frames).get("output_tokens", 0))


def usage_of(frames: Sequence[Frame]) -> Mapping[str, Any]:
    """The usage that an answer tells; of a stream what its first event says and the last one changes."""
    usage: dict[str, Any] = {}
    for frame in frames:
        if frame.event in (None, "message_start", "message_delta"):
            data = data_of(frame.data) if frame.event else frame.data
            try:
                doc = _decode(data)
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
            doc = doc.get("message", doc) if isinstance(doc, dict) else {}
            told = doc.get("usage") if isinstance(doc, dict) else None
            usage |= told if isinstance(told, dict) else {}
    return {name: value for name, value in usage.items() if type(value) is int and value >= 0}


def _with_tokens(frames: list[Frame], tokens: int) -> tuple[Frame, ...]:
    """Tokens by the length of the deltas: where each of them was is not recorded."""
    lengths = [len(each.data) * (each.event == "content_block_delta") for each in frames]
    total, done, given = sum(lengths), 0, 0
    if not total:
        return (*frames[:-1], *(attrs.evolve(each, tokens=tokens) for each in frames[-1:]))
    made = []
    for frame, length in zip(frames, lengths, strict=True):
        done += length
        due = tokens * done // total
        made.append(attrs.evolve(frame, tokens=due - given))
        given = due
    return tuple(made)

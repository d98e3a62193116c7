"""Frames of an answer, taken apart: what faults that edit what is said have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs
import msgspec

from simtwin.core.plan import Arrival, Chunk, End, Hangup, Head, Mark, Step

#: What an answer is instead: its head, and what stands in the place of its body.
Other = tuple[Head, Iterable[Step]]

_encode = msgspec.json.Encoder().encode


def split(chunk: Chunk) -> tuple[bytes, bytes, bytes] | None:
    """A whole frame as what comes before its JSON, the JSON and what comes after.

    None where it has no line of data or several, or is but a piece.
    """
    data = chunk.data
    if not chunk.ends:
        return None
    if chunk.event is None:
        return b"", data, b""
    start = 0 if data.startswith(b"data:") else data.find(b"\ndata:") + 1
    if not data.startswith(b"data:", start):
        return None
    start += 6 if data.startswith(b"data: ", start) else 5
    end = data.find(b"\n", start)
    if end < 0 or b"\ndata:" in data[end:]:
        return None
    return data[:start], data[start:end], data[end:]


def document(chunk: Chunk) -> dict[str, Any] | None:
    """The JSON object that a whole frame, or a JSON body, carries; None where it carries none."""
    parts = split(chunk)
    if parts is None:
        return None
    try:
        found = msgspec.json.decode(parts[1])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def with_document(chunk: Chunk, doc: dict[str, Any]) -> Chunk:
    """The frame with other JSON in it; it must have some."""
    parts = split(chunk)
    assert parts is not None, "a frame without JSON carries no other"  # noqa: S101
    return attrs.evolve(chunk, data=parts[0] + _encode(doc) + parts[2])


def frame(event: str | None, data: str | bytes, tokens: int = 0) -> Chunk:
    """An event of any name, or of none, and any data, each line of it on a line of its own."""
    text = data.encode() if isinstance(data, str) else data
    lines = b"".join(b"data: %s\n" % line for line in text.split(b"\n"))
    name = b"" if event is None else b"event: %s\n" % event.encode()
    return Chunk(name + lines + b"\n", event or "message", tokens)


def edited_body(
    head: Head, steps: Iterator[Step], edit: Callable[[Chunk], Chunk | None]
) -> Iterator[Step]:
    """A JSON answer from its head on, with its body edited and its announced length right.

    Args:
        head: the head, which was read.
        steps: what follows it.
        edit: the other body, None where there is nothing to edit.
    """

    def other(chunk: Chunk) -> Other | None:
        body = edit(chunk)
        if body is None or body == chunk:
            return None
        return resized(head, len(body.data)), (body,)

    return told_otherwise(head, steps, other)


def told_otherwise(
    head: Head, steps: Iterator[Step], other: Callable[[Chunk], Other | None]
) -> Iterator[Step]:
    """A JSON answer from its head on, which waits for the body to know what it is to be.

    Args:
        head: the head, which was read.
        steps: what follows it.
        other: another head, and what stands in the place of the body; None to leave both.
    """
    lead: list[Step] = []
    for step in steps:
        if isinstance(step, Arrival):
            yield step
            continue
        made = other(step) if isinstance(step, Chunk) else None
        if made is not None:
            yield Mark()
            yield made[0]
            yield from lead
            yield from made[1]
            break
        lead.append(step)
        if isinstance(step, Chunk | End | Hangup):
            yield head
            yield from lead
            break
    else:
        yield head
        yield from lead
    yield from steps


def resized(head: Head, size: int) -> Head:
    """The head of a body of another size; where it announced none, it still does not."""
    if head.header("content-length") is None:
        return head
    headers = tuple(
        (name, str(size) if name == "content-length" else value) for name, value in head.headers
    )
    return Head(head.status, headers)

"""Break the input of a tool call off, or spoil it."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from random import Random
from typing import Any, ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.core.cursor import Cursor
from simtwin.core.plan import Chunk, End, Mark, Plan, Step
from simtwin_faults.bounds import Number, name
from simtwin_faults.frames import document, with_document

Form = Literal["cut", "cut_number", "malformed", "empty"]
_FORMS: tuple[Form, ...] = ("cut", "cut_number", "malformed", "empty")

_characters = Number(
    "a whole number from 1 to 1000000", lambda value: 1 <= value <= 1_000_000, whole=True
)
_TOOLS = ("tool_use", "server_tool_use", "mcp_tool_use")


@attrs.frozen(kw_only=True)
class ToolJson:
    """Worsen the input of the first tool call of a stream.

    Args:
        form: `cut` ends it after so many characters, `cut_number` inside a number, so that another
            number is left, `malformed` has a comma too many, `empty` has none of it.
        characters: how many characters of the JSON are sent, for `cut`.
        stop_reason: why the answer then ends; by default `max_tokens` where the input was cut, else
            as it would have been.
        ends: the stream ends right there, cleanly and with no word on why.
    """

    replaces: ClassVar[bool] = False

    form: Form = attrs.field(validator=in_(_FORMS))
    characters: int = attrs.field(default=8, validator=_characters)
    stop_reason: str | None = attrs.field(default=None, validator=optional(name))
    ends: bool = False

    def __attrs_post_init__(self) -> None:
        if self.ends and self.form not in ("cut", "cut_number"):
            raise ValueError("ends is for form = cut or cut_number")
        if self.ends and self.stop_reason is not None:
            raise ValueError("stop_reason cannot be told where the stream ends")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is not None and head.streams:
            for step in cursor:
                yield step
                if isinstance(step, Chunk) and _begins_call(step):
                    if (yield from self._call(cursor)):
                        return
                    break
        yield from cursor

    def _call(self, cursor: Cursor) -> Generator[Step, None, bool]:
        """The deltas of the call, and what comes after it where it was cut; whether that is the end."""
        scan, marked = _Scan(self.form, self.characters), False
        for step in cursor:
            fragment = _fragment(step)
            if fragment is None:
                yield step
                if isinstance(step, Chunk) and step.event == "content_block_stop":
                    break
                continue
            chunk, doc, text = fragment
            other = scan.spoiled(text)
            if other == text and not scan.over:
                yield step
                continue
            if not marked:
                marked = True
                yield Mark()
            if other:
                yield _with_text(chunk, doc, other)
            if scan.over and self.ends:
                yield End()
                return True
            if scan.over:
                yield from self._rest(cursor)
                return False
        if marked and self.stop_reason is not None:
            yield from self._until_reason(cursor, self.stop_reason, drop=False)
        return False

    def _rest(self, cursor: Cursor) -> Iterator[Step]:
        """What follows the cut: the end of the block, and why the answer ends."""
        for step in cursor:
            if isinstance(step, Chunk) and step.event == "content_block_delta":
                continue
            yield step
            if isinstance(step, Chunk) and step.event == "content_block_stop":
                break
        yield from self._until_reason(cursor, self.stop_reason or "max_tokens", drop=True)

    def _until_reason(self, cursor: Cursor, reason: str, *, drop: bool) -> Iterator[Step]:
        """Up to `message_delta`, which says another reason; with `drop`, without further blocks."""
        for step in cursor:
            if not isinstance(step, Chunk):
                yield step
                continue
            if step.event == "message_delta":
                yield _ended_by(step, reason)
                return
            if not drop or not (step.event or "").startswith("content_block_"):
                yield step


class _Scan:
    """The JSON of an input as it passes."""

    def __init__(self, form: Form, characters: int) -> None:
        self.over = False
        self._form = form
        self._left = characters
        self._quoted = self._escaped = self._begun = False

    def spoiled(self, text: str) -> str:
        """What is sent instead of a piece of it; `over` where nothing of it may follow."""
        match self._form:
            case "empty":
                return ""
            case "malformed":
                begins = not self._begun and "{" in text
                self._begun = self._begun or begins
                return text.replace("{", "{,", 1) if begins else text
            case "cut":
                kept = text[: self._left]
                self._left -= len(kept)
                # The rest of a piece may be all of the rest, so only a piece that is cut counts.
                self.over = len(kept) < len(text)
                return kept
            case "cut_number":
                return self._up_to_a_digit(text)

    def _up_to_a_digit(self, text: str) -> str:
        for place, letter in enumerate(text):
            if self._escaped:
                self._escaped = False
            elif letter == "\\":
                self._escaped = self._quoted
            elif letter == '"':
                self._quoted = not self._quoted
            elif letter.isdigit() and not self._quoted:
                self.over = True
                return text[: place + 1]
        return text


def _begins_call(chunk: Chunk) -> bool:
    if chunk.event != "content_block_start":
        return False
    match document(chunk):
        case {"content_block": {"type": str(kind)}}:
            return kind in _TOOLS
    return False


def _fragment(step: Step) -> tuple[Chunk, dict[str, Any], str] | None:
    """A delta with a piece of JSON, what it says, and the piece."""
    if isinstance(step, Chunk) and step.event == "content_block_delta":
        doc = document(step)
        match doc:
            case {"delta": {"partial_json": str(text)}} if doc is not None:
                return step, doc, text
    return None


def _with_text(chunk: Chunk, doc: dict[str, Any], text: str) -> Chunk:
    return with_document(chunk, {**doc, "delta": {**doc["delta"], "partial_json": text}})


def _ended_by(chunk: Chunk, reason: str) -> Chunk:
    doc = document(chunk)
    match doc:
        case {"delta": dict(delta)} if doc is not None:
            return with_document(chunk, {**doc, "delta": {**delta, "stop_reason": reason}})
    return chunk

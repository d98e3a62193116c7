"""Change one field of what is said: leave it out, or have something else in it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import attrs
import msgspec
from attrs.validators import and_, optional

from simtwin.core.plan import Chunk, Head, Mark, Plan, Step
from simtwin_faults.bounds import name, text
from simtwin_faults.frames import document, edited_body, with_document

#: No answer of the API is half as deep.
DEEPEST = 20


def _path(_: object, field: attrs.Attribute[Any], value: str) -> None:
    steps = value.split(".")
    if not all(steps) or len(steps) > DEEPEST:
        raise ValueError(f"{field.name} must be 1 to {DEEPEST} names with dots between them")


def _json(_: object, field: attrs.Attribute[Any], value: str) -> None:
    try:
        msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        raise ValueError(f'{field.name} must be JSON, such as null or "text"') from None


@attrs.frozen
class Field:
    """Take a field out of the JSON of an answer, or put another value into it.

    In a stream it is that of the first event that has such a place: the field itself, or, to put
    something in, what it would be in.

    Args:
        path: the names that lead to the field, and numbers of places in lists, with dots between.
        value: what to put there, as JSON; without it the field is left out.
        event: the name of the event to change, where the first one that could be is not meant.
    """

    replaces: ClassVar[bool] = False

    path: str = attrs.field(validator=and_(name, _path))
    value: str | None = attrs.field(default=None, validator=optional(and_(text, _json)))
    event: str | None = attrs.field(default=None, validator=optional(name))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        steps = iter(plan)
        whole = True
        for step in steps:
            if isinstance(step, Head) and not step.streams:
                yield from edited_body(step, steps, self._edited)
                return
            if isinstance(step, Chunk):
                edited = self._edited(step) if whole else None
                whole = step.ends
                if edited is not None and edited != step:
                    yield Mark()
                    yield edited
                    break
            yield step
        yield from steps

    def _edited(self, chunk: Chunk) -> Chunk | None:
        """The frame with the other field; None where it has no such place."""
        if self.event not in (None, chunk.event):
            return None
        doc = document(chunk)
        if doc is None or not self._edit(doc):
            return None
        return with_document(chunk, doc)

    def _edit(self, doc: Any) -> bool:
        *way, last = self.path.split(".")
        for step in way:
            doc = _within(doc, step)
        key = _key(doc, last)
        if key is None or (self.value is None and _within(doc, last) is _NOTHING):
            return False
        if self.value is None:
            del doc[key]
            return True
        old, new = _within(doc, last), msgspec.json.decode(self.value)
        doc[key] = new
        # To Python, true is one.
        return type(old) is not type(new) or old != new


_NOTHING = object()


def _within(doc: Any, step: str) -> Any:
    """What `step` leads to from `doc`."""
    key = _key(doc, step)
    if isinstance(doc, dict):
        return doc.get(key, _NOTHING)
    return _NOTHING if key is None else doc[key]


def _key(doc: Any, step: str) -> str | int | None:
    """The key of `step` in `doc`; None where nothing can stand there."""
    if isinstance(doc, dict):
        return step
    if isinstance(doc, list) and step.isdecimal() and len(step) < DEEPEST and int(step) < len(doc):
        return int(step)
    return None

"""Values of the SDK's parameter types: between them they have every field, kind and literal there is."""

from __future__ import annotations

import collections.abc
import typing
from collections.abc import Iterator
from typing import Any

import typing_extensions

#: Texts of fields that take no other.
TEXTS = {
    "data": "aGVsbG8=",
    "file_id": "file_011CcaGpPS2JA1AMya8VxEMh",
    "id": "srvtoolu_1",
    "tool_id": "srvtoolu_1",
    "tool_use_id": "srvtoolu_1",
    "url": "https://example.com",
}
#: The schema of a tool's input, whose type says nothing of what is in it.
SCHEMA = {"type": "object", "properties": None, "required": ["city"], "additionalProperties": False}
#: A number that every field takes: no trigger may be lower.
NUMBER = 50_000
_PLAIN: dict[Any, Any] = {type(None): None, str: "text", bool: True, int: NUMBER, object: {}}


def values(hint: Any, name: str = "") -> Iterator[Any]:
    """Values of a type: each literal, each member of a union, each field of a typed dictionary.

    A typed dictionary comes with what it must have, and once more for every value of every field.
    Files and the SDK's own objects are left out: they are sent as such dictionaries and texts.

    Args:
        hint: the type.
        name: of the field that has it.
    """
    return _values(hint, name, ())


def _values(hint: Any, name: str, around: tuple[Any, ...]) -> Iterator[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if name == "input_schema":
        yield SCHEMA
    elif typing_extensions.is_typeddict(hint):
        yield from _dictionaries(hint, around)
    elif origin is typing.Literal:
        yield from arguments
    elif _is_list(hint, origin):
        for value in _values(arguments[0], name, around):
            yield [value]
    elif origin is dict:
        yield {}
    elif arguments:
        for argument in arguments:
            yield from _values(argument, name, around)
    elif hint in _PLAIN:
        yield TEXTS.get(name, "text") if hint is str else _PLAIN[hint]


def _is_list(hint: Any, origin: Any) -> bool:
    return origin is not None and (
        origin is list or origin is collections.abc.Iterable or origin is collections.abc.Sequence
    )


def _dictionaries(kind: Any, around: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    hints = typing_extensions.get_type_hints(kind, include_extras=True)
    plain = typing_extensions.get_type_hints(kind)
    needed = {name for name, hint in hints.items() if _is_required(hint)}
    least = {name: _first(plain[name], name, (*around, kind)) for name in needed}
    yield least
    # Inside itself a kind is looked at no further.
    if kind not in around:
        for name, hint in plain.items():
            for value in _values(hint, name, (*around, kind)):
                yield {**least, name: value}


def _is_required(hint: Any) -> bool:
    origin: Any = typing.get_origin(hint)
    return origin is typing_extensions.Required


def _first(hint: Any, name: str, around: tuple[Any, ...]) -> Any:
    return next(value for value in _values(hint, name, around) if value is not None)

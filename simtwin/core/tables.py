"""Reading the tables that people write: what is set in them, and where they go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from math import isfinite
from typing import Any, TypeVar

import attrs

from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote

T = TypeVar("T")


def fields_of(doc: object, known: Sequence[str]) -> dict[str, Any]:
    """The fields of a table that are set: a null is one that is not.

    Raises:
        SettingsError: it is no table, or has a field that is not known.
    """
    if not isinstance(doc, Mapping):
        raise SettingsError(f"must be a table, not {quote(doc)}")
    for name in doc:
        if name not in known:
            raise SettingsError(f"there is no {quote(name)}; there are {', '.join(known)}")
    return {name: value for name, value in doc.items() if value is not None}


def table_of(cls: type[T], doc: object, path: str) -> T:
    """A value of an attrs class, whose fields are those of the table.

    Raises:
        SettingsError: it is no table, or has a field that is not known or cannot be.
    """
    known = [field.name for field in attrs.fields(cls) if field.init]  # type: ignore[arg-type]  # every caller's is one
    with inside(path):
        return cls(**fields_of(doc, known))


@contextmanager
def inside(path: str) -> Iterator[None]:
    """Errors in the block are told with a path that begins with `path`."""
    try:
        yield
    except SettingsError as error:
        inner = f"{path}.{error.path}" if error.path else path
        raise SettingsError(error.message, inner) from None


def text_in(table: Mapping[str, Any], name: str, longest: int) -> str | None:
    """A text of at most `longest` characters, None where it is not set.

    Raises:
        SettingsError: it is no text, or too long.
    """
    value = table.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _is_sound(value):
        raise SettingsError(f"must be text, not {quote(value)}", name)
    if len(value) > longest:
        raise SettingsError(f"can have {longest:,} characters, not {len(value):,}", name)
    return value


def truth_in(table: Mapping[str, Any], name: str) -> bool:
    """A field that is true or false, false where it is not set.

    Raises:
        SettingsError: it is neither.
    """
    value = table.get(name, False)
    if not isinstance(value, bool):
        raise SettingsError(f"must be true or false, not {quote(value)}", name)
    return value


def is_json(value: object, depth: int) -> bool:
    """Whether a value is JSON of at most `depth` levels: TOML also has times and NaN."""
    match value:
        case Mapping():
            return depth > 0 and all(
                isinstance(name, str) and is_json(each, depth - 1) for name, each in value.items()
            )
        case list():
            return depth > 0 and all(is_json(each, depth - 1) for each in value)
        case str():
            return _is_sound(value)
        case float():
            return isfinite(value)
        case int():
            # Beyond these, JSON's readers disagree about what is meant.
            return -(2**63) <= value < 2**63
    return value is None


def _is_sound(text: str) -> bool:
    """Whether a text can be written in UTF-8: a lone surrogate cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

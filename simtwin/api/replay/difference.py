"""Where two requests differ, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from simtwin.core.quote import quote

#: How much of a text is shown around the place where it begins to differ.
_BEFORE, _AFTER = 12, 24
#: Deeper than any request that is read.
_DEEPEST = 200
#: Fields whose values are secrets, whoever wrote them down.
_SECRET = ("token", "secret", "password", "api_key", "authorization")


def differences(recorded: Any, asked: Any, path: str = "", depth: int = 0) -> Iterator[str]:
    """The places where two JSON values differ, in the order of the recorded one."""
    if depth > _DEEPEST:
        return
    if isinstance(recorded, Mapping) and isinstance(asked, Mapping):
        yield from _in_tables(recorded, asked, path, depth)
    elif isinstance(recorded, list) and isinstance(asked, list):
        for at, (one, other) in enumerate(zip(recorded, asked, strict=False)):
            yield from differences(one, other, f"{path}[{at}]", depth + 1)
        if len(recorded) != len(asked):
            yield f"{path} has {len(asked):,} items, recorded are {len(recorded):,}"
    elif type(recorded) is type(asked) and recorded == asked:
        # Numbers that are equal and of two types are written in two ways, so they differ.
        return
    elif isinstance(recorded, str) and isinstance(asked, str) and not _is_secret(path):
        pairs = enumerate(zip(recorded, asked, strict=False))
        shorter = min(len(recorded), len(asked))
        at = next((at for at, (one, other) in pairs if one != other), shorter)
        yield f"{path} is {_around(asked, at)}, recorded is {_around(recorded, at)}"
    else:
        yield f"{path} is {_shown(asked, path)}, recorded is {_shown(recorded, path)}"


def _in_tables(
    recorded: Mapping[str, Any], asked: Mapping[str, Any], path: str, depth: int
) -> Iterator[str]:
    for name in {**recorded, **asked}:
        inner = f"{path}.{name}" if path else name
        if inner == "metadata":
            continue
        if name not in asked:
            yield f"{inner} is missing, recorded is {_shown(recorded[name], inner)}"
        elif name not in recorded:
            yield f"{inner} is {_shown(asked[name], inner)}, recorded is none"
        else:
            yield from differences(recorded[name], asked[name], inner, depth + 1)


def _around(text: str, at: int) -> str:
    start, end = max(0, at - _BEFORE), at + _AFTER
    shown = text[start:end]
    return repr(f"{'…' * (start > 0)}{shown}{'…' * (end < len(text))}")


def _shown(value: Any, path: str) -> str:
    """A value; of what may hold a secret only that it is there."""
    if _is_secret(path):
        return "a secret"
    if isinstance(value, list):
        return f"a list of {len(value):,}"
    return "a table" if isinstance(value, Mapping) else quote(value)


def _is_secret(path: str) -> bool:
    field = path.rsplit(".", 1)[-1].lower()
    return any(each in field for each in _SECRET) and field != "max_tokens"

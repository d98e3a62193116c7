"""Paths by their templates: `/v1/files/{file_id}/content` and the methods that each takes."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Generic, TypeVar

import attrs

T = TypeVar("T")

#: The longest id of the API has 45 characters; names of models have up to 256.
LONGEST_ARGUMENT = 1_000


@attrs.frozen
class Place(Generic[T]):
    """What a path leads to.

    Args:
        methods: what is behind each method.
        arguments: the parts of the path that stand where the template has names.
    """

    methods: Mapping[str, T]
    arguments: Mapping[str, str]


@attrs.define
class _Branch(Generic[T]):
    words: dict[str, _Branch[T]] = attrs.field(factory=dict)
    argument: _Branch[T] | None = None
    # By template: two may differ in the names of their arguments alone, for one method each.
    methods: dict[str, T] = attrs.field(factory=dict)
    names: tuple[str, ...] = ()


class Paths(Generic[T]):
    """What is behind which path; a word of a template goes before an argument in its place.

    Args:
        templates: for each template what is behind each of its methods. Where two differ in the
            names of their arguments alone, the first gives them.

    Raises:
        ValueError: two templates are the same path and have a method in common.
    """

    def __init__(self, templates: Mapping[str, Mapping[str, T]]) -> None:
        self._root: _Branch[T] = _Branch()
        for template, methods in templates.items():
            branch, names = self._root, []
            for part in template.split("/"):
                if part.startswith("{"):
                    names.append(part[1:-1])
                    branch.argument = branch.argument or _Branch()
                    branch = branch.argument
                else:
                    branch = branch.words.setdefault(part, _Branch())
            if branch.methods.keys() & methods.keys():
                raise ValueError(f"{template} is there twice")
            branch.names = branch.names or tuple(names)
            branch.methods |= methods

    def find(self, path: str) -> Place[T] | None:
        """What a decoded path leads to; None where it leads nowhere."""
        found = _find(self._root, path.split("/"), 0, ())
        if found is None:
            return None
        branch, values = found
        arguments = dict(zip(branch.names, values, strict=True))
        return Place(MappingProxyType(branch.methods), MappingProxyType(arguments))


def _find(
    branch: _Branch[T], parts: list[str], at: int, values: tuple[str, ...]
) -> tuple[_Branch[T], tuple[str, ...]] | None:
    if at == len(parts):
        return (branch, values) if branch.methods else None
    part = parts[at]
    word = branch.words.get(part)
    found = None if word is None else _find(word, parts, at + 1, values)
    if found is None and branch.argument is not None and 0 < len(part) <= LONGEST_ARGUMENT:
        return _find(branch.argument, parts, at + 1, (*values, part))
    return found

"""JSON schemas as users send them: what is refused, and what is left of one once it is resolved.

A schema is walked within bounds, nothing is fetched for it, and no pattern in it is ever compiled.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

DEEPEST = 32
MOST_NODES = 10_000
#: Some 20 ms, and far more than any schema that a person wrote.
MOST_STEPS = 20_000

Schema = Mapping[str, Any]

# Under these a name leads to a schema, so the mapping itself is no level of its own.
_MAPS = frozenset(("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"))
_LISTS = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
# Under these is data, in which nothing is a keyword.
_DATA = frozenset(("const", "default", "enum", "example", "examples"))

_NARROWING_UP = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_NARROWING_DOWN = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")


def check_schema(schema: Schema) -> str | None:
    """Why a schema is out of bounds, None where it is not.

    It may be `DEEPEST` levels deep, of `MOST_NODES` values in all, and refer to itself only.
    """
    nodes = 1
    # A value, its level, whether it is data, and whether its names are no keywords.
    todo: list[tuple[Any, int, bool, bool]] = [(schema, 1, False, False)]
    while todo:
        value, level, data, names = todo.pop()
        if level > DEEPEST:
            return f"it is more than {DEEPEST} levels deep"
        nodes += len(value)
        if nodes > MOST_NODES:
            return f"it has more than {MOST_NODES} values"
        if isinstance(value, list):
            todo += [
                (item, level + 1, data, False) for item in value if isinstance(item, (dict, list))
            ]
            continue
        keywords = not data and not names
        reference = value.get("$ref") if keywords else None
        if isinstance(reference, str) and not reference.startswith("#"):
            return f"$ref '{reference[:80]}' is not in the schema, and nothing is fetched"
        for name, child in value.items():
            if isinstance(child, dict):
                inside = keywords and name in _MAPS
                todo.append((child, level + (not inside), data or name in _DATA, inside))
            elif isinstance(child, list):
                inside = keywords and name in _LISTS
                todo.append((child, level + (not inside), data or name in _DATA, False))
    return None


class Resolver:
    """A schema read within a budget.

    References and combinations can make a small schema mean an endless one, so every step is paid
    for; when nothing is left, what is still unread allows anything.
    """

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._left = MOST_STEPS

    def spend(self, steps: int = 1) -> bool:
        """Pay for `steps`; False where they cannot be paid for."""
        self._left -= steps
        return self._left >= 0

    def resolved(self, schema: object, hops: int = DEEPEST) -> Schema:
        """The schema with its `$ref`s followed, at most `hops` deep, and its `allOf` merged in.

        What is no schema, or refers to nothing, allows anything: an empty schema.
        """
        if not isinstance(schema, dict) or not hops or not self.spend():
            return {}
        if "$ref" not in schema and "allOf" not in schema:
            return schema
        whole: Schema = {name: schema[name] for name in schema if name not in ("$ref", "allOf")}
        parts = schema.get("allOf")
        for part in (
            self._target(schema.get("$ref")),
            *(parts if isinstance(parts, list) else ()),
        ):
            whole = merged(self.resolved(part, hops - 1), whole)
        return whole

    def _target(self, reference: object) -> object:
        """What a JSON pointer into the schema points at."""
        if not isinstance(reference, str):
            return None
        here: object = self._root
        start, *steps = unquote(reference).split("/")
        if start != "#":
            return None
        for step in steps:
            name = step.replace("~1", "/").replace("~0", "~")
            if isinstance(here, dict) and name in here:
                here = here[name]
            elif isinstance(here, list) and name in map(str, range(len(here))):
                here = here[int(name)]
            else:
                return None
        return here


def merged(one: Schema, other: Schema) -> Schema:
    """A schema that allows what both allow, as far as keywords can say; else `other` wins."""
    if not one or not other:
        return other or one
    whole = {**one, **other}
    for name in one.keys() & other.keys():
        first, second = one[name], other[name]
        if name == "properties" and isinstance(first, dict) and isinstance(second, dict):
            whole[name] = {**first, **second} | {
                key: {"allOf": [first[key], second[key]]} for key in first.keys() & second.keys()
            }
        elif name == "required" and isinstance(first, list) and isinstance(second, list):
            whole[name] = [*first, *(key for key in second if key not in first)]
        elif name == "enum" and isinstance(first, list) and isinstance(second, list):
            whole[name] = [value for value in first if key(value) in map(key, second)]
        elif name == "type":
            whole[name] = _both_types(first, second)
        elif name in _NARROWING_UP and _are_numbers(first, second):
            whole[name] = max(first, second)
        elif name in _NARROWING_DOWN and _are_numbers(first, second):
            whole[name] = min(first, second)
    return whole


def types(schema: Schema) -> list[str]:
    """The types that a schema names, none where it names none."""
    kind = schema.get("type")
    if isinstance(kind, str):
        return [kind]
    return [name for name in kind if isinstance(name, str)] if isinstance(kind, list) else []


def _both_types(first: object, second: object) -> list[str]:
    ours, theirs = types({"type": first}), types({"type": second})
    both = [name for name in ours if name in theirs]
    if "integer" not in both and {"integer", "number"} <= {*ours, *theirs}:
        both.append("integer")
    return both


def _are_numbers(*values: object) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values)


def key(value: object) -> object:
    """What is equal for equal JSON values alone: 1 is 1.0, and true is neither."""
    match value:
        case bool():
            return ("bool", value)
        case list():
            return ("list", *map(key, value))
        case dict():
            return frozenset((name, key(item)) for name, item in value.items())
    return value

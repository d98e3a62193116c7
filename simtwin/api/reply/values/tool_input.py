"""A made-up input for a tool: a value that satisfies its schema.

An example or default that fits is preferred, as a model that was told of one prefers it. No pattern
is ever run: simple ones are read, and where one is not, as with `not`, `if`, `contains`,
`propertyNames` and `dependentRequired`, the input may not satisfy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from random import Random
from typing import Any

from simtwin.api.reply.prose import word
from simtwin.api.reply.values.fits import bound, fits, places
from simtwin.api.reply.values.scalars import make_integer, make_number, make_string
from simtwin.api.reply.values.schema import DEEPEST, Resolver, Schema, key, types

#: Values in one input; a `minItems` beyond it is not met.
MOST_VALUES = 1_000

# Below this many levels, or with half of the values made, only what is required is made up, so that
# recursive schemas end.
_SHALLOW = 4
# How often to try for an item that is not in the list yet.
_TRIES = 40

#: Keywords that tell what a schema without a `type` is about.
_TELLING: Mapping[str, str] = {
    "properties": "object",
    "required": "object",
    "additionalProperties": "object",
    "minProperties": "object",
    "items": "array",
    "prefixItems": "array",
    "minItems": "array",
    "minimum": "number",
    "maximum": "number",
    "exclusiveMinimum": "number",
    "exclusiveMaximum": "number",
    "multipleOf": "number",
}


def make_input(schema: Schema, rng: Random) -> dict[str, Any]:
    """An input that satisfies `schema`, as `check_schema` let it pass.

    The same schema and randomness give the same input.
    """
    value = make_value(schema, rng)
    return value if isinstance(value, dict) else {}


def make_value(schema: Schema, rng: Random) -> Any:
    """A value of any kind that satisfies `schema`, as `make_input`."""
    return _Maker(schema, rng).value(schema, 0)


class _Maker:
    def __init__(self, root: Schema, rng: Random) -> None:
        self._resolver = Resolver(root)
        self._rng = rng
        self._left = MOST_VALUES

    def value(self, schema: object, depth: int) -> Any:
        """A value for a part of the schema; None where the bounds are reached."""
        self._left -= 1
        if self._left < 0 or depth > DEEPEST:
            return None
        known = self._resolver.resolved(schema)
        if "const" in known:
            return known["const"]
        enum = known.get("enum")
        if isinstance(enum, list) and enum:
            return self._first_that_fits(self._turned(enum), known)
        for wish in _wishes(known):
            if fits(wish, known, self._resolver):
                return wish
        for name in ("anyOf", "oneOf"):
            parts = known.get(name)
            if isinstance(parts, list) and parts:
                return self._branch(name, parts, known, depth)
        return self._of_kind(known, depth)

    def _turned(self, values: list[Any]) -> list[Any]:
        """The values from a drawn one on, and around."""
        start = self._rng.randrange(len(values))
        return [*values[start:], *values[:start]]

    def _first_that_fits(self, values: list[Any], known: Schema) -> Any:
        rest = {name: value for name, value in known.items() if name != "enum"}
        return next((value for value in values if fits(value, rest, self._resolver)), values[0])

    def _branch(self, name: str, parts: list[Any], known: Schema, depth: int) -> Any:
        """A value of one of several schemas: the first that works out, from a drawn one on.

        Null comes last: a field that may be null is there to be filled. Deep down, what refers to
        something else comes after what does not, so that recursion ends.
        """
        deep = self._is_deep(depth)
        ordered = sorted(
            self._turned(parts), key=lambda part: (deep and _refers(part), _is_null(part))
        )
        base = {word_: value for word_, value in known.items() if word_ != name}
        made = []
        for part in ordered:
            made.append(self.value({"allOf": [base, part]}, depth + 1))
            if fits(made[-1], known, self._resolver):
                return made[-1]
        return made[0]

    def _of_kind(self, known: Schema, depth: int) -> Any:
        match self._kind(known):
            case "object":
                return self._object(known, depth)
            case "array":
                return self._array(known, depth)
            case "integer":
                return make_integer(known, self._rng)
            case "number":
                return make_number(known, self._rng)
            case "boolean":
                return self._rng.random() < 0.5
            case "null":
                return None
        return make_string(known, self._rng)

    def _kind(self, known: Schema) -> str:
        named = types(known)
        filled = [name for name in named if name != "null"]
        if filled:
            return self._rng.choice(filled)
        if named:
            return "null"
        return next((kind for telling, kind in _TELLING.items() if telling in known), "string")

    def _object(self, known: Schema, depth: int) -> dict[str, Any]:
        properties = known.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = known.get("required")
        asked = required if isinstance(required, list) else ()
        needed = dict.fromkeys(name for name in asked if isinstance(name, str))
        least = bound(known, "minProperties") or 0
        most = bound(known, "maxProperties")
        room = (math.inf if most is None else most) - len(needed)
        made: dict[str, Any] = {}
        for name, schema in properties.items():
            if name not in needed:
                short = len(made) < least
                if room < 1 or schema is False or not (short or self._optional(depth)):
                    continue
                room -= 1
            made[name] = self.value(schema, depth + 1)
        other = known.get("additionalProperties", {})
        for name in needed:
            if name not in made:
                made[name] = self.value(other, depth + 1)
        while len(made) < least and other is not False and self._left > 0:
            made[f"{word(len(made))}_{len(made)}"] = self.value(other, depth + 1)
        return made

    def _is_deep(self, depth: int) -> bool:
        return depth > _SHALLOW or self._left < MOST_VALUES // 2

    def _optional(self, depth: int) -> bool:
        return not self._is_deep(depth) and self._rng.random() < 0.5

    def _array(self, known: Schema, depth: int) -> list[Any]:
        first, rest = places(known)
        least, most = bound(known, "minItems") or 0, bound(known, "maxItems")
        wanted = max(least, 0 if self._is_deep(depth) else self._rng.randint(1, 3))
        if most is not None:
            wanted = min(wanted, most)
        if rest is False:
            wanted = min(wanted, len(first))
        distinct = known.get("uniqueItems") is True
        made: list[Any] = []
        seen: set[object] = set()
        tries = _TRIES
        while len(made) < wanted and tries and self._left > 0:
            item = self.value(first[len(made)] if len(made) < len(first) else rest, depth + 1)
            if distinct and key(item) in seen:
                tries -= 1
                continue
            if distinct:
                seen.add(key(item))
            made.append(item)
        return made


def _wishes(known: Schema) -> list[Any]:
    """What the schema itself suggests, the examples first."""
    examples = known.get("examples")
    suggested = list(examples) if isinstance(examples, list) else []
    return suggested + [known[name] for name in ("example", "default") if name in known]


def _is_null(part: object) -> bool:
    return isinstance(part, dict) and types(part) == ["null"]


def _refers(part: object) -> bool:
    return isinstance(part, dict) and ("$ref" in part or "properties" in part or "items" in part)

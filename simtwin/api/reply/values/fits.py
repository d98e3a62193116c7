"""Whether a value satisfies a schema, as far as the twin reads schemas.

Keywords that it does not read are taken to hold: `pattern`, because a user's pattern could hold up
the process for seconds, and those with which no input is made up (`not`, `if`, `contains` and the
like).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.reply.values.schema import DEEPEST, Resolver, Schema, key, types

_KINDS: Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
}


def fits(value: object, schema: object, resolver: Resolver, depth: int = DEEPEST) -> bool:
    """Whether `value` satisfies `schema`.

    What the resolver cannot pay for, or is more than `depth` levels down, is taken to hold.
    """
    if schema is False:
        return False
    known = resolver.resolved(schema)
    if not known or not depth:
        return True
    named = types(known)
    if named and not any(_is(value, name) for name in named):
        return False
    if "const" in known and key(value) != key(known["const"]):
        return False
    enum = known.get("enum")
    if isinstance(enum, list) and resolver.spend(len(enum)) and key(value) not in map(key, enum):
        return False
    return _fits_its_kind(value, known, resolver, depth) and _fits_branches(
        value, known, resolver, depth
    )


def number_fits(value: float, schema: Schema) -> bool:
    """Whether a number is within the bounds of a schema and a multiple of its step."""
    least, most = bound(schema, "minimum"), bound(schema, "maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    step = bound(schema, "multipleOf")
    # In draft 4 the exclusive ones are true or false.
    if least is not None and (value < least or (above is True and value == least)):
        return False
    if most is not None and (value > most or (below is True and value == most)):
        return False
    least, most = bound(schema, "exclusiveMinimum"), bound(schema, "exclusiveMaximum")
    if (least is not None and value <= least) or (most is not None and value >= most):
        return False
    return not step or _is_multiple(value, step)


def length_fits(value: str, schema: Schema) -> bool:
    """Whether a string is as long as a schema allows."""
    return _within(len(value), schema, "minLength", "maxLength")


def bound(schema: Schema, name: str) -> float | None:
    """A number that a schema gives, None where it gives none."""
    value = schema.get(name)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _is(value: object, name: str) -> bool:
    if name in ("integer", "number"):
        whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        return not isinstance(value, bool) and (
            whole or (name == "number" and isinstance(value, float))
        )
    return isinstance(value, _KINDS.get(name, (object,)))


def _is_multiple(value: float, step: float) -> bool:
    if isinstance(value, int) and isinstance(step, int):
        return value % step == 0
    try:
        return (value / step).is_integer()
    except OverflowError:
        return False


def _fits_its_kind(value: Any, schema: Schema, resolver: Resolver, depth: int) -> bool:
    match value:
        case str():
            return length_fits(value, schema)
        case bool() | None:
            return True
        case int() | float():
            return number_fits(value, schema)
        case list():
            return _list_fits(value, schema, resolver, depth)
        case dict():
            return _object_fits(value, schema, resolver, depth)
    return True


def _within(size: int, schema: Schema, least: str, most: str) -> bool:
    low, high = bound(schema, least), bound(schema, most)
    return (low is None or size >= low) and (high is None or size <= high)


def _list_fits(value: list[Any], schema: Schema, resolver: Resolver, depth: int) -> bool:
    if not _within(len(value), schema, "minItems", "maxItems"):
        return False
    if schema.get("uniqueItems") is True and len(set(map(key, value))) < len(value):
        return False
    first, rest = places(schema)
    return all(
        fits(item, first[at] if at < len(first) else rest, resolver, depth - 1)
        for at, item in enumerate(value)
    )


def places(schema: Schema) -> tuple[list[Any], object]:
    """The schemas of the first items of an array, and that of every further one."""
    items = schema.get("items", {})
    if isinstance(items, list):
        return items, schema.get("additionalItems", {})
    first = schema.get("prefixItems")
    return (first if isinstance(first, list) else []), items


def _object_fits(value: dict[str, Any], schema: Schema, resolver: Resolver, depth: int) -> bool:
    if not _within(len(value), schema, "minProperties", "maxProperties"):
        return False
    required = schema.get("required")
    names = required if isinstance(required, list) else ()
    if any(isinstance(name, str) and name not in value for name in names):
        return False
    properties = schema.get("properties")
    known = properties if isinstance(properties, dict) else {}
    # A name that a pattern might match is left alone.
    other = {} if "patternProperties" in schema else schema.get("additionalProperties", {})
    return all(
        fits(item, known.get(name, other), resolver, depth - 1) for name, item in value.items()
    )


def _fits_branches(value: object, schema: Schema, resolver: Resolver, depth: int) -> bool:
    any_of, one_of = schema.get("anyOf"), schema.get("oneOf")
    if isinstance(any_of, list) and not any(
        fits(value, part, resolver, depth - 1) for part in any_of
    ):
        return False
    return not isinstance(one_of, list) or (
        sum(fits(value, part, resolver, depth - 1) for part in one_of) == 1
    )

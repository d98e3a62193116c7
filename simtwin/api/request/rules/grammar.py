"""What the schemas of structured outputs and strict tools may say, for they are compiled.

The limits are those of the documentation (platform.claude.com, structured outputs, 2026-08): objects
are closed, numbers and strings have no bounds, nothing refers to itself, and only so much is optional.
A schema is within the bounds of `check_schema` before it comes here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from simtwin.api.errors import invalid

MOST_OPTIONAL = 24
MOST_UNIONS = 16
MOST_STRICT_TOOLS = 20
#: Where compilation gives up is not documented; no schema that a person wrote is as large.
MOST_VALUES = 5_000

_NUMERIC = frozenset(("exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"))
#: Keywords that each type may not have.
_UNSUPPORTED: Mapping[str, frozenset[str]] = {
    "array": frozenset(("contains", "maxItems", "uniqueItems")),
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "object": frozenset(("maxProperties", "minProperties", "patternProperties")),
    "string": frozenset(("maxLength", "minLength")),
}
#: How many definitions of a circle a message names.
_MOST_SHOWN = 9
_DATA = frozenset(("const", "default", "enum", "example", "examples"))
_DEFINITIONS = ("$defs", "definitions")
_NAMED = frozenset(("properties", *_DEFINITIONS))


@attrs.define
class Grammar:
    """The schemas of one request that are compiled together."""

    optional: int = 0
    unions: int = 0
    values: int = 0

    def add(self, schema: Mapping[str, Any], path: str) -> None:
        """Take one more schema in.

        Raises:
            Rejected: it says what cannot be compiled.
        """
        if not _is_plain(schema):
            return
        for node in _nodes(schema):
            properties = node.get("properties")
            if not isinstance(properties, dict):
                properties = {}
            self.values += len(node) + len(properties)
            if self.values > MOST_VALUES:
                # Seen in 2026-05 (genkit-ai/genkit#5230).
                raise invalid(
                    "Schema is too complex for compilation. Try reducing the number of tools or "
                    "simplifying tool schemas."
                )
            fault = _fault(node)
            if fault is not None:
                raise invalid(f"{path}: {fault}")
            named = _names(node.get("required"))
            self.optional += sum(1 for name in properties if name not in named)
            self.unions += sum(1 for part in properties.values() if _is_union(part))
        circle = find_circle(schema)
        if circle is not None:
            # Seen in 2026-07 (egonSchiele/agency-lang#487).
            raise invalid(
                f"Circular reference detected in schema definitions: {circle}. "
                "Self-referencing or mutually-referencing definitions are not supported."
            )

    def close(self) -> None:
        """All schemas are in.

        Raises:
            Rejected: together they leave too much open.
        """
        if self.optional > MOST_OPTIONAL:
            # Seen in 2026-04 (elie222/inbox-zero#2323).
            raise invalid(
                f"Schemas contains too many optional parameters ({self.optional}), which would make "
                "grammar compilation inefficient. Reduce the number of optional parameters in your "
                f"tool schemas (limit: {MOST_OPTIONAL})."
            )
        if self.unions > MOST_UNIONS:
            # Its beginning seen in 2026-07 (vercel/ai#17268), the rest recalled.
            raise invalid(
                f"Schemas contains too many parameters with union types ({self.unions} parameters "
                "with type arrays or anyOf). This would cause exponential compilation cost. Reduce "
                f"the number of nullable or union-typed parameters (limit: {MOST_UNIONS} parameters "
                "with unions)."
            )


def _is_plain(schema: Mapping[str, Any]) -> bool:
    """Whether its properties are schemas; a `{"city": "bar"}`, as in the SDK's tests, compiles."""
    properties = schema.get("properties")
    return not isinstance(properties, dict) or all(
        isinstance(part, (dict, bool)) for part in properties.values()
    )


def _nodes(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every schema in a schema, itself first."""
    todo: list[tuple[Any, bool]] = [(schema, False)]
    while todo:
        value, names = todo.pop()
        if isinstance(value, list):
            todo += [(item, False) for item in value]
        elif isinstance(value, dict):
            if not names:
                yield value
            todo += [
                (child, not names and name in _NAMED)
                for name, child in value.items()
                if names or name not in _DATA
            ]


def _fault(node: Mapping[str, Any]) -> str | None:
    said = node.get("type")
    kinds = said if isinstance(said, list) else (said,)
    for kind in kinds:
        if not isinstance(kind, str) or kind not in _UNSUPPORTED:
            continue
        if kind == "object" and node.get("additionalProperties") is not False:
            # Recalled.
            return "For 'object' type, 'additionalProperties' must be explicitly set to false"
        if kind == "array" and node.get("minItems", 0) not in (0, 1):
            # Seen in 2026-05 (ghostlobster/memorize-everything#93).
            return "For 'array' type, 'minItems' values other than 0 or 1 are not supported"
        found = sorted(_UNSUPPORTED[kind] & node.keys())
        if len(found) == 1:
            # Recalled; that of several seen in 2026-07 (vercel/ai#17268).
            return f"For '{kind}' type, property '{found[0]}' is not supported"
        if found:
            return f"For '{kind}' type, properties {', '.join(found)} are not supported"
    return None


def _names(required: object) -> frozenset[str]:
    listed = required if isinstance(required, list) else ()
    return frozenset(name for name in listed if isinstance(name, str))


def _is_union(part: object) -> bool:
    return isinstance(part, dict) and (
        isinstance(part.get("type"), list) or "anyOf" in part or "oneOf" in part
    )


def find_circle(schema: Mapping[str, Any]) -> str | None:
    """The names of a definition that leads back to itself, None where there is none."""
    targets: dict[str, list[str]] = {"#": _references(schema, besides=_DEFINITIONS)}
    for section in _DEFINITIONS:
        named = schema.get(section)
        if isinstance(named, dict):
            for name, part in named.items():
                targets[f"#/{section}/{name}"] = _references(part)
    done: set[str] = set()
    for start, found in targets.items():
        trail: dict[str, Iterator[str]] = {start: iter(found)}
        while trail:
            here = next(reversed(trail))
            following = next(trail[here], None)
            if following is None:
                done.add(here)
                del trail[here]
            elif following in trail:
                passed = list(trail)
                circle = [*passed[passed.index(following) :], following]
                return " -> ".join(name.rpartition("/")[2] for name in circle[:_MOST_SHOWN])
            elif following in targets and following not in done:
                trail[following] = iter(targets[following])
    return None


def _references(value: Any, besides: tuple[str, ...] = ()) -> list[str]:
    if isinstance(value, dict) and besides:
        value = {name: child for name, child in value.items() if name not in besides}
    if not isinstance(value, dict):
        return []
    found = (node.get("$ref") for node in _nodes(value))
    return [reference for reference in found if isinstance(reference, str)]

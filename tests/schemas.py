"""JSON schemas that can be satisfied, as tools have them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def object_of(**properties: Any) -> dict[str, Any]:
    """The schema of an object of which every property is required."""
    return {"type": "object", "properties": properties, "required": list(properties)}


def _integers() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda low, room, step, exclusive: {
            "type": "integer",
            ("exclusiveMinimum" if exclusive else "minimum"): low,
            "maximum": low + room + 2 * step,
            "multipleOf": step,
        },
        st.integers(-1_000, 1_000),
        st.integers(0, 50),
        st.integers(1, 20),
        st.booleans(),
    )


def _numbers() -> st.SearchStrategy[dict[str, Any]]:
    low = st.floats(-1e6, 1e6)
    return st.builds(
        lambda low, room, above, below: {
            "type": "number",
            ("exclusiveMinimum" if above else "minimum"): low,
            ("exclusiveMaximum" if below else "maximum"): low + room,
        },
        low,
        st.floats(0.001, 1e6),
        st.booleans(),
        st.booleans(),
    )


def _strings() -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(
        lambda least, room: {"type": "string", "minLength": least, "maxLength": least + room},
        st.integers(0, 40),
        st.integers(0, 10),
    )


_SIMPLE: st.SearchStrategy[Any] = st.one_of(
    _integers(),
    _numbers(),
    _strings(),
    st.sampled_from(
        [
            {},
            True,
            {"type": "boolean"},
            {"type": "null"},
            {"type": ["string", "null"]},
            {"type": ["integer", "string"], "minimum": 3, "minLength": 2},
            {"type": "string", "default": None},
            {"type": "integer", "default": 7, "minimum": 3},
            {"type": "integer", "default": 1, "minimum": 3},
            {"type": "string", "examples": [7, "seven"]},
            {"const": {"a": [1, None]}},
            {"enum": [1, "a", None, True]},
            {"type": "string", "enum": [1, "a", None]},
            {"type": "number", "multipleOf": 0.25, "minimum": 0.1},
            {"type": "integer", "multipleOf": 2.5},
            {"$ref": "#/$defs/tree"},
            {"$ref": "#/$defs/size", "description": "how large"},
            {"minLength": 3},
            {"minimum": 3},
        ]
    ),
)


def _grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    names = st.sampled_from(["a", "b", "c", "d"])
    properties = st.dictionaries(names, inner, max_size=3)
    return st.one_of(
        st.builds(
            lambda properties, required, closed: {
                "type": "object",
                "properties": properties,
                "required": [name for name in properties if name in required],
                "additionalProperties": not closed,
            },
            properties,
            st.sets(names),
            st.booleans(),
        ),
        st.builds(
            lambda value, least: {
                "type": "object",
                "additionalProperties": value,
                "minProperties": least,
                "required": ["z"],
            },
            inner,
            st.integers(0, 4),
        ),
        st.builds(
            lambda items, least, room: {
                "type": "array",
                "items": items,
                "minItems": least,
                "maxItems": least + room,
            },
            inner,
            st.integers(0, 3),
            st.integers(0, 2),
        ),
        st.builds(
            lambda first, rest: {"type": "array", "prefixItems": first, "items": rest},
            st.lists(inner, max_size=3),
            inner | st.just(False),
        ),
        st.builds(
            lambda least: {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": 9},
                "uniqueItems": True,
                "minItems": least,
            },
            st.integers(0, 5),
        ),
        st.builds(lambda parts: {"anyOf": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda part: {
                "oneOf": [
                    {"type": "object", "required": ["q"], "properties": part},
                    {"type": "null"},
                ]
            },
            properties,
        ),
        st.builds(lambda part: {"allOf": [part, {"title": "narrowed"}]}, inner),
    )


DEFS = {
    "size": {"type": "integer", "minimum": 1, "maximum": 3},
    "tree": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}},
            "parent": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]},
        },
        "required": ["name", "children", "parent"],
    },
}

schemas: st.SearchStrategy[Any] = st.recursive(_SIMPLE, _grown, max_leaves=8)

"""Made-up inputs of tools."""

from __future__ import annotations

import ipaddress
import json
from datetime import date, datetime
from random import Random
from time import process_time
from typing import Any
from uuid import UUID

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import DEFS, object_of, schemas

from simtwin.api.reply.values.scalars import LONGEST_STRING
from simtwin.api.reply.values.schema import DEEPEST, MOST_NODES, check_schema
from simtwin.api.reply.values.tool_input import MOST_VALUES, make_input


def _made(schema: Any, seed: int = 0) -> Any:
    """What is made up for a required field of `schema`."""
    return make_input(object_of(x=schema), Random(seed))["x"]


@given(schema=schemas, seed=st.integers(0, 2**32))
def test_an_input_satisfies_its_schema(schema: Any, seed: int) -> None:
    whole = {**object_of(x=schema), "$defs": DEFS}

    made = make_input(whole, Random(seed))

    jsonschema.Draft202012Validator(whole).validate(made)
    assert json.loads(json.dumps(made)) == made


def test_the_same_source_makes_the_same_input() -> None:
    schema = object_of(a={"type": "string"}, b={"type": "integer"}, c={"type": "array"})

    assert make_input(schema, Random(7)) == make_input(schema, Random(7))


def test_what_is_optional_is_given_now_and_then() -> None:
    schema = {**object_of(a={"type": "string"}), "required": []}

    given_ = {"a" in make_input(schema, Random(seed)) for seed in range(50)}

    assert given_ == {True, False}


def test_a_fitting_example_is_preferred_to_a_default_and_a_default_to_anything_else() -> None:
    assert _made({"type": "string", "examples": [7, "a"], "default": "b"}) == "a"
    assert _made({"type": "string", "examples": [7], "default": "b"}) == "b"
    assert _made({"type": "string", "default": 7}) != 7


def test_a_field_that_may_be_null_is_filled() -> None:
    assert isinstance(_made({"anyOf": [{"type": "null"}, {"type": "integer"}]}), int)
    assert isinstance(_made({"type": ["null", "integer"]}), int)
    assert isinstance(_made({"type": "integer", "nullable": True}), int)


def test_one_of_holds_for_exactly_one() -> None:
    schema = {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "number", "maximum": 5}]}

    for seed in range(50):
        made = _made(schema, seed)
        jsonschema.Draft202012Validator(schema).validate(made)


@pytest.mark.parametrize(
    ("form", "reads"),
    [
        ("date", date.fromisoformat),
        ("date-time", datetime.fromisoformat),
        ("time", lambda text: datetime.fromisoformat(f"2026-01-01T{text}")),
        ("uuid", UUID),
        ("ipv4", ipaddress.IPv4Address),
        ("ipv6", ipaddress.IPv6Address),
        ("email", lambda text: text.index("@")),
        ("uri", lambda text: text.index("://")),
    ],
)
def test_a_format_is_kept(form: str, reads: Any) -> None:
    for seed in range(20):
        assert reads(_made({"type": "string", "format": form}, seed)) is not None


def test_a_pattern_is_never_run() -> None:
    """`^(a+)+$` on a text that does not match takes a backtracking engine for ever."""
    schema = {"type": "string", "pattern": "^(a+)+$", "default": "a" * 40 + "!"}

    assert _made(schema) == "a" * 40 + "!"


@pytest.mark.parametrize(
    ("schema", "most"),
    [
        ({"type": "array", "minItems": 10**9}, MOST_VALUES),
        ({"type": "string", "minLength": 10**9}, LONGEST_STRING + 10),
        ({"type": "object", "minProperties": 10**9}, MOST_VALUES),
        ({"type": "string", "maxLength": -3}, 0),
        ({"type": "array", "items": {"enum": [1]}, "uniqueItems": True, "minItems": 5}, 1),
    ],
)
def test_what_asks_for_too_much_gets_what_there_is(schema: dict[str, Any], most: int) -> None:
    assert len(_made(schema)) <= most


def _tower(levels: int) -> dict[str, Any]:
    """Definitions of which each asks for the next one twice: 2 to the power of `levels` in all."""
    names = [f"n{level}" for level in range(levels)]
    return {
        name: {"anyOf": [{"$ref": f"#/$defs/{after}"}, {"$ref": f"#/$defs/{after}"}]}
        for name, after in zip(names, [*names[1:], "none"], strict=True)
    } | {"none": {"type": "string", "minLength": 5, "maxLength": 1}}


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "#"},
        {"allOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]},
        {"oneOf": [{"$ref": "#/$defs/n0"}], "$defs": _tower(28)},
        {"$ref": "#/$defs/n0", "$defs": _tower(28), "default": "x"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#no-pointer"},
        {"type": "object", "properties": {"x": {"$ref": "#"}}, "required": ["x"]},
        {"type": "integer", "minimum": 5, "maximum": 1},
        {"type": "number", "minimum": -1e308, "maximum": 1e308},
        {"type": "number", "multipleOf": 5e-324, "minimum": 1e308},
        {"type": "integer", "multipleOf": 1e308, "minimum": 1},
        {"type": "integer", "minimum": 1e308},
        {"type": "integer", "exclusiveMinimum": True, "minimum": 3},
        {"enum": []},
        {"type": "nonsense"},
        {"type": [7, None]},
        {"required": [7, {"a": 1}], "type": "object"},
        {"properties": [], "required": {}, "type": "object"},
        {"items": 7, "prefixItems": {}, "type": "array", "minItems": "two"},
        {"anyOf": [], "oneOf": "x", "allOf": {}},
        {"format": ["date"], "type": "string"},
        {"multipleOf": 0, "type": "integer"},
        {"multipleOf": -2, "type": "integer"},
    ],
)
def test_a_hostile_schema_is_answered_in_bounded_time(schema: dict[str, Any]) -> None:
    whole = {"type": "object", "properties": {"x": True}, "required": ["x"], **schema}
    begun = process_time()

    for tried in (whole, {**object_of(x=schema), "$defs": schema.get("$defs", {})}):
        assert check_schema(tried) is None
        made = make_input(tried, Random(0))
        assert isinstance(made, dict)
        assert len(json.dumps(made)) < 100_000

    assert process_time() - begun < 2


_KEYWORDS = st.sampled_from(
    [
        "$ref",
        "$defs",
        "type",
        "enum",
        "const",
        "default",
        "examples",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "prefixItems",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "multipleOf",
        "minLength",
        "maxLength",
        "format",
        "pattern",
        "anyOf",
        "oneOf",
        "allOf",
        "minProperties",
        "maxProperties",
        "x",
    ]
)
_JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.just(10**4_200)
    | st.sampled_from(["string", "object", "array", "integer", "number", "null", "#", "#/x", "x"])
    | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYWORDS, inner, max_size=4),
    max_leaves=12,
)


@given(schema=st.dictionaries(_KEYWORDS, _JUNK, max_size=5), seed=st.integers(0, 9))
def test_no_schema_gives_anything_but_an_input_or_a_refusal(
    schema: dict[str, Any], seed: int
) -> None:
    whole = {**schema, "type": "object"}

    if check_schema(whole) is None:
        made = make_input(whole, Random(seed))
        assert isinstance(json.loads(json.dumps(made)), dict)


def _nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "object"}
    for _ in range(levels - 1):
        schema = {"type": "object", "properties": {"x": schema}}
    return schema


def test_a_schema_may_be_so_deep_and_no_deeper() -> None:
    assert check_schema(_nested(DEEPEST)) is None
    assert check_schema(_nested(DEEPEST + 1)) == f"it is more than {DEEPEST} levels deep"
    assert check_schema(_nested(50_000)) == f"it is more than {DEEPEST} levels deep"


def test_data_in_a_schema_may_be_no_deeper_either() -> None:
    data: list[Any] = []
    for _ in range(DEEPEST):
        data = [data]

    assert check_schema({"const": data}) == f"it is more than {DEEPEST} levels deep"


def test_a_schema_may_be_so_large_and_no_larger() -> None:
    assert check_schema({"enum": [*range(MOST_NODES - 2)]}) is None
    assert check_schema({"enum": [*range(MOST_NODES)]}) == f"it has more than {MOST_NODES} values"


@pytest.mark.parametrize("reference", ["https://example.com/a.json", "other.json", "/a#/b"])
def test_a_reference_to_somewhere_else_is_refused(reference: str) -> None:
    reason = check_schema({"properties": {"x": {"items": {"$ref": reference}}}})

    assert reason is not None
    assert reference in reason


def test_a_property_or_a_value_called_ref_is_no_reference() -> None:
    schema = {
        "properties": {"$ref": {"type": "string"}},
        "default": {"$ref": "https://example.com"},
    }

    assert check_schema(schema) is None

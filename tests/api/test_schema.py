"""Reading a schema: what it allows, and what two of them allow together."""

from __future__ import annotations

from random import Random
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from schemas import DEFS, object_of, schemas

from simtwin.api.reply.values.fits import fits
from simtwin.api.reply.values.schema import Resolver, key, merged
from simtwin.api.reply.values.tool_input import make_input

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 9)
    | st.floats(-5, 9)
    | st.sampled_from(["", "a", "some", "a longer text"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "name", "z"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(schema=schemas, value=values)
def test_a_value_fits_where_a_validator_says_so(schema: Any, value: Any) -> None:
    whole = {**object_of(x=schema), "$defs": DEFS}
    validator = jsonschema.Draft202012Validator(whole)

    fitting = fits({"x": value}, whole, Resolver(whole))

    assert fitting == validator.is_valid({"x": value})


@given(schema=schemas, seed=st.integers(0, 99))
def test_what_is_made_up_fits(schema: Any, seed: int) -> None:
    whole = {**object_of(x=schema), "$defs": DEFS}

    made = make_input(whole, Random(seed))

    assert fits(made, whole, Resolver(whole))


@pytest.mark.parametrize(
    ("value", "schema"),
    [
        ("text", {"pattern": "^(a+)+$"}),
        ({"x-a": 1}, {"patternProperties": {"^x-": {}}, "additionalProperties": False}),
        ([1], {"contains": {"type": "string"}}),
        (1, {"not": {}}),
    ],
)
def test_a_keyword_that_is_not_read_is_taken_to_hold(value: Any, schema: dict[str, Any]) -> None:
    assert fits(value, schema, Resolver(schema))


def test_a_tuple_of_draft_seven_is_read_as_one() -> None:
    schema = {"items": [{"type": "string"}, {"type": "integer"}], "additionalItems": False}

    assert fits(["a", 1], schema, Resolver(schema))
    assert not fits(["a", "b"], schema, Resolver(schema))
    assert not fits(["a", 1, 1], schema, Resolver(schema))


def test_an_exclusive_bound_of_draft_four_is_read_as_one() -> None:
    schema = {"minimum": 3, "exclusiveMinimum": True, "maximum": 5, "exclusiveMaximum": True}

    assert [fits(value, schema, Resolver(schema)) for value in (3, 4, 5)] == [False, True, False]


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ({}, {"type": "string"}, {"type": "string"}),
        ({"minimum": 1, "maximum": 9}, {"minimum": 3, "maximum": 5}, {"minimum": 3, "maximum": 5}),
        ({"type": ["string", "null"]}, {"type": "string"}, {"type": ["string"]}),
        ({"type": "number"}, {"type": "integer"}, {"type": ["integer"]}),
        ({"enum": [1, 2]}, {"enum": [2, True]}, {"enum": [2]}),
        ({"required": ["a"]}, {"required": ["a", "b"]}, {"required": ["a", "b"]}),
        (
            {"properties": {"a": {"minimum": 1}}},
            {"properties": {"a": {"maximum": 2}, "b": {}}},
            {"properties": {"a": {"allOf": [{"minimum": 1}, {"maximum": 2}]}, "b": {}}},
        ),
        ({"minimum": "x", "title": "one"}, {"minimum": 3, "title": "other"}, None),
    ],
)
def test_two_schemas_together_allow_what_both_do(
    one: dict[str, Any], other: dict[str, Any], both: dict[str, Any] | None
) -> None:
    """Where keywords cannot say it, the second one wins."""
    assert merged(one, other) == (other if both is None else both)


@pytest.mark.parametrize(
    ("reference", "target"),
    [
        ("#", {"a/b": {"c%d": [{"title": "here"}]}}),
        ("#/a~1b/c%25d/0", {"title": "here"}),
        ("#/a~1b/c%25d/1", {}),
        ("#/missing", {}),
        ("#anchor", {}),
    ],
)
def test_a_reference_is_a_json_pointer(reference: str, target: dict[str, Any]) -> None:
    root = {"a/b": {"c%d": [{"title": "here"}]}}

    assert Resolver(root).resolved({"$ref": reference}) == target


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1, {"a": 2}], [1.0, {"a": 2.0}], True),
        ([1], {"a": 1}, False),
        ([], None, False),
        ("a", ["a"], False),
    ],
)
def test_keys_are_equal_for_equal_json_values_alone(
    one: object, other: object, equal: bool
) -> None:
    assert (key(one) == key(other)) is equal

"""What the schemas of structured outputs and strict tools may not say."""

from __future__ import annotations

from typing import Any

import pytest
from asking import doc_of
from refusing import is_taken, said

from simtwin.api.request.parse import parsing
from simtwin.api.request.rules.grammar import MOST_VALUES
from simtwin.api.version import OLDER

OPEN = {"type": "object", "properties": {}}


def _object(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "additionalProperties": False, **more}


def _format(schema: dict[str, Any]) -> dict[str, Any]:
    return {"output_config": {"format": {"type": "json_schema", "schema": schema}}}


def _strict(*schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        "tools": [
            {"name": f"t{number}", "input_schema": schema, "strict": True}
            for number, schema in enumerate(schemas)
        ]
    }


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (OPEN, "For 'object' type, 'additionalProperties' must be explicitly set to false"),
        (
            {"type": "array", "items": OPEN},
            "For 'object' type, 'additionalProperties' must be explicitly set to false",
        ),
        (
            _object({"n": {"type": "integer", "minimum": 1, "maximum": 2}}),
            "For 'integer' type, properties maximum, minimum are not supported",
        ),
        (
            _object({"n": {"type": ["number", "null"], "multipleOf": 2}}),
            "For 'number' type, property 'multipleOf' is not supported",
        ),
        (
            _object({"minimum": {"type": "string", "minLength": 1}}),
            "For 'string' type, property 'minLength' is not supported",
        ),
        (
            _object({"n": {"type": "array", "minItems": 2}}),
            "For 'array' type, 'minItems' values other than 0 or 1 are not supported",
        ),
        (
            {"$defs": {"n": {"type": "array", "maxItems": 2}}},
            "For 'array' type, property 'maxItems' is not supported",
        ),
        ({"$ref": "https://example.com/a.json"}, "JSON schema is invalid: $ref "),
    ],
)
def test_what_cannot_be_compiled_is_refused_with_its_keyword(
    schema: dict[str, Any], words: str
) -> None:
    assert said(_format(schema)).startswith(f"output_config.format.schema: {words}")


@pytest.mark.parametrize(
    "schema",
    [
        {"foo": "bar"},
        _object({"minimum": {"type": "integer"}, "type": {"type": "string"}}),
        _object({"n": {"type": "array", "minItems": 1}, "e": {"enum": [{"minimum": 1}]}}),
        _object({"n": {"$ref": "#/$defs/n"}}, **{"$defs": {"n": {"type": "string"}}}),
        _object({"p": {"type": "string", "pattern": "^(a+)+$", "format": "date"}}),
    ],
)
def test_what_can_be_compiled_is_taken(schema: dict[str, Any]) -> None:
    assert is_taken(_format(schema))
    assert is_taken({"output_format": {"type": "json_schema", "schema": schema}})


def test_a_tool_is_held_to_it_only_where_it_is_strict() -> None:
    loose = {"tools": [{"name": "go", "input_schema": OPEN}]}

    assert is_taken(loose)
    assert said(_strict(OPEN)) == (
        "tools.0.custom: For 'object' type, 'additionalProperties' must be explicitly set to false"
    )


def test_the_odd_tool_of_the_sdk_tests_is_taken() -> None:
    odd = {"type": "object", "properties": {"location": "bar", "unit": "bar"}, "required": ["unit"]}

    assert is_taken(_strict(odd))


@pytest.mark.parametrize(
    ("definitions", "circle"),
    [
        ({"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}, "a -> a"),
        ({"a": {"anyOf": [{"$ref": "#/$defs/b"}]}, "b": {"$ref": "#/$defs/a"}}, "a -> b -> a"),
        ({"a": {"items": {"$ref": "#"}}}, "# -> a -> #"),
    ],
)
def test_a_definition_that_leads_back_to_itself_is_refused(
    definitions: dict[str, Any], circle: str
) -> None:
    words = said(_format({"$ref": "#/$defs/a", "$defs": definitions}))

    assert words == (
        f"Circular reference detected in schema definitions: {circle}. "
        "Self-referencing or mutually-referencing definitions are not supported."
    )


def test_what_is_optional_is_counted_over_all_schemas() -> None:
    some = _object({f"p{number}": {"type": "string"} for number in range(12)})
    one = _object({"p": {"type": "string"}})

    assert is_taken(_strict(some, some))
    assert said(_strict(some, some, one)) == (
        "Schemas contains too many optional parameters (25), which would make grammar compilation "
        "inefficient. Reduce the number of optional parameters in your tool schemas (limit: 24)."
    )


def test_unions_are_counted() -> None:
    names = [f"p{number}" for number in range(17)]
    unions = {name: {"type": ["string", "null"]} for name in names}

    words = said(_format(_object(unions, required=names)))

    assert words.startswith("Schemas contains too many parameters with union types (17 ")


def test_strict_tools_are_counted() -> None:
    assert is_taken(_strict(*[_object({})] * 20))
    assert said(_strict(*[_object({})] * 21)).startswith("Too many strict tools (21)")


def test_a_huge_schema_is_too_complex() -> None:
    names = [f"p{number}" for number in range(MOST_VALUES)]

    words = said(_format(_object(dict.fromkeys(names, True))))

    assert words.startswith("Schema is too complex for compilation. Try reducing the number of")


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (
            {"type": "object", "anyOf": []},
            (
                "tools.0.custom.input_schema: input_schema does not support oneOf, allOf, or anyOf at "
                "the top level"
            ),
        ),
        (
            {"type": "object", "properties": {"a b": {}}},
            (
                "tools.0.custom.input_schema.properties: Property keys should match pattern "
                "'^[a-zA-Z0-9_.-]{1,64}$'"
            ),
        ),
    ],
)
def test_the_schema_of_any_tool_has_limits_too(schema: dict[str, Any], words: str) -> None:
    assert said({"tools": [{"name": "go", "input_schema": schema}]}) == words


def test_tools_are_read_with_a_pause_after_each() -> None:
    tools = _strict(*[_object({})] * 5)

    assert sum(1 for _ in parsing(doc_of(**tools), OLDER, ())) >= 5

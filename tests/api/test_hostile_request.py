"""Requests made to take long: they are answered in pieces, and each piece is short."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from asking import ANSWERED, doc_of, turn

from simtwin.api.errors import Rejected
from simtwin.api.request.parse import parsing
from simtwin.api.version import OLDER

MANY = 20_000
TEXT = {"type": "text", "text": "Hi"}
CITED = {
    "type": "char_location",
    "cited_text": "a",
    "document_index": 0,
    "document_title": None,
    "start_char_index": 0,
    "end_char_index": 1,
}


def _result(content: Any) -> list[Any]:
    return [*ANSWERED[:2], turn({"type": "tool_result", "tool_use_id": "t", "content": content})]


def _deep(levels: int) -> dict[str, Any]:
    inner: dict[str, Any] = {}
    for _ in range(levels):
        inner = {"properties": {"a": inner}}
    return inner


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [turn(*[TEXT] * MANY)]},
        {"messages": [{"role": "user", "content": "Hi"}] * MANY},
        {"messages": _result([TEXT] * MANY)},
        {"messages": [turn({**TEXT, "citations": [CITED] * MANY})]},
        {
            "messages": _result(
                [{"type": "document", "source": {"type": "content", "content": [TEXT] * MANY}}]
            )
        },
        {"system": [TEXT] * MANY},
        {"stop_sequences": ["a"] * MANY},
        {"tools": [{"name": f"t{n}", "input_schema": {"type": "object"}} for n in range(MANY)]},
        {"messages": [turn({**TEXT, **dict.fromkeys(map(str, range(MANY)), 1)})]},
    ],
    ids=[
        "blocks",
        "turns",
        "a result",
        "citations",
        "a document in a result",
        "system",
        "stops",
        "tools",
        "fields",
    ],
)
def test_a_long_list_is_read_with_pauses_wherever_it_is(fields: dict[str, Any]) -> None:
    pauses: list[None] = []

    # Some are refused in the end, but not before they were read.
    with suppress(Rejected):
        pauses.extend(parsing(doc_of(**fields), OLDER, ()))

    assert len(pauses) >= MANY // 1_000 - 1


def test_many_short_lists_are_read_with_pauses_too() -> None:
    inner = {"type": "document", "source": {"type": "content", "content": [TEXT] * 90}}

    steps = parsing(doc_of(messages=_result([inner] * 90)), OLDER, ())

    assert sum(1 for _ in steps) >= 90


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", **_deep(500)},
        {"type": "object", "$ref": "https://example.com/schema.json"},
        {"type": "object", "properties": {"a": {"enum": [0] * 20_000}}},
    ],
)
def test_a_schema_out_of_bounds_is_refused(schema: dict[str, Any]) -> None:
    tools = [{"name": "go", "input_schema": schema, "strict": True}]

    with pytest.raises(Rejected) as caught:
        list(parsing(doc_of(tools=tools), OLDER, ()))

    assert caught.value.error.message.startswith(
        "tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12"
    )


def test_a_pattern_is_never_tried() -> None:
    trap = {"type": "string", "pattern": "^(a+)+$", "examples": ["a" * 50 + "!"]}
    schema = {
        "type": "object",
        "properties": {"a": trap},
        "additionalProperties": False,
        "required": ["a"],
    }
    tools = [{"name": "go", "input_schema": schema, "strict": True}]

    assert len(list(parsing(doc_of(tools=tools), OLDER, ()))) <= 2

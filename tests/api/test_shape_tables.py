"""The tables of shapes are those of the SDK."""

from __future__ import annotations

import typing
from typing import Any

import anthropic.types.beta.beta_content_block_param as blocks
import anthropic.types.beta.beta_tool_union_param as tools
import pytest
import typing_extensions
from anthropic.types.beta.message_create_params import MessageCreateParamsNonStreaming

from simtwin.api.request.shape.blocks import BLOCKS
from simtwin.api.request.shape.record import Tagged
from simtwin.api.request.shape.settings import MESSAGES
from simtwin.api.request.shape.tool_table import TOOLS

#: Sent as headers.
HEADERS = {"betas", "user_profile_id", "workspace_id"}
#: Taken although the SDK no longer sends it, or only in `extra_body`.
UNSENT = {"output_format"}


def _kinds(union: Any) -> list[Any]:
    return [kind for kind in typing.get_args(union) if typing_extensions.is_typeddict(kind)]


def _fields(kind: Any) -> tuple[set[str], set[str]]:
    """All fields of a typed dictionary of the SDK, and those that must be there."""
    hints = typing_extensions.get_type_hints(kind, include_extras=True)
    needed = set()
    for name, hint in hints.items():
        origin: Any = typing.get_origin(hint)
        if origin is typing_extensions.Required:
            needed.add(name)
    return set(hints), needed


def _tags(kind: Any) -> list[str]:
    hints = typing_extensions.get_type_hints(kind)
    # `custom` may be null as well.
    literals = [hints["type"], *typing.get_args(hints["type"])]
    return [tag for hint in literals for tag in typing.get_args(hint) if isinstance(tag, str)]


def _rows(union: Any, table: Tagged) -> list[Any]:
    return [
        pytest.param(kind, tag, table, id=tag)
        for kind in _kinds(union)
        for tag in (_tags(kind) or ["custom"])
    ]


@pytest.mark.parametrize(
    ("kind", "tag", "table"),
    [
        *_rows(blocks.BetaContentBlockParam, BLOCKS),
        *_rows(tools.BetaToolUnionParam, TOOLS),
    ],
)
def test_a_table_has_the_fields_of_the_sdk(kind: Any, tag: str, table: Tagged) -> None:
    known, needed = _fields(kind)

    _, record, _ = table.kind({"type": tag})

    assert record is not None
    assert set(record.fields) == known
    # A tool of the caller's own need not say that it is one.
    assert {*record.required, "type"} == needed | {"type"}


def test_the_fields_of_a_request_are_those_of_the_sdk() -> None:
    known, _ = _fields(MessageCreateParamsNonStreaming)

    assert {*MESSAGES, "messages"} - UNSENT == known - HEADERS

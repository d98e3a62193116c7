"""Whatever the SDK's parameter types name, the twin knows: each field, each kind, each literal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import anthropic.types.beta.message_count_tokens_params as beta_counted
import anthropic.types.beta.message_create_params as beta_asked
import anthropic.types.message_count_tokens_params as counted
import anthropic.types.message_create_params as asked
import pytest
import typing_extensions
from asking import TOOL, doc_of
from sdk_values import values

from simtwin.api.errors import Rejected
from simtwin.api.request.fields import check_fields
from simtwin.api.request.parse import parse
from simtwin.api.request.phrases import EXTRA
from simtwin.api.request.shape.check import Check
from simtwin.api.request.shape.settings import COUNT, MESSAGES, MESSAGES_BEFORE
from simtwin.api.request.steps import run
from simtwin.api.version import NEWER, OLDER

Doc = dict[str, Any]

#: Sent as headers.
HEADERS = frozenset(("betas", "user_profile_id", "workspace_id"))
BETAS = (
    "compact-2026-01-12",
    "compact-2026-09-04",
    "mcp-client-2025-11-20",
    "thinking-binding-controls-2026-08-01",
)
#: A model of each generation, the newest first.
MODELS = (
    "claude-opus-5-5",
    "claude-opus-5",
    "claude-opus-4-8",
    "claude-opus-4-6",
    "claude-opus-4-5",
    "claude-sonnet-4-5",
    "claude-3-7-sonnet-20250219",
    "claude-3-5-sonnet-20241022",
)
ASKED = {"role": "user", "content": "Hi"}
NAMED = {**TOOL, "name": "text"}
SET = {"type": "mcp_toolset", "mcp_server_name": "text"}
CODE = {"type": "code_execution_20260120", "name": "code_execution"}
#: What must stand beside a field so that it means something.
BESIDE: Mapping[str, Doc] = {
    "container": {"tools": [CODE]},
    "mcp_servers": {"tools": [SET]},
    "thinking": {"max_tokens": 60_000},
    "tool_choice": {"tools": [NAMED]},
}
SERVER = {"type": "url", "name": "text", "url": "https://example.com"}
#: What is said of a value that has the right shape and stands alone: calls without results and
#: results without calls, blocks of the other side, and texts that are neither pictures nor signed.
ALONE = (
    "must have a corresponding",
    "blocks can only be in",
    "Could not process image",
    "The PDF specified was not valid",
    "Invalid `signature`",
    "Invalid `data`",
    "must be sent first",
    # The one model with the first tool for a computer does not call by code.
    "'claude-3-5-sonnet-20241022' does not support programmatic tool calling",
)


def _fields(params: Any) -> Iterator[tuple[str, Any]]:
    for name, hint in typing_extensions.get_type_hints(params).items():
        if name not in HEADERS:
            for value in values(hint, name):
                yield name, _in_place(value) if name == "messages" else value


def _in_place(messages: list[Doc]) -> list[Doc]:
    """Turns say something, and only those of the system have other fields."""
    others = any(not {"role", "content"} >= message.keys() for message in messages)
    role = {"role": "system"} if others else {}
    return [{"content": "Hi", **message, **role} for message in messages]


def _shape(name: str, value: Any, table: Mapping[str, Check], version: str) -> str | None:
    doc = doc_of(**{"max_tokens": 1_000 if "max_tokens" in table else ..., name: value})
    try:
        run(check_fields(doc, table, frozenset(("model",)), version))
    except Rejected as rejected:
        return rejected.error.message
    return None


@pytest.mark.parametrize(
    ("params", "table", "least"),
    [
        pytest.param(asked.MessageCreateParamsBase, MESSAGES_BEFORE, 2_000, id="messages"),
        pytest.param(beta_asked.MessageCreateParamsBase, MESSAGES_BEFORE, 8_000, id="beta"),
        pytest.param(counted.MessageCountTokensParams, COUNT, 2_000, id="count"),
        pytest.param(beta_counted.MessageCountTokensParams, COUNT, 8_000, id="beta count"),
    ],
)
def test_every_value_has_a_shape_that_is_known(
    params: Any, table: Mapping[str, Check], least: int
) -> None:
    said = [_shape(name, value, table, OLDER) for name, value in _fields(params)]

    assert len(said) > least
    assert not {each for each in said if each is not None}


def test_the_newer_edition_refuses_what_it_ended_and_nothing_else() -> None:
    said = {
        _shape(name, value, MESSAGES, NEWER)
        for name, value in _fields(beta_asked.MessageCreateParamsBase)
    } - {None}

    assert said
    for each in said:
        assert each is not None
        assert "Input tag 'document'" in each or each.endswith(f"text.citations: {EXTRA}"), each


def _said(name: str, value: Any) -> str | None:
    """What the last of the models says of a request with a value, None where one takes it."""
    fields = {**BESIDE.get(name, {}), name: value}
    if name == "tools" and value and value[0].get("type") == "mcp_toolset":
        fields["mcp_servers"] = [SERVER]
    if name == "messages" and value[0]["role"] != "user":
        fields["messages"] = [ASKED, *value]
    said = None
    for model in MODELS:
        try:
            parse(doc_of(**{"model": model, **fields}), OLDER, BETAS)
        except Rejected as rejected:
            said = rejected.error.message
        else:
            return None
    return said


@pytest.mark.parametrize(
    "params", [asked.MessageCreateParamsBase, beta_asked.MessageCreateParamsBase]
)
def test_every_value_is_taken_by_a_model_or_refused_for_what_is_not_there(params: Any) -> None:
    said = {_said(name, value) for name, value in _fields(params) if name != "model"} - {None}

    assert not [each for each in said if each and not any(words in each for words in ALONE)]

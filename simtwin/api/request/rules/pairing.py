"""That every call has its result, and every result its call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from simtwin.api.errors import Rejected, invalid
from simtwin.api.request.shape.pieces import AT_ONCE
from simtwin.api.request.steps import Steps

Block = Mapping[str, Any]

#: How many ids a message names: there may be as many as a body holds.
_MOST_SHOWN = 20
#: Whose turn a block may be in (words recalled).
_HOME = {
    "redacted_thinking": "assistant",
    "server_tool_use": "assistant",
    "thinking": "assistant",
    "tool_result": "user",
    "tool_use": "assistant",
}
#: What the result of a tool of the server is called, where that is not the tool's name with an ending.
_RESULTS = {
    "tool_search_tool_bm25": "tool_search_tool_result",
    "tool_search_tool_regex": "tool_search_tool_result",
}
#: What may answer a call that code made.
_READABLE = frozenset(("text",))


@attrs.define
class _Ledger:
    """Calls and results as far as the conversation was read.

    Turns of one side in a row are one turn: the API joins them.

    Args:
        loose: whether a result may have another id than its call.
        server: of every call that the API or an MCP server answers.
        calls: of the turn before that wait for a result, with the message they are in.
        answered: those of them that have one.
        open: the tools of the server without a result as yet, by id, with the message they are in.
        by_code: the calls that code made.
    """

    loose: bool
    server: set[str] = attrs.Factory(set)
    calls: dict[str, int] = attrs.Factory(dict)
    answered: set[str] = attrs.Factory(set)
    open: dict[str, tuple[str, int]] = attrs.Factory(dict)
    by_code: set[str] = attrs.Factory(set)

    def close(self) -> None:
        """The turn after the calls is over.

        Raises:
            Rejected: a call of them has no result.
        """
        missing = [called for called in self.calls if called not in self.answered]
        if missing:
            # Seen in 2025 and 2026 (anthropics/claude-code#8573).
            raise invalid(
                f"messages.{self.calls[missing[0]]}: `tool_use` ids were found without `tool_result` "
                f"blocks immediately after: {', '.join(missing[:_MOST_SHOWN])}. Each `tool_use` "
                "block must have a corresponding `tool_result` block in the next message."
            )
        self.calls, self.answered = {}, set()

    def call(self, block: Block, index: int, path: str) -> None:
        """A call of a tool of the caller's."""
        called = block["id"]
        if called in self.calls:
            # Of one turn only: recordings repeat them in later ones. Seen in 2026-01 (anthropics/claude-code#20901).
            raise invalid(f"{path}: `tool_use` ids must be unique")
        self.calls[called] = index
        if "tool_id" in (block.get("caller") or {}):
            self.by_code.add(called)

    def end_turn(self) -> None:
        """The user says more than results, so the turn of the assistant is over.

        Raises:
            Rejected: a tool of the server has no result in it.
        """
        for called, (name, index) in self.open.items():
            # Seen in 2026-09 (public records of clients); documented under "Server tools".
            raise invalid(
                f"messages.{index}: `{name}` tool use with id `{called[:256]}` was found without a "
                f"corresponding `{_RESULTS.get(name, f'{name}_tool_result')}` block"
            )

    def result(self, block: Block, path: str) -> None:
        """The result of such a call."""
        called = block["tool_use_id"]
        if called not in self.calls and self.loose:
            called = next((call for call in self.calls if call not in self.answered), called)
        if called not in self.calls:
            # Seen in 2026-01 (anthropics/claude-code#18947).
            raise _orphan(path, "tool_result", called, "`tool_use` block in the previous message")
        if called in self.answered:
            # Seen in 2026-09 (vectorize-io/hindsight#4250).
            raise invalid(
                f"{path}: each tool_use must have a single result. "
                f"Found multiple `tool_result` blocks with id: {called}"
            )
        self.answered.add(called)
        content = block.get("content")
        if called in self.by_code and isinstance(content, list):
            for part in content:
                if part["type"] not in _READABLE:
                    # Documented for programmatic tool calling; style.
                    raise invalid(
                        f"{path}: the result of a programmatic tool call can only contain text."
                    )

    def served(self, block: Block, tag: str, path: str) -> None:
        """The result of a call that the API or an MCP server answered."""
        self.open.pop(block["tool_use_id"], None)
        if block["tool_use_id"] not in self.server:
            # Seen in 2026-06 (anthropics/claude-code#64383).
            asked = "mcp_tool_use" if tag == "mcp_tool_result" else "server_tool_use"
            raise _orphan(path, tag, block["tool_use_id"], f"`{asked}` block before it")


def check_pairs(messages: Sequence[Mapping[str, Any]], *, loose: bool) -> Steps[None]:
    """Hold calls and results against each other, in their order.

    Args:
        messages: the turns.
        loose: whether a result may have another id than its call.

    Raises:
        Rejected: one has no counterpart where it should be, or two.
    """
    ledger = _Ledger(loose)
    speaker = ""
    for index, message in enumerate(messages):
        if index % AT_ONCE == AT_ONCE - 1:
            yield
        role, content = message["role"], message.get("content")
        if role == "system":
            continue
        if role != speaker and role == "assistant":
            ledger.close()
        speaker = role
        if ledger.open and role == "user" and not _only_results(content):
            ledger.end_turn()
        if isinstance(content, list):
            for number, block in enumerate(content):
                tag = block["type"]
                if tag != "text":
                    _enter(ledger, role, tag, block, (index, number))
                if number % AT_ONCE == AT_ONCE - 1:
                    yield
    ledger.close()


def _only_results(content: object) -> bool:
    """Whether a turn is made of results alone, after which the assistant's turn goes on."""
    return isinstance(content, list) and all(block["type"] == "tool_result" for block in content)


def _enter(ledger: _Ledger, role: str, tag: str, block: Block, place: tuple[int, int]) -> None:
    index, number = place
    path = f"messages.{index}.content.{number}"
    if _HOME.get(tag, role) != role:
        raise invalid(f"messages.{index}: `{tag}` blocks can only be in `{_HOME[tag]}` messages")
    if tag == "tool_use":
        ledger.call(block, index, path)
    elif tag == "tool_result":
        ledger.result(block, path)
    elif tag in ("server_tool_use", "mcp_tool_use"):
        ledger.server.add(block["id"])
        if tag == "server_tool_use":
            ledger.open[block["id"]] = (block["name"], index)
    elif tag.endswith("_tool_result"):
        ledger.served(block, tag, path)


def _orphan(path: str, tag: str, called: str, counterpart: str) -> Rejected:
    return invalid(
        f"{path}: unexpected `tool_use_id` found in `{tag}` blocks: {called[:256]}. "
        f"Each `{tag}` block must have a corresponding {counterpart}."
    )

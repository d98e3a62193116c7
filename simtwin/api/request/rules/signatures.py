"""That thinking comes back as it was handed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.reply.sealed import looks_sealed
from simtwin.api.reply.signature import check, check_redacted
from simtwin.api.request.shape.pieces import AT_ONCE
from simtwin.api.request.steps import Steps

_THOUGHTS = ("thinking", "redacted_thinking")
#: What a signature costs, in blocks that are only passed by.
_SIGNATURE = 50


def check_signatures(messages: Sequence[Mapping[str, Any]]) -> Steps[None]:
    """Hold every thought against its signature.

    Raises:
        Rejected: a thought was changed, or was never one.
    """
    latest = next(
        (
            len(messages) - 1 - back
            for back, message in enumerate(reversed(messages))
            if message["role"] == "assistant"
        ),
        -1,
    )
    cost = 0
    for index, message in enumerate(messages):
        content = message.get("content")
        cost += 1
        if message["role"] == "assistant" and isinstance(content, list):
            for number, block in enumerate(content):
                if block["type"] in _THOUGHTS:
                    if not _is_whole(block):
                        fault = _fault(block, index == latest)
                        raise invalid(f"messages.{index}.content.{number}: {fault}")
                    cost += _SIGNATURE
                cost += 1
                if cost >= AT_ONCE:
                    cost = 0
                    yield
        elif cost >= AT_ONCE:
            cost = 0
            yield


def _is_whole(block: Mapping[str, Any]) -> bool:
    if block["type"] == "thinking":
        return check(block["thinking"], block["signature"])
    return check_redacted(block["data"])


def _fault(block: Mapping[str, Any], in_latest: bool) -> str:
    redacted = block["type"] == "redacted_thinking"
    if in_latest and looks_sealed(block["data" if redacted else "signature"]):
        # Seen in 2026-05 (anthropics/claude-code#63432), documented in api/errors.
        return (
            "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be "
            "modified. These blocks must remain as they were in the original response."
        )
    # Seen in 2026-01 (ding113/claude-code-hub#518); that of redacted blocks is recalled.
    return (
        "Invalid `data` in `redacted_thinking` block"
        if redacted
        else "Invalid `signature` in `thinking` block"
    )

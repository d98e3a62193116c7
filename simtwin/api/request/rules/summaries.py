"""Summaries of a conversation that come back in it: compaction blocks.

A block of threshold compaction follows what it summarizes, and all before it is dropped. One that was
asked for is signed, and stands in the place of what it summarizes. Words without "seen" are in the API's
style, as in `context`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.reply import signature
from simtwin.api.request.betas import ON_DEMAND, THRESHOLD, named
from simtwin.api.request.phrases import EXTRA
from simtwin.api.request.rules.context import remaining
from simtwin.api.request.shape.pieces import AT_ONCE
from simtwin.api.request.steps import Steps

Doc = Mapping[str, Any]

_FIRST = (0, 0)


def check_summaries(doc: Doc, betas: Collection[str]) -> Steps[None]:
    """Hold every signed summary against its place and its signature.

    Raises:
        Rejected: one is where it should not be, or is not as it was handed out.
    """
    if not named(betas, THRESHOLD, ON_DEMAND):
        return
    signed: list[tuple[int, int, Doc]] = []
    for count, (index, number, block) in enumerate(_blocks(doc["messages"])):
        if count % AT_ONCE == AT_ONCE - 1:
            yield
        if block["type"] == "compaction" and block.get("signature") is not None:
            signed.append((index, number, block))
    if signed:
        _check_signed(signed, doc, betas)


def _check_signed(signed: Sequence[tuple[int, int, Doc]], doc: Doc, betas: Collection[str]) -> None:
    index, number, block = signed[0]
    path = f"messages.{index}.content.{number}"
    if not named(betas, ON_DEMAND):
        raise invalid(f"{path}.compaction.signature: {EXTRA}")
    if len(signed) > 1:
        raise invalid("messages: only one `compaction` block may be sent; send the newest")
    if (index, number) != _FIRST:
        # Seen in 2026-10.
        raise _refused(
            "`compaction` block must be sent first, in place of the messages it summarizes; "
            "remove those messages",
            "block_misplaced",
        )
    fault = signature.summary_fault(block.get("content") or "", block["signature"])
    if fault == "signature":
        raise _refused(f"{path}: Invalid `signature` in `compaction` block", "signature_invalid")
    if fault == "content":
        raise _refused(
            f"{path}: the `content` of the `compaction` block does not match its `signature`",
            "content_mismatch",
        )
    if remaining(doc.get("output_config") or {}):
        raise invalid(
            "output_config.task_budget.remaining: cannot be combined with a `compaction` block"
        )


def without_summarized(doc: Doc, betas: Collection[str]) -> Doc:
    """The request as the model gets it: from the last summary of threshold compaction on.

    Args:
        doc: a valid request.
        betas: those that it names.
    """
    if not named(betas, THRESHOLD):
        return doc
    found = None
    for index, number, block in _blocks(doc["messages"]):
        if block["type"] == "compaction" and block.get("content") and not block.get("signature"):
            found = (index, number)
    if found is None:
        return doc
    index, number = found
    messages = doc["messages"]
    first = {**messages[index], "content": messages[index]["content"][number:]}
    return {**doc, "messages": [first, *messages[index + 1 :]]}


def is_summarized(messages: Sequence[Doc]) -> bool:
    """Whether a conversation begins with a signed summary, so that no threshold compacts it."""
    _, _, first = next(_blocks(messages[:1]), (0, 0, {}))
    return first.get("type") == "compaction" and first.get("signature") is not None


def _blocks(messages: Sequence[Doc]) -> Iterator[tuple[int, int, Doc]]:
    for index, message in enumerate(messages):
        content = message.get("content")
        for number, block in enumerate(content if isinstance(content, list) else ()):
            yield index, number, block


def _refused(message: str, code: str) -> Rejected:
    return Rejected(ApiError.of(400, message, error_code=f"compaction_{code}"))

"""What a conversation tells of its turns: whether they can be, and what was made of a cut answer.

A client that took a cut answer for a whole one shows it in its next request, where the part that it
got stands as a finished turn of the assistant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Literal

import attrs
import msgspec

from simtwin.core.entry import Entry

#: Cut answers that are remembered at once, the oldest forgotten first: 100 MB of them at most.
MOST_CUT = 10_000
#: By so many characters may what was kept differ from what was sent: the last event may be lost on
#: its way, and a piece is a short word.
SLACK = 40

_encode = msgspec.json.Encoder(order="deterministic").encode


def flaws(messages: Sequence[Any]) -> tuple[str, ...]:
    """What the API would not take of a history, in words."""
    found = []
    last = len(messages) - 1
    for number, message in enumerate(messages):
        if not isinstance(message, Mapping):
            continue
        content = message.get("content")
        if content in ("", []) and number < last:
            found.append(f"messages[{number}] has no content")
        if message.get("role") != "assistant" or not isinstance(content, list):
            continue
        used = {block.get("id") for block in _blocks(content, "tool_use")}
        if not used:
            continue
        following = messages[number + 1] if number < last else None
        answered = following.get("content") if isinstance(following, Mapping) else None
        results = {
            block.get("tool_use_id")
            for block in _blocks(answered if isinstance(answered, list) else [], "tool_result")
        }
        if number < last and not used <= results:
            found.append(f"messages[{number}] calls a tool that has no tool_result after it")
    return tuple(found)


@attrs.frozen
class Kept:
    """What a client made of an answer that was cut.

    Args:
        request: the id of the request whose answer was cut.
        how: "partial": its part stands as a finished turn; "tool": so does a call of a tool whose
            input was not whole; "doubled": the part, and then all of it again.
        sure: whether there is enough of it that it can be no coincidence.
    """

    request: str
    how: Literal["partial", "tool", "doubled"]
    sure: bool


@attrs.frozen
class _Cut:
    request: str
    meant: str
    sent: int
    tools: tuple[str, ...]


class CutAnswers:
    """Answers that were cut, to be known again in what comes later."""

    def __init__(self) -> None:
        self._cuts: dict[tuple[str, bytes], _Cut] = {}

    def note(self, entry: Entry, chain: Sequence[bytes]) -> None:
        """An answer was cut; `chain` is that of its request."""
        if entry.meant is None or not chain:
            return
        if len(self._cuts) >= MOST_CUT:
            del self._cuts[next(iter(self._cuts))]
        cut = _Cut(entry.request, entry.meant, entry.sent_characters, entry.meant_tools)
        self._cuts[entry.key, chain[-1]] = cut

    def kept_in(self, entry: Entry, chain: Sequence[bytes]) -> Kept | None:
        """What the history of a request has of a cut answer."""
        if not self._cuts or len(chain) < 3:
            # The question, the turn that was cut, and what comes after: a last turn is a prefill.
            return None
        messages = entry.body["messages"]
        for number, digest in enumerate(chain[:-2]):
            cut = self._cuts.get((entry.key, digest))
            turn = messages[number + 1]
            if cut is not None and isinstance(turn, Mapping) and turn.get("role") == "assistant":
                kept = _kept(cut, turn.get("content"))
                if kept is not None:
                    return kept
        return None


def _kept(cut: _Cut, content: Any) -> Kept | None:
    blocks = content if isinstance(content, list) else []
    for block in _blocks(blocks, "tool_use"):
        name = str(block.get("name"))
        whole = [tool for tool in cut.tools if tool.startswith(f"{name}:")]
        if whole and fingerprint(name, block.get("input")) not in whole:
            return Kept(cut.request, "tool", sure=True)
    text = "".join(str(block.get("text") or "") for block in _blocks(blocks, "text"))
    text = (content if isinstance(content, str) else text).strip()
    meant = cut.meant.strip()
    if not text or text == meant:
        return None
    if meant and text.endswith(meant):
        before = text.removesuffix(meant).strip()
        return Kept(cut.request, "doubled", sure=True) if meant.startswith(before) else None
    if meant.startswith(text) and abs(len(text) - cut.sent) <= SLACK:
        return Kept(cut.request, "partial", sure=len(text) >= SLACK)
    return None


def fingerprint(name: str, given: Any) -> str:
    """A call of a tool as the journal's `meant_tools` has it."""
    return f"{name}:{sha256(_encode([name, given])).hexdigest()[:16]}"


def _blocks(content: Sequence[Any], kind: str) -> list[Mapping[str, Any]]:
    return [b for b in content if isinstance(b, Mapping) and b.get("type") == kind]

"""What a request asks for, so that the same question is known again.

The server fingerprints what it answers; a request that a fault refused was never read so far, and
still it is what its retry will be compared with. So this goes by the body that the journal keeps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import attrs
import msgspec

from simtwin.core.entry import Entry
from simtwin.verdicts.history import flaws

#: What clients change from one attempt to the next without asking for anything else.
_CHANGES = frozenset(("metadata", "cache_control", "tool_use_id"))
#: "Today is 2026-11-24T16:00:01Z" is the same question a second later.
_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
#: A part of it that begins with a letter of its own, which is found many times faster.
_HINT_OF_TIME = re.compile(rb"-\d\d[T ]\d\d:")
#: What has none of these has nothing to be left out, which is found out faster than by looking.
_HINT_OF_CHANGES = re.compile(rb'"(?:metadata|cache_control|tool_use)')
#: Deeper than any request of sense; below it nothing is left out.
_DEPTH = 64

_encode = msgspec.json.Encoder(order="deterministic").encode


@attrs.frozen
class Asked:
    """What is left of a body once it was read.

    Args:
        question: the same for all that ask the same of the same path.
        chain: one digest a message, each of it and all before it: a conversation that goes on
            begins with the chain of what it goes on from.
        flaws: what is wrong with the history that it tells, in words.
    """

    question: bytes
    chain: tuple[bytes, ...] = ()
    flaws: tuple[str, ...] = ()


def asked(entry: Entry) -> Asked:
    """What a request asks for."""
    rest = entry.body
    chain: list[bytes] = []
    digest = b""
    found: tuple[str, ...] = ()
    if isinstance(rest, dict) and isinstance(messages := rest.get("messages"), list) and messages:
        for message in messages:
            digest = blake2b(digest + _canonical(message), digest_size=8).digest()
            chain.append(digest)
        rest = rest.copy()
        del rest["messages"]
        # What was wrong with a history shows once there is more than a question.
        found = flaws(messages) if len(messages) > 1 else ()
    where = f"{entry.method} {entry.path}\n".encode()
    whole = blake2b(where + digest + _canonical(rest), digest_size=16).digest()
    return Asked(whole, tuple(chain), found)


def _canonical(value: Any) -> bytes:
    """Bytes that are the same for all that says the same."""
    raw = _encode(value)
    if _HINT_OF_CHANGES.search(raw):
        raw = _encode(_said(value, _DEPTH))
    return _TIME.sub(b"", raw) if _HINT_OF_TIME.search(raw) else raw


def _said(value: Any, depth: int) -> Any:
    if not depth:
        return value
    if isinstance(value, Mapping):
        is_use = value.get("type") == "tool_use"
        return {
            name: _said(each, depth - 1)
            for name, each in value.items()
            if name not in _CHANGES and not (is_use and name == "id")
        }
    return [_said(each, depth - 1) for each in value] if isinstance(value, list) else value

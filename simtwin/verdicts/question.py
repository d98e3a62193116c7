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

from simtwin.core.journal import Entry
from simtwin.verdicts.history import flaws

#: What clients change from one attempt to the next without asking for anything else.
_CHANGES = frozenset(("metadata", "cache_control", "tool_use_id"))
#: Bodies without these bytes have nothing to be left out, which is seen faster than looked for.
_HINTS = tuple(f'"{name}"'.encode() for name in (*sorted(_CHANGES), "tool_use"))
#: "Today is 2026-11-24T16:00:01Z" is the same question a second later.
_TIME = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?")
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
    body = entry.body
    messages = body.get("messages") if isinstance(body, Mapping) else None
    if not isinstance(messages, list):
        messages = []
    chain = []
    digest = b""
    for message in messages:
        digest = blake2b(digest + _canonical(message), digest_size=8).digest()
        chain.append(digest)
    rest = body
    if chain:
        rest = {name: each for name, each in body.items() if name != "messages"}
    whole = blake2b(f"{entry.method} {entry.path}\n".encode(), digest_size=16)
    whole.update(digest)
    whole.update(_canonical(rest))
    return Asked(whole.digest(), tuple(chain), flaws(messages))


def _canonical(value: Any) -> bytes:
    """Bytes that are the same for all that says the same."""
    raw = _encode(value)
    if any(hint in raw for hint in _HINTS):
        raw = _encode(_said(value, _DEPTH))
    return _TIME.sub(b"", raw)


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

"""What an attempt asks for, so that the same question is known again.

The server fingerprints what it answers; a request that a fault refused was never read so far, and
still it is what its retry will be compared with. So this goes by the body that the journal keeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import msgspec

from simtwin.verdicts.attempt import Attempt

#: What clients change from one attempt to the next without asking for anything else.
_CHANGES = frozenset(("metadata", "cache_control", "tool_use_id"))
#: Deeper than any request of sense; below it nothing is left out.
_DEPTH = 64

_encode = msgspec.json.Encoder(order="deterministic").encode


def question(attempt: Attempt) -> bytes:
    """A digest of the method, the path, and the body less what says nothing about the question."""
    entry = attempt.entry
    digest = blake2b(f"{entry.method} {entry.path}\n".encode(), digest_size=16)
    digest.update(_encode(_said(entry.body, _DEPTH)))
    return digest.digest()


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

"""Giving back the memory of a large request: a million blocks take longer than others should wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.request.steps import Steps

#: How many blocks are given back at once: less than a millisecond.
_AT_ONCE = 5_000


def letting_go(doc: Mapping[str, Any]) -> Steps[None]:
    """Empty the turns of a request that nobody looks at any more.

    Only the turns: of the rest an answer may hold parts, such as an example from a schema.
    """
    messages = doc.get("messages")
    if not isinstance(messages, list):
        return
    since = 0
    while messages:
        message = messages.pop()
        content = message.get("content") if isinstance(message, dict) else None
        since += 1
        while isinstance(content, list) and len(content) > _AT_ONCE:
            del content[-_AT_ONCE:]
            since = 0
            yield
        since += len(content) if isinstance(content, list) else 0
        del message, content
        if since >= _AT_ONCE:
            since = 0
            yield

"""Replay: what was met so far, as a token by which another run meets the same."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.owned import owned_key


async def token(question: Question) -> Answer:
    """The fates of the caller's requests, of one key, or of one lane."""
    key = question.query.get("key")
    scope = question.scope if key is None else owned_key(question, key)
    return json(await question.twin.fates(scope, lane=question.query.get("lane")))

"""Replay: what was met so far, as a token by which another run meets the same."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.owned import asked_scope


async def token(question: Question) -> Answer:
    """The fates of the caller's requests, of one tenant, one key, or one lane."""
    scope = asked_scope(question)
    return json(await question.twin.fates(scope, lane=question.query.get("lane")))

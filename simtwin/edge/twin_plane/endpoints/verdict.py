"""The verdict: what clients did, judged."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.endpoints.records import LONGEST_WAIT
from simtwin.edge.twin_plane.owned import asked_scope
from simtwin.edge.twin_plane.query import whole


async def read(question: Question) -> Answer:
    """What the rules say of the caller's requests, of one tenant's, one key's, or one lane's.

    With `wait`, once no answer of these is under way, or after so many seconds.
    """
    scope = asked_scope(question)
    await question.twin.quiet(scope, whole(question.query, "wait", 0, 0, LONGEST_WAIT))
    return json(await question.twin.verdict(scope, lane=question.query.get("lane")))

"""The state of every rule: of everybody or a tenant, of a key, of a lane."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.owned import owned_key, owned_lane


async def read(question: Question) -> Answer:
    """The rules in force for the caller, over all keys that have none of their own."""
    return json(await question.twin.rules(question.scope))


async def read_key(question: Question) -> Answer:
    """The rules in force for a key, over all of its lanes that have none of their own."""
    return json(await question.twin.rules(owned_key(question, question.path["api_key_id"])))


async def read_lane(question: Question) -> Answer:
    """The rules in force in a lane."""
    path = question.path
    return json(await question.twin.rules(owned_lane(question, path["api_key_id"], path["lane"])))

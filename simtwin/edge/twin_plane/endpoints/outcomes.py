"""Outcomes: what the program that made a call says became of it, which no server can see."""

from __future__ import annotations

from simtwin.core.outcome import OutcomeError, outcome_of
from simtwin.edge.outcomes import MOST_TOLD, TooManyToldError
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request, full, not_found
from simtwin.edge.twin_plane.owned import owned_key, owned_lane

#: An outcome is a name and a word.
BODY_BYTES = 4096


def make(question: Question) -> Answer:
    """A URL to which outcomes of a key's calls can be told, or of those in one lane of it."""
    lane = question.body.get("lane")
    if lane is not None and not isinstance(lane, str):
        raise bad_request("'lane' must be text")
    key = question.path["api_key_id"]
    scope = owned_key(question, key) if lane is None else owned_lane(question, key, lane)
    token = question.twin.outcomes.open(scope)
    url = f"{question.base_url}/_twin/outcome/{token}"
    return json({"outcome_url": url}, 201, resource=("api_key", key))


def tell(question: Question) -> Answer:
    """What became of a call, told by whoever knows the token of its run."""
    token, outcomes = question.path["token"], question.twin.outcomes
    teller = outcomes.teller(token)
    if teller is None:
        # Whatever it was, it may be a secret.
        raise not_found("this is the outcome URL of no run, or of one that is over")
    try:
        outcome = outcome_of(question.body, question.twin.wall())
        outcomes.tell(token, outcome)
    except OutcomeError as error:
        raise bad_request(str(error)) from None
    except TooManyToldError:
        raise full(f"a run tells {MOST_TOLD:,} outcomes at most") from None
    told = {"call": outcome.call, "outcome": outcome.outcome, "at": outcome.at}
    return json(told, tenant_id=teller.tenant)

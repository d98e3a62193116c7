"""What can be asked of an organization, by the names of the endpoints of its Admin API."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.holdings import Holdings
from simtwin.api.organization.invites import INVITES
from simtwin.api.organization.members import MEMBERS
from simtwin.api.organization.organization import Call, Doc, Operation
from simtwin.api.organization.rate_limits import RATE_LIMITS
from simtwin.api.organization.users import USERS
from simtwin.api.organization.workspaces import WORKSPACES

#: Less what is about keys and about usage, which are kept elsewhere.
OPERATIONS: Mapping[str, Operation] = {
    f"organization_{name}": operation
    for name, operation in {**USERS, **INVITES, **WORKSPACES, **MEMBERS, **RATE_LIMITS}.items()
}


def operate(
    holdings: Holdings, now: int, *, operation: Operation, call: Call
) -> tuple[Holdings, Doc | ApiError]:
    """Do something with an organization; what cannot be done changes nothing and is an error.

    A refusal is a reply like any other: whoever keeps the state is not to take it for a crash.
    """
    del now  # the wall time of the call is what is kept
    try:
        organization, doc = operation(holdings.organization, call)
    except Rejected as rejected:
        return holdings, rejected.error
    return attrs.evolve(holdings, organization=organization), doc

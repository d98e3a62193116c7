"""Running a command against a twin, and what the twin saw of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from urllib.parse import quote

import attrs

from simtwin.core.entry import Entry
from simtwin.core.journal_line import Line, read
from simtwin.core.scope import OfKey, OfLane
from simtwin.edge.environment import environment
from simtwin.edge.group import Ran, ran
from simtwin.edge.served import GRACE, Served
from simtwin.edge.start import FirstTenant


@attrs.frozen
class Observed:
    """A run and what it asked for.

    Args:
        ran: how it ended.
        seconds: how long it took.
        lines: the journal of its lane.
        token: what it met, as a word; None where that is too long.
    """

    ran: Ran
    seconds: float
    lines: tuple[Line, ...]
    token: str | None

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Its requests, in the order of arrival."""
        found = (line for line in self.lines if isinstance(line, Entry))
        return tuple(sorted(found, key=lambda entry: entry.ordinal or 0))


async def observed(
    here: Served, tenant: FirstTenant, lane: str | None, command: Sequence[str], seconds: float
) -> Observed:
    """Run a command in a lane of a tenant's key, and read what became of it.

    Args:
        here: the twin.
        tenant: whose key it is.
        lane: the name of the lane, None for that of requests which name none.
        command: the program and its arguments.
        seconds: how long it may take.

    Raises:
        OSError: it cannot be started.
    """
    twin, key = here.twin, OfKey(tenant.tenant_id, tenant.api_key_id)
    base_url = here.base_url if lane is None else f"{here.base_url}/_lane/{quote(lane, safe='')}"
    told = twin.outcomes.open(OfLane(key.tenant_id, key.api_key_id, lane or ""))
    outcome_url = f"{here.base_url}/_twin/outcome/{told}"
    surroundings = environment(base_url, tenant.api_key, here.ca_file, outcome_url)
    began = twin.now()
    try:
        run = await ran(command, surroundings, seconds)
    finally:
        twin.outcomes.close(told)
    took = twin.now() - began
    await twin.quiet(key, GRACE)
    lines = twin.saved(key, lane=lane or "", after=0, limit=sys.maxsize)
    token = (await twin.fates(key, lane=lane or ""))["token"]
    return Observed(run, took, tuple(map(read, lines)), token)

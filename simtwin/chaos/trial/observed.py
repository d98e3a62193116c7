"""Running a command against a twin, and what the twin saw of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import attrs
import msgspec

from simtwin.core.journal import Entry
from simtwin.core.scope import OfKey
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
        entries: the journal of its lane, in the order of arrival.
        token: what it met, as a word; None where that is too long.
    """

    ran: Ran
    seconds: float
    entries: tuple[Entry, ...]
    token: str | None


async def observed(
    here: Served, tenant: FirstTenant, lane: str, command: Sequence[str], seconds: float
) -> Observed:
    """Run a command in a lane of a tenant's key, and read what became of it.

    Args:
        here: the twin.
        tenant: whose key it is.
        lane: the name of the lane, which nobody else uses.
        command: the program and its arguments.
        seconds: how long it may take.

    Raises:
        OSError: it cannot be started.
    """
    twin, key = here.twin, OfKey(tenant.tenant_id, tenant.api_key_id)
    surroundings = environment(f"{here.base_url}/_lane/{lane}", tenant.api_key, here.ca_file)
    began = twin.now()
    run = await ran(command, surroundings, seconds)
    took = twin.now() - began
    await twin.quiet(key, GRACE)
    lines = twin.journal(key, lane=lane, after=0, limit=sys.maxsize)
    entries = sorted((_decode(line) for line in lines), key=lambda entry: entry.ordinal or 0)
    token = (await twin.fates(key, lane=lane))["token"]
    return Observed(run, took, tuple(entries), token)


_decode = msgspec.json.Decoder(Entry).decode

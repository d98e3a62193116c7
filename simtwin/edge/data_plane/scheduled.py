"""What decides the fate of a request: its own script, or what is in force where it is."""

from __future__ import annotations

from simtwin.core.lane import Schedule
from simtwin.core.scanner import ScriptError
from simtwin.core.scope import OfKey, OfLane
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord

_HEADER = b"x-simtwin-script"


def scheduled(twin: Twin, exchange: Exchange, account: AccountRecord) -> Schedule:
    """The schedule for a request.

    A request that a script addresses meets that alone: no rule, be the item `ok` or the script
    used up. Of two scripts the one in the header counts, as it is for this request and no other.
    Where it is none, the request has no fate but to hear so.
    """
    address = exchange.request.address
    lane = address.lane
    if lane is None:
        scope = account.scope
        in_force = twin.board.in_force(OfKey(account.tenant_id, account.api_key_id))
    else:
        # A name is no ordinal, so what is drawn in a lane is drawn nowhere else.
        scope = f"{account.scope}/@{lane}"
        in_force = twin.board.in_force(OfLane(account.tenant_id, account.api_key_id, lane))
    exchange.in_force = in_force
    if twin.told is not None:
        scope = twin.told.scope(account.scope)
        told = twin.told.lane(scope, lane)
        if lane is not None:
            scope = f"{scope}/@{lane}"
        return Schedule((), None, twin.told.seed, scope, told=told)
    text = exchange.request.headers.get(_HEADER, address.script)
    if text is None:
        return Schedule(in_force.rules, in_force.script, in_force.seed, scope, lasting=True)
    script = None
    try:
        script = twin.scripts.read(text)
    except ScriptError as error:
        exchange.mistake = f"the script cannot be read: {error.line}"
    return Schedule((), script, in_force.seed, scope)

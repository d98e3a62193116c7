"""What became of the rules that are in force in a scope: read from the keys' states, asking nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simtwin.core.board import Board
from simtwin.core.commons import Commons, Who
from simtwin.core.key import Key
from simtwin.core.rule_state import Seen, Shared, rule_states
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator, Scope
from simtwin.core.triggers import REACHES


def rule_report(
    board: Board, commons: Commons, keys: Iterator[tuple[OfKey, Key]], scope: Scope, now: int
) -> dict[str, Any]:
    """Every rule in force in a scope, with what it did for all whose settings come from there.

    Args:
        board: the settings.
        commons: what rules share.
        keys: the keys of the scope that were ever used, with their states.
        scope: whose rules.
        now: the time (ns).
    """
    in_force = board.in_force(scope)
    seen = [
        Seen(lane.course, lane.since)
        for key, state in keys
        for name, lane in state.lanes.every()
        if _holds(board, scope, key, name)
    ]
    who, least = _who(scope)
    shared = {
        rule.name: Shared(commons.left(rule, who, least), commons.work(rule, who, least, now))
        for rule in in_force.of_others
    }
    return rule_states(in_force, seen, now, shared)


def _holds(board: Board, scope: Scope, key: OfKey, lane: str) -> bool:
    """Whether what a scope has in force holds in a lane: nothing nearer sets rules or profiles."""
    nearer: list[Scope] = [OfLane(key.tenant_id, key.api_key_id, lane)]
    if scope == nearer[0]:
        return True
    if isinstance(scope, OfLane):
        return False
    if not isinstance(scope, OfKey):
        nearer.append(key)
    if isinstance(scope, Operator):
        nearer.append(OfTenant(key.tenant_id))
    own = (board.own(each) for each in nearer)
    return all(each is None or (each.rules is None and each.profiles is None) for each in own)


def _who(scope: Scope) -> tuple[Who, int]:
    """Whose a scope is, and over how much at least something is one thing for all of it."""
    match scope:
        case Operator():
            return Who("", ""), REACHES.index("all")
        case OfTenant(tenant_id):
            return Who(tenant_id, ""), REACHES.index("tenant")
        case OfKey(tenant_id, api_key_id):
            return Who(tenant_id, api_key_id), REACHES.index("key")
        case OfLane(tenant_id, api_key_id, lane):
            return Who(tenant_id, api_key_id, lane), REACHES.index("lane")

"""What the settings of a key script for a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.question import question
from simtwin.api.reply.said import Said
from simtwin.api.scripted import said
from simtwin.core.replies import choose
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.times import next_time
from simtwin.edge.twin import Twin


async def scripted(twin: Twin, exchange: Exchange, doc: Mapping[str, Any]) -> Said | None:
    """What is to be said to a valid request; None where no rule says anything."""
    assert exchange.in_force is not None, "answers are for accounts"  # noqa: S101
    replies = exchange.in_force.replies
    if not replies:
        return None
    asked = question(doc)
    rule = choose(replies, asked)
    if rule is None:
        return None
    place = await next_time(twin, exchange, rule.name) if rule.counts else asked.turn
    return said(rule.line(place), asked)

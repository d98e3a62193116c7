"""When settings came in, and what of their rules follows from that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

from simtwin.core.bucket import NS
from simtwin.core.schedule import Rule
from simtwin.core.triggers import Reach


@attrs.frozen
class Since:
    """When rules came in (ns).

    Args:
        timeline: where their shared timeline begins; a reset of the scope that set them moves it.
        lease: where their lease begins, which nothing moves.
    """

    timeline: int
    lease: int


#: Whom the settings of a scope are for; those of the operator and the command line, for all.
_REACH: Mapping[str, Reach] = MappingProxyType({"lane": "lane", "key": "key", "tenant": "tenant"})


def placed(rule: Rule, scope: str, since: Since | None) -> Rule:
    """A rule as it holds where a scope has set it at some time; None is the beginning."""
    since = since or Since(0, 0)
    lease = rule.when.lease_seconds
    return attrs.evolve(
        rule,
        reach=_REACH.get(scope, "all"),
        epoch=since.timeline if rule.when.timeline == "shared" else None,
        expires=None if lease is None else since.lease + round(lease * NS),
    )

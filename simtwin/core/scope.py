"""Whose settings, usage or journal is meant."""

from __future__ import annotations

import attrs


@attrs.frozen
class Operator:
    """Everything, as whoever started the twin sees it."""


@attrs.frozen
class OfTenant:
    """What one tenant owns."""

    tenant_id: str


@attrs.frozen
class OfKey:
    """What belongs to one API key."""

    tenant_id: str
    api_key_id: str


@attrs.frozen
class OfLane:
    """What belongs to one lane of an API key; the lane of requests that name none is called ""."""

    tenant_id: str
    api_key_id: str
    lane: str

    @property
    def key(self) -> OfKey:
        """The key that the lane is of."""
        return OfKey(self.tenant_id, self.api_key_id)


Scope = Operator | OfTenant | OfKey | OfLane

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


Scope = Operator | OfTenant | OfKey

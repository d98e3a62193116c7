"""Asking the tenant's cache: before the limits, as what is read does not count against them.

    find ─► what is read, what is written ─► usage, pace, limits ─► take, and keep it

What a request reads is decided when it looks, and kept only when it is admitted. An answer that a
fault replaces keeps nothing, even where limits are charged for it: no model ever saw its prompt.
"""

from __future__ import annotations

from functools import partial

import attrs

from simtwin.api.caching import caching
from simtwin.api.model import Model
from simtwin.core import tenant as tenants
from simtwin.core.cache import NOT_CACHED, Cached, Found, Prompt, Use
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.twin import Twin


@attrs.frozen
class Looked:
    """What was found of a prompt; of one that is not to be cached (None), nothing."""

    prompt: Prompt | None
    found: Found

    @property
    def cached(self) -> Cached:
        """How many tokens are read, and how many written."""
        return self.found.cached

    def charged(self, tokens: int, model: Model) -> int:
        """Of a prompt's tokens, those that count against the limit of input tokens."""
        return tokens if caching(model).counts_reads else tokens - self.cached.read

    def use(self, exchange: Exchange, start: int) -> Use | None:
        """What is kept once the request is admitted, to be read from `start` (ns) on."""
        if self.prompt is None or exchange.fate is None or exchange.fate.replaced:
            return None
        return Use(self.prompt, self.found, start)


NOT_LOOKED = Looked(None, Found(-1, NOT_CACHED))


async def look_up(twin: Twin, exchange: Exchange, prompt: Prompt | None) -> Looked:
    """What there is of a prompt in the cache of the tenant."""
    if prompt is None:
        return NOT_LOOKED
    assert exchange.account is not None, "prompts are of accounts"  # noqa: S101
    tenant = exchange.account.tenant_id
    return Looked(prompt, await twin.tenants.ask(tenant, partial(tenants.find, prompt=prompt)))

"""The rate limits of an organization: tiers, and what settings change in them.

The limits of start, build and scale are those of platform.claude.com/docs/en/api/rate-limits
(2026-08-22; the pools of the 5.5 models, known since 2026-10-17, are assumed to have the same). Tiers 1
to 4 are what there was before 2026-06-26: small, and so still good to test against.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

from simtwin.core.fault import SettingsError
from simtwin.core.pools import Quota

#: The pool of `POST /v1/messages/count_tokens`, which counts requests alone.
COUNT_TOKENS = "count_tokens"
#: The pool of all that is asked of batches, which counts requests alone. What they are made of waits
#: in a queue of its own: "usage of the Batches API does not affect rate limits in the Messages API"
#: (docs, batch processing, 2026-08).
BATCHES = "batches"

#: Far above any real limit, and small enough to reckon with quickly.
_MOST = 10**12


@attrs.frozen
class Tier:
    """Limits by pool: of models, of counting tokens, of batches. Where unlimited, they are only told.

    `queue` is how many requests of batches may wait, or be under way.
    """

    quotas: Mapping[str, Quota]
    count_tokens: Quota
    batches: Quota
    queue: int
    unlimited: bool = False

    def quota(self, pool: str) -> Quota:
        """The limits of a pool. Raises KeyError where there is no such pool."""
        if pool == COUNT_TOKENS:
            return self.count_tokens
        return self.batches if pool == BATCHES else self.quotas[pool]


#: The pools that models share limits by.
POOLS = (
    "claude-fable-5.x",
    "claude-opus-5.5",
    "claude-opus-5",
    "claude-opus-4.x",
    "claude-sonnet-5.5",
    "claude-sonnet-5",
    "claude-sonnet-4.x",
    "claude-haiku-5.5",
    "claude-haiku-4.5",
    "claude-haiku-3.5",
)


def _tier(
    *, usual: Quota, fable: Quota, haiku_3_5: Quota, count_tokens: int, batches: int, queue: int
) -> Tier:
    quotas = dict.fromkeys(POOLS, usual)
    quotas["claude-fable-5.x"] = fable
    quotas["claude-haiku-3.5"] = haiku_3_5
    return Tier(MappingProxyType(quotas), Quota(count_tokens), Quota(batches), queue)


def _legacy(usual: Quota, haiku: Quota, count_tokens: int, batches: int, queue: int) -> Tier:
    # Pools that are younger than these tiers are assumed to have what their line had, and so is
    # count_tokens (its documentation of 2025).
    quotas = {pool: haiku if "haiku" in pool else usual for pool in POOLS}
    return Tier(MappingProxyType(quotas), Quota(count_tokens), Quota(batches), queue)


_START = _tier(
    usual=Quota(1_000, 2_000_000, 400_000),
    fable=Quota(1_000, 500_000, 100_000),
    haiku_3_5=Quota(1_000, 100_000, 20_000),
    count_tokens=2_000,
    batches=1_000,
    queue=200_000,
)
_BUILD = _tier(
    usual=Quota(5_000, 5_000_000, 1_000_000),
    fable=Quota(2_000, 1_500_000, 300_000),
    haiku_3_5=Quota(2_000, 200_000, 40_000),
    count_tokens=4_000,
    batches=2_000,
    queue=300_000,
)
_SCALE = _tier(
    usual=Quota(10_000, 10_000_000, 2_000_000),
    fable=Quota(4_000, 4_000_000, 800_000),
    haiku_3_5=Quota(4_000, 400_000, 80_000),
    count_tokens=8_000,
    batches=4_000,
    queue=500_000,
)

TIERS: Mapping[str, Tier] = MappingProxyType(
    {
        "start": _START,
        "build": _BUILD,
        "scale": _SCALE,
        "tier1": _legacy(Quota(50, 30_000, 8_000), Quota(50, 50_000, 10_000), 100, 50, 100_000),
        "tier2": _legacy(
            Quota(1_000, 450_000, 90_000), Quota(1_000, 450_000, 90_000), 2_000, 1_000, 200_000
        ),
        "tier3": _legacy(
            Quota(2_000, 800_000, 160_000), Quota(2_000, 1_000_000, 200_000), 4_000, 2_000, 300_000
        ),
        "tier4": _legacy(
            Quota(4_000, 2_000_000, 400_000),
            Quota(4_000, 4_000_000, 800_000),
            8_000,
            4_000,
            500_000,
        ),
        "unlimited": attrs.evolve(_SCALE, unlimited=True),
    }
)


@attrs.frozen
class Limits:
    """A tier, and the limits that settings put in its place.

    Args:
        tier: its name.
        pools: by pool any of rpm, itpm, otpm; of batches, rpm and queue.
    """

    tier: str = "scale"
    pools: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict)

    @property
    def unlimited(self) -> bool:
        """Whether nothing is ever refused."""
        return TIERS[self.tier].unlimited

    def quota(self, pool: str) -> Quota:
        """The limits of a pool. Raises KeyError where there is no such pool."""
        quota = TIERS[self.tier].quota(pool)
        own = self.pools.get(pool)
        if own is None:
            return quota
        return Quota(
            own.get("rpm", quota.rpm), own.get("itpm", quota.itpm), own.get("otpm", quota.otpm)
        )

    @property
    def queue(self) -> int:
        """How many requests of batches may wait, or be under way."""
        return self.pools.get(BATCHES, {}).get("queue", TIERS[self.tier].queue)


def parse_limits(doc: object, path: str) -> Limits:
    """The limits that a JSON document sets.

    Args:
        doc: `{"tier": "tier1", "pools": {"claude-opus-4.x": {"rpm": 5}}}`, any part of it.
        path: where it stands in the settings, for errors.

    Raises:
        SettingsError: anything in it is unknown or out of range.
    """
    table = _table(doc, path, ("tier", "pools"))
    tier = table.get("tier", "scale")
    if not isinstance(tier, str) or tier not in TIERS:
        raise SettingsError(
            f"there is no tier {tier!r}; there are {_list(TIERS)}", _at(path, "tier")
        )
    at = _at(path, "pools")
    pools = _table(table.get("pools", {}), at, (*POOLS, COUNT_TOKENS, BATCHES))
    return Limits(tier, {pool: _pool(own, _at(at, pool), pool) for pool, own in pools.items()})


def limits_doc(limits: Limits) -> dict[str, Any]:
    """The JSON document that `parse_limits` takes back."""
    pools = {pool: dict(own) for pool, own in limits.pools.items()}
    return {"tier": limits.tier, **({"pools": pools} if pools else {})}


_MEASURES = {COUNT_TOKENS: ("rpm",), BATCHES: ("rpm", "queue")}


def _pool(doc: object, path: str, pool: str) -> dict[str, int]:
    measures = _MEASURES.get(pool, ("rpm", "itpm", "otpm"))
    own: dict[str, int] = {}
    for measure, limit in _table(doc, path, measures).items():
        if type(limit) is not int or not 1 <= limit <= _MOST:
            raise SettingsError(
                f"a limit is a whole number from 1 to {_MOST}, not {limit!r}", _at(path, measure)
            )
        own[measure] = limit
    return own


def _table(doc: object, path: str, names: tuple[str, ...]) -> Mapping[str, object]:
    if not isinstance(doc, Mapping):
        raise SettingsError(f"a table with any of {_list(names)} is wanted, not {doc!r}", path)
    for name in doc:
        if name not in names:
            raise SettingsError(f"there is no such name; there are {_list(names)}", _at(path, name))
    return doc


def _list(names: Mapping[str, Tier] | tuple[str, ...]) -> str:
    return ", ".join(names)


def _at(path: str, name: object) -> str:
    return f"{path}.{name}" if path else str(name)

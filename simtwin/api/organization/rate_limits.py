"""The limits of an organization and of its workspaces (docs, Rate Limits API, 2026-08).

Python SDK 2.12.0, `resources/organization/rate_limits.py` and `workspaces/rate_limits.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.models import MODELS, resolve
from simtwin.api.organization.organization import Call, Doc, Operation, Organization, missing
from simtwin.api.organization.workspaces import active, one
from simtwin.api.pages import MOST, by_cursor
from simtwin.api.request.shape.check import Array, Check, Maybe, literal, no_less
from simtwin.api.request.shape.record import Record
from simtwin.api.tiers import BATCHES, COUNT_TOKENS, POOLS, Limits
from simtwin.core.chance import base58

GROUPS = ("batch", "files", "model_group", "skills", "token_count", "web_search")
#: What the API calls the measures of a pool.
MEASURES: Mapping[str, str] = {
    "requests_per_minute": "rpm",
    "input_tokens_per_minute": "itpm",
    "output_tokens_per_minute": "otpm",
}
#: All that the SDK knows; of the others the twin has no limit that a workspace could lower.
_TYPES = (
    "fast_itpmca",
    "fast_otpm",
    "input_tokens_per_minute",
    "input_tokens_per_minute_cache_aware",
    "output_tokens_per_minute",
    "requests_per_minute",
    "tokens_per_day",
    "tokens_per_minute",
    "tool_uses_per_second",
)

_VALUE: Check = Record({"type": literal(*_TYPES), "value": Maybe(no_less(1))})
_UPDATE = Record({"limits": Array(_VALUE, len(_TYPES))})


@attrs.frozen
class Group:
    """A pool, with what the API calls it.

    Args:
        pool: as `tiers` knows it.
        type: one of `GROUPS`.
        name: to show.
    """

    pool: str
    type: str
    name: str

    @property
    def id(self) -> str:
        """The id of the limit that an organization has on it: the same for all organizations."""
        return "ratelimit_01" + base58(f"limit/{self.pool}", 22)

    def doc(self, *, newer: bool) -> dict[str, Any]:
        """The group as a limit names it, which the edition of 2026-10-21 put into an object."""
        if not newer:
            return {"group_type": self.type}
        group = {"type": self.type, "id": "ratelimitgroup_01" + base58(f"group/{self.pool}", 22)}
        return {"group": {**group, "display_name": self.name} if self.name else group}

    def models(self) -> list[str] | None:
        """The models that share it, None where it is of none."""
        if self.type != "model_group":
            return None
        return [model.id for model in MODELS if model.pool == self.pool]

    def values(self, limits: Limits) -> Iterator[tuple[str, int]]:
        """Its limits by what the API calls them."""
        quota = limits.quota(self.pool)
        for name, measure in MEASURES.items():
            value = getattr(quota, measure)
            if value is not None:
                yield name, value


def _named(pool: str) -> str:
    line, _, number = pool.removeprefix("claude-").partition("-")
    return f"Claude {line.title()} {number}"


_GROUPS = (
    *(Group(pool, "model_group", _named(pool)) for pool in POOLS),
    Group(COUNT_TOKENS, "token_count", ""),
    Group(BATCHES, "batch", ""),
)


def of_organization(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """The limits of the organization, of one group or for one model where asked for."""
    model = call.query.last("model")
    groups = _wanted(call)
    if model is not None:
        known = resolve(model)
        groups = [group for group in groups if known is not None and group.pool == known.pool]
        if not groups:
            raise Rejected(ApiError.of(404, f"model: {model}"))
    found = [
        {
            "type": "rate_limit",
            "id": group.id,
            **group.doc(newer=call.newer),
            "models": group.models(),
            "limits": [{"type": name, "value": value} for name, value in group.values(call.limits)],
        }
        for group in groups
    ]
    return organization, by_cursor(found, call.query, usual=MOST)


def of_workspace(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """The limits of a workspace that are its own; with those that it inherits where asked for."""
    workspace = one(organization, call)["id"]
    inherited = call.query.truth("include_inherited")
    found = [
        doc
        for group in _wanted(call)
        if (doc := _limit(organization, call, workspace, group, inherited=inherited))["limits"]
    ]
    return organization, by_cursor(found, call.query, usual=MOST)


def updated(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """A limit of a workspace: set, or cleared by null. It binds beside the organization's own."""
    workspace = active(organization, call)["id"]
    if workspace == call.founded.default_workspace:
        # "You can't set limits on the default workspace" (docs, rate limits, 2026-08).
        raise invalid("Rate limits cannot be set on the default workspace")
    wanted = call.arguments["rate_limit_id"]
    group = next((each for each in _GROUPS if each.id == wanted), None)
    if group is None:
        raise missing("Rate limit")
    values = dict(group.values(call.limits))
    of_workspace = organization.limits.get(workspace, {})
    own = dict(of_workspace.get(group.pool, {}))
    for place, limit in enumerate(call.checked(_UPDATE)["limits"]):
        name, value = limit["type"], limit["value"]
        if name not in values:
            raise invalid(f"limits.{place}.type: the group has no limit of this type")
        if value is None:
            own.pop(MEASURES[name], None)
        elif value > values[name]:
            raise invalid(f"limits.{place}.value: exceeds the organization's, {values[name]}")
        else:
            own[MEASURES[name]] = value
    limits = {**organization.limits, workspace: {**of_workspace, group.pool: own}}
    after = attrs.evolve(organization, limits=limits)
    return after, _limit(after, call, workspace, group, inherited=False)


def narrowed(limits: Limits, own: Mapping[str, Mapping[str, int]]) -> Limits:
    """The limits that a workspace has: its own where it has some, else those of its organization."""
    pools = {
        pool: {**limits.pools.get(pool, {}), **own.get(pool, {})}
        for pool in {**limits.pools, **own}
    }
    return attrs.evolve(limits, pools=pools)


def _limit(
    organization: Organization, call: Call, workspace: str, group: Group, *, inherited: bool
) -> Doc:
    own = organization.limits.get(workspace, {}).get(group.pool, {})
    return {
        "type": "workspace_rate_limit",
        "rate_limit_id": group.id,
        "workspace_id": workspace,
        **group.doc(newer=call.newer),
        "models": group.models(),
        "limits": [
            {
                "type": name,
                "value": own.get(MEASURES[name], value),
                "org_limit": value,
                "source": {"type": "workspace" if MEASURES[name] in own else "organization"},
            }
            for name, value in group.values(call.limits)
            if inherited or MEASURES[name] in own
        ],
    }


def _wanted(call: Call) -> list[Group]:
    wanted = call.query.one_of("group_type", GROUPS)
    return [group for group in _GROUPS if wanted in (None, group.type)]


RATE_LIMITS: Mapping[str, Operation] = {
    "rate_limits": of_organization,
    "workspaces_rate_limits": of_workspace,
    "workspaces_rate_limits_update": updated,
}

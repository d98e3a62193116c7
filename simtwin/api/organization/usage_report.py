"""`GET /v1/organizations/usage_report/messages` (docs, Usage and Cost API, 2026-08)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simtwin.api.organization.organization import Call, Doc
from simtwin.api.organization.periods import Periods, periods
from simtwin.api.timestamp import to_the_second
from simtwin.core.spent import Spent
from simtwin.core.usage import NO_TOKENS

Value = str | None

#: By what rows can be told apart, as each names it in a result.
DIMENSIONS: Mapping[str, Callable[[Spent], Value]] = {
    "api_key_id": lambda row: row.key,
    "workspace_id": lambda row: row.workspace,
    "model": lambda row: row.model,
    "service_tier": lambda row: row.tier,
    "context_window": lambda row: row.context_window,
    "inference_geo": lambda row: row.geo,
    "speed": lambda row: "fast" if row.fast else "standard",
    # No user signs in to the twin, nor does a service account.
    "account_id": lambda _: None,
    "service_account_id": lambda _: None,
}
_FILTERS: Mapping[str, str] = {
    "api_key_ids": "api_key_id",
    "workspace_ids": "workspace_id",
    "models": "model",
    "service_tiers": "service_tier",
    "context_window": "context_window",
    "inference_geos": "inference_geo",
    "speeds": "speed",
    "account_ids": "account_id",
    "service_account_ids": "service_account_id",
}
_WORDS: Mapping[str, tuple[str, ...]] = {
    "service_tiers": (
        "batch",
        "flex",
        "flex_discount",
        "priority",
        "priority_on_demand",
        "standard",
    ),
    "context_window": ("0-200k", "200k-1M"),
    "inference_geos": ("global", "not_available", "us"),
    "speeds": ("fast", "standard"),
}


def report(rows: Iterable[Spent], call: Call) -> Doc:
    """The usage of an organization, in buckets of a day, an hour or a minute.

    Args:
        rows: all that it used, in any order.
        call: what the report is to be of.

    Raises:
        Rejected: a 400 for a parameter that cannot be.
    """
    wanted = periods(call, ("1d", "1h", "1m"))
    by = call.query.some_of("group_by", tuple(DIMENSIONS))
    filters = {name: _values(call, name) for name in _FILTERS}
    found = (row for row in rows if _passes(row, filters))
    return bucketed(wanted, found, lambda each: _results(each, by))


def bucketed(
    wanted: Periods, rows: Iterable[Spent], results: Callable[[list[Spent]], Sequence[Doc]]
) -> dict[str, Any]:
    """A page of buckets, each with what `results` says of the rows that are in it."""
    within: dict[int, list[Spent]] = {}
    for row in rows:
        within.setdefault(int(row.at) // wanted.width * wanted.width, []).append(row)
    return {
        "data": [
            {
                "starting_at": to_the_second(start),
                "ending_at": to_the_second(start + wanted.width),
                "results": results(within.get(start, [])),
            }
            for start in wanted.starts
        ],
        "has_more": wanted.following is not None,
        "next_page": wanted.following,
    }


def grouped(rows: Iterable[Spent], by: Iterable[str]) -> dict[tuple[Value, ...], list[Spent]]:
    """Rows by their values in some dimensions, in the order of those values."""
    names = tuple(by)
    groups: dict[tuple[Value, ...], list[Spent]] = {}
    for row in rows:
        groups.setdefault(tuple(DIMENSIONS[name](row) for name in names), []).append(row)
    return dict(sorted(groups.items(), key=lambda group: tuple(map(str, group[0]))))


def _results(rows: list[Spent], by: tuple[str, ...]) -> list[Doc]:
    return [
        _result(each, dict(zip(by, values, strict=True)))
        for values, each in grouped(rows, by).items()
    ]


def _result(rows: list[Spent], told: Mapping[str, Value]) -> Doc:
    tokens = sum((row.tokens for row in rows), NO_TOKENS)
    written_1h = sum(row.written_1h for row in rows)
    return {
        "uncached_input_tokens": tokens.input,
        "cache_creation": {
            "ephemeral_1h_input_tokens": written_1h,
            "ephemeral_5m_input_tokens": tokens.cache_creation - written_1h,
        },
        "cache_read_input_tokens": tokens.cache_read,
        "output_tokens": tokens.output,
        "server_tool_use": {"web_search_requests": sum(row.searches for row in rows)},
        **{name: told.get(name) for name in DIMENSIONS if name != "speed" or name in told},
    }


def _values(call: Call, name: str) -> tuple[str, ...]:
    known = _WORDS.get(name)
    return call.query.every(name) if known is None else call.query.some_of(name, known)


def _passes(row: Spent, filters: Mapping[str, tuple[str, ...]]) -> bool:
    return all(
        not values or DIMENSIONS[_FILTERS[name]](row) in values for name, values in filters.items()
    )

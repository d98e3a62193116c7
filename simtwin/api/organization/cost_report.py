"""`GET /v1/organizations/cost_report` (docs, Usage and Cost API, 2026-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simtwin.api.models import resolve
from simtwin.api.organization.organization import Call, Doc
from simtwin.api.organization.periods import periods
from simtwin.api.organization.usage_report import bucketed, grouped
from simtwin.core.spent import Spent

#: "$10 per 1,000 searches" (docs, web search, 2026-08), in cents.
_CENTS_A_SEARCH = 1.0
_BY = ("description", "workspace_id")
#: What tells one line of a bill from another.
_LINES = ("workspace_id", "model", "service_tier", "context_window", "inference_geo")
_WORDS: Mapping[str, str] = {
    "uncached_input_tokens": "Input Tokens",
    "cache_creation.ephemeral_5m_input_tokens": "Input Tokens, Cache Write (5m)",
    "cache_creation.ephemeral_1h_input_tokens": "Input Tokens, Cache Write (1h)",
    "cache_read_input_tokens": "Input Tokens, Cache Hit",
    "output_tokens": "Output Tokens",
}


def report(rows: Iterable[Spent], call: Call) -> Doc:
    """What an organization spent, in buckets of a day.

    Amounts are in cents, as decimals in text; requests for models whose price is not known cost
    nothing.

    Args:
        rows: all that it used, in any order.
        call: what the report is to be of.

    Raises:
        Rejected: a 400 for a parameter that cannot be.
    """
    wanted = periods(call, ("1d",))
    by = call.query.some_of("group_by", _BY)
    return bucketed(wanted, rows, lambda each: _results(each, by))


def _results(rows: list[Spent], by: tuple[str, ...]) -> Sequence[Doc]:
    lines = [line for values, each in grouped(rows, _LINES).items() for line in _bill(values, each)]
    if "description" in by:
        shown = [{**line, "amount": _amount(line["amount"])} for line in lines]
        return shown if "workspace_id" in by else _merged(lines)
    totals: dict[str | None, float] = {}
    for line in lines:
        workspace = line["workspace_id"] if "workspace_id" in by else None
        totals[workspace] = totals.get(workspace, 0) + line["amount"]
    return [
        _line(amount, workspace_id=workspace) | {"amount": _amount(amount)}
        for workspace, amount in totals.items()
    ]


def _bill(values: tuple[str | None, ...], rows: list[Spent]) -> list[dict[str, Any]]:
    told = dict(zip(_LINES, values, strict=True))
    cents: dict[str, float] = {}
    for row in rows:
        for name, amount in row.cents().items():
            cents[name] = cents.get(name, 0) + amount
    model = resolve(told["model"] or "")
    called = told["model"] if model is None else model.display_name
    lines = [
        _line(
            cents[name],
            cost_type="tokens",
            token_type=name,
            description=f"{called} Usage - {words}",
            **told,
        )
        for name, words in _WORDS.items()
        if name in cents
    ]
    searches = sum(row.searches for row in rows)
    if searches:
        lines.append(
            _line(
                searches * _CENTS_A_SEARCH,
                cost_type="web_search",
                description="Web Search Usage",
                workspace_id=told["workspace_id"],
            )
        )
    return lines


def _merged(lines: list[dict[str, Any]]) -> Sequence[Doc]:
    """Lines of all workspaces together."""
    merged: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        same = {**line, "workspace_id": None, "amount": None}
        kept = merged.setdefault(tuple(same.values()), {**same, "amount": 0.0})
        kept["amount"] += line["amount"]
    return [{**line, "amount": _amount(line["amount"])} for line in merged.values()]


def _line(amount: float, **told: str | None) -> dict[str, Any]:
    line: dict[str, Any] = dict.fromkeys(
        (
            "workspace_id",
            "description",
            "cost_type",
            "context_window",
            "model",
            "service_tier",
            "token_type",
            "inference_geo",
        )
    )
    return {"currency": "USD", "amount": amount, **line, **told}


def _amount(cents: float) -> str:
    text = f"{cents:.6f}".rstrip("0").rstrip(".")
    return text or "0"

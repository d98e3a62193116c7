"""`GET /v1/organizations/usage_report/claude_code` (docs, Claude Code Analytics API, 2026-08).

The twin knows Claude Code by its user agent, and of what it does the requests alone: sessions,
lines, commits and what people accepted are told as none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from simtwin.api.errors import invalid
from simtwin.api.organization.organization import Call, Doc
from simtwin.api.organization.usage_report import grouped
from simtwin.api.pages import by_cursor
from simtwin.api.timestamp import to_the_second
from simtwin.core.spent import Spent
from simtwin.core.usage import NO_TOKENS

_DAY = 86_400
_TOOLS = ("edit_tool", "multi_edit_tool", "notebook_edit_tool", "write_tool")


def report(rows: Iterable[Spent], call: Call, names: Mapping[str, str]) -> Doc:
    """What Claude Code used on one day, by API key.

    Args:
        rows: all that the organization used, in any order.
        call: with `starting_at`, a day; `limit`; `page`.
        names: of its API keys, by id.

    Raises:
        Rejected: a 400 for a parameter that cannot be.
    """
    start = _day(call.query.last("starting_at"))
    used = (row for row in rows if row.claude_code and start <= row.at < start + _DAY)
    records = [
        _record(call, start, names.get(str(key), str(key)), each)
        for (key,), each in grouped(used, ("api_key_id",)).items()
    ]
    page = by_cursor(records, call.query)
    return {**page, "has_more": page["next_page"] is not None}


def _record(call: Call, start: int, name: str, rows: list[Spent]) -> Doc:
    return {
        "date": to_the_second(start),
        "organization_id": call.founded.id,
        "actor": {"type": "api_actor", "api_key_name": name},
        "customer_type": "api",
        "subscription_type": None,
        "terminal_type": "unknown",
        "is_remote": False,
        "core_metrics": {
            "num_sessions": 0,
            "lines_of_code": {"added": 0, "removed": 0},
            "commits_by_claude_code": 0,
            "pull_requests_by_claude_code": 0,
        },
        "tool_actions": {tool: {"accepted": 0, "rejected": 0} for tool in _TOOLS},
        "model_breakdown": [
            _model(str(model), each) for (model,), each in grouped(rows, ("model",)).items()
        ],
    }


def _model(model: str, rows: list[Spent]) -> Doc:
    tokens = sum((row.tokens for row in rows), NO_TOKENS)
    cents = sum(sum(row.cents().values()) for row in rows)
    return {
        "model": model,
        "tokens": {
            "input": tokens.input,
            "output": tokens.output,
            "cache_read": tokens.cache_read,
            "cache_creation": tokens.cache_creation,
        },
        "estimated_cost": {"currency": "USD", "amount": round(cents)},
    }


def _day(text: str | None) -> int:
    if text is None:
        raise invalid("starting_at: Field required")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise invalid("starting_at: Input should be a date in the form YYYY-MM-DD") from None
    return round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())

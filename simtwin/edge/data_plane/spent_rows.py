"""What a request cost, as the reports of its organization have it."""

from __future__ import annotations

from simtwin.api.models import resolve
from simtwin.core.spent import LONG_PROMPT, Geo, Spent
from simtwin.core.usage import Tokens
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.store.records import AccountRecord

#: How Claude Code names itself in its user agent (`claude-cli/2.0.1 (external, cli)`).
_CLAUDE_CODE = "claude-cli/"


def spent(exchange: Exchange, account: AccountRecord, at: float, tokens: Tokens) -> Spent:
    """The row of an answer.

    Args:
        exchange: the request and its answer.
        account: whose it was.
        at: when it ended, Unix time in seconds.
        tokens: what it cost.
    """
    model, reply = resolve(exchange.model or ""), exchange.reply
    geo: Geo = "global"
    if reply is not None:
        geo = reply.geo  # type: ignore[assignment]  # one of the three
    return Spent(
        at,
        account.api_key_id,
        account.workspace_id,
        model.id if model is not None else exchange.model or "",
        tokens,
        0 if reply is None else reply.input.written_1h,
        0 if reply is None else reply.extras.searches,
        tier="standard" if exchange.batch is None else "batch",
        geo=geo,
        long=tokens.input + tokens.cache_creation + tokens.cache_read > LONG_PROMPT,
        fast=reply is not None and reply.extras.speed == "fast",
        claude_code=(exchange.request.header(b"user-agent") or "").startswith(_CLAUDE_CODE),
    )

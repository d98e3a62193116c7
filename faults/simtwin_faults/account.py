"""Answer as the API does to an account that may not, for as long as its rule holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random
from types import MappingProxyType
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.core.plan import Head, Plan, Step
from simtwin_faults.bounds import Number
from simtwin_faults.refuse import Refuse

State = Literal[
    "no_credit",
    "spend_limit",
    "contract_spend_limit",
    "own_spend_limit",
    "workspace_spend_limit",
    "linked_spend_limit",
    "key_revoked",
    "key_restricted",
    "org_disabled",
    "org_on_hold",
    "concurrency",
    "acceleration",
]

_REGAIN = "You will regain access on {regain} at 00:00 UTC."
_SALES = "contact sales at https://www.anthropic.com/contact-sales to discuss your options for a rate limit increase."


@attrs.frozen
class _Refusal:
    status: int
    message: str | None
    code: str | None = None
    retry_after: float | None = None


#: Words as seen in public where a source is named, else told in the API's style.
_REFUSALS: Mapping[State, _Refusal] = MappingProxyType(
    {
        # claude-code#66297 (2026-06): a 400, and no billing_error
        "no_credit": _Refusal(
            400,
            "Your credit balance is too low to access the Anthropic API. Please go to Plans & "
            "Billing to upgrade or purchase credits.",
        ),
        # platform.claude.com/docs/en/api/rate-limits (2026-08); it has no retry-after
        "spend_limit": _Refusal(
            429,
            "You have reached your API usage limits: your organization has crossed its monthly API "
            f"usage threshold, set based on your organization's API tier. {_REGAIN}",
            "enforced_spend_limit_reached",
        ),
        "contract_spend_limit": _Refusal(
            429,
            "You have reached your API usage limits: your organization has reached the spend limit "
            "of its contract.",
            "contract_spend_limit_reached",
        ),
        # The same page, as far as it quotes them.
        "own_spend_limit": _Refusal(
            400, f"You have reached your specified API usage limits. {_REGAIN}"
        ),
        "workspace_spend_limit": _Refusal(
            400, f"You have reached your specified workspace API usage limits. {_REGAIN}"
        ),
        "linked_spend_limit": _Refusal(
            402,
            "The organization that pays for your usage has reached its spend limit.",
            "linked_organization_spend_limit_reached",
        ),
        "key_revoked": _Refusal(401, None),
        "key_restricted": _Refusal(403, None),
        # claude-code#9384 (2025-10) to #75341 (2026-07)
        "org_disabled": _Refusal(400, "This organization has been disabled."),
        "org_on_hold": _Refusal(400, "This organization is on hold.", "organization_on_hold"),
        # cline#4351
        "concurrency": _Refusal(
            429,
            "Number of concurrent connections has exceeded your rate limit. Please try again later "
            f"or {_SALES}",
        ),
        # SDKs since 2.6.0 know the code, and that retry-after comes with it.
        "acceleration": _Refusal(
            429,
            "This request would exceed your organization's maximum usage increase rate for input "
            "tokens per minute. Please scale up your input tokens usage more gradually to stay "
            "within the acceleration limit.",
            "ramp_limit_exceeded",
            10,
        ),
    }
)
STATES: tuple[State, ...] = tuple(_REFUSALS)

_wait = Number("a number from 0 to 1000000000", lambda value: 0 <= value <= 1_000_000_000)


@attrs.frozen
class Account:
    """Refuse in the words that the API has for a `state` of the account.

    The state is that of every request which the rule fires on: of all until the settings change, or
    for a window of time.

    Args:
        state: what is the matter with the account.
        retry_after: how long to wait (s); by default 10 where acceleration is limited, else nothing
            is said of that.
    """

    replaces: ClassVar[bool] = True

    state: State = attrs.field(validator=in_(STATES))
    retry_after: float | None = attrs.field(default=None, validator=optional(_wait))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        for step in plan:
            if isinstance(step, Head):
                yield from self._refusal(step).rewrite((step,), rng)
                return

    def _refusal(self, head: Head) -> Refuse:
        refusal = _REFUSALS[self.state]
        message = refusal.message
        return Refuse(
            status=refusal.status,
            message=message and message.replace("{regain}", _next_month(head)),
            error_code=refusal.code,
            retry_after=refusal.retry_after if self.retry_after is None else self.retry_after,
        )


def _next_month(head: Head) -> str:
    """The first day of the month after the date of `head`: spend limits are a month's."""
    date = head.header("date")
    # An answer of the twin always has a date; a plan made by hand may not.
    now = parsedate_to_datetime(date) if date else datetime.fromtimestamp(0, UTC)
    # 31 days after the first of a month is the next one, if a few days late.
    return (now.replace(day=1) + timedelta(days=32)).replace(day=1).strftime("%Y-%m-%d")

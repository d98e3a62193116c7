"""How limits are told to a client: twelve headers on every answer, and the 429.

    anthropic-ratelimit-{input-tokens,output-tokens,requests,tokens}-{limit,remaining,reset}

As documented (platform.claude.com/docs/en/api/rate-limits, 2026-08-22) and as on 31 recorded answers
(2025-03 to 2026-05): what is left of tokens is rounded to the nearest thousand, a reset is when the
bucket will be full again, and `tokens` is input and output together, with the earlier reset.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from simtwin.api.errors import ApiError
from simtwin.api.timestamp import to_the_second
from simtwin.core.bucket import NS
from simtwin.core.pools import Gauge, Gauges, Impossible, Measure, Refused

_WORDS: dict[Measure, str] = {
    "requests": "requests",
    "input_tokens": "input tokens",
    "output_tokens": "output tokens",
}

Headers = tuple[tuple[str, str], ...]


def headers(gauges: Gauges, wall: Callable[[int], float]) -> Headers:
    """The headers that tell how limits stand; of a pool without token limits, the three of requests.

    Args:
        gauges: how they stand.
        wall: Unix time in seconds at a time in ns.
    """
    requests = gauges.requests
    of_requests = (
        ("anthropic-ratelimit-requests-limit", str(requests.limit)),
        ("anthropic-ratelimit-requests-remaining", str(max(0, requests.remaining))),
        ("anthropic-ratelimit-requests-reset", to_the_second(ceil(wall(requests.full_at)))),
    )
    if gauges.input is None or gauges.output is None:
        return of_requests
    limit_in, limit_out = gauges.input.limit, gauges.output.limit
    left_in, left_out = _thousands(gauges.input), _thousands(gauges.output)
    full_in, full_out = ceil(wall(gauges.input.full_at)), ceil(wall(gauges.output.full_at))
    return (
        ("anthropic-ratelimit-input-tokens-limit", str(limit_in)),
        ("anthropic-ratelimit-input-tokens-remaining", str(left_in)),
        ("anthropic-ratelimit-input-tokens-reset", to_the_second(full_in)),
        ("anthropic-ratelimit-output-tokens-limit", str(limit_out)),
        ("anthropic-ratelimit-output-tokens-remaining", str(left_out)),
        ("anthropic-ratelimit-output-tokens-reset", to_the_second(full_out)),
        *of_requests,
        ("anthropic-ratelimit-tokens-limit", str(limit_in + limit_out)),
        ("anthropic-ratelimit-tokens-remaining", str(left_in + left_out)),
        ("anthropic-ratelimit-tokens-reset", to_the_second(min(full_in, full_out))),
    )


def refusal(refused: Refused | Impossible, *, org: str, model: str) -> ApiError:
    """The 429 for a request that its limits refuse, without the twelve headers.

    A request that can never fit is the twin's own: the real API is not known to tell it apart. It
    has no retry-after, and asks not to be retried.

    Args:
        refused: the verdict.
        org: the organization's id.
        model: the id of the model, empty where limits are on none.
    """
    words = _WORDS[refused.measure]
    where = f"(org: {org}, model: {model})" if model else f"(org: {org})"
    if isinstance(refused, Impossible):
        return ApiError.of(
            429,
            f"This request can never fit your organization's rate limit of {refused.limit:,} {words} "
            f"per minute: it counts {refused.size:,} {words} {where}. Waiting does not help; reduce "
            "the prompt length or have the limit raised.",
            headers=(("x-should-retry", "false"),),
        )
    # As seen since 2026-04: continuedev/continue#12057, anthropics/claude-code#55132.
    return ApiError.of(
        429,
        f"This request would exceed your organization's rate limit of {refused.limit:,} {words} per "
        f"minute {where}. For details, refer to: https://docs.claude.com/en/api/rate-limits. You can "
        "see the response headers for current usage. Please reduce the prompt length or the maximum "
        "tokens requested, or try again later. You may also contact sales at "
        "https://claude.com/contact-sales to discuss your options for a rate limit increase.",
        headers=(("retry-after", str(-(-refused.wait // NS))),),
    )


def _thousands(gauge: Gauge) -> int:
    return min(gauge.limit, max(0, (gauge.remaining + 500) // 1000 * 1000))

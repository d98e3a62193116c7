"""V2: no retry long after the time that the answer named."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    lines = run.thresholds
    told = [(retry, retry.before.retry_after) for retry in run.retries]
    found = [
        Found(
            f"came back after {retry.wait:.1f} s, told to wait {wait:g} s",
            (retry.before, retry.after),
            "info",
            retry.confidence,
        )
        for retry, wait in told
        if wait is not None
        and retry.wait > max(lines.late_factor * wait, wait + lines.late_seconds)
    ]
    exercised = any(wait is not None for _, wait in told)
    return judged(found, exercised=exercised, missing="a retry of a refusal with retry-after")


RULE = Rule(
    "V2",
    "comes back soon after retry-after",
    "Wait what retry-after says and a little jitter; a backoff of your own on top of it adds nothing.",
    "the API's page on rate limits",
    judge,
)

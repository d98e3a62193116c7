"""V1: no retry before the time that the answer named."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.retry_after import form
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run
from simtwin.verdicts.thresholds import Thresholds


def is_early(retry: Retry, told: float, thresholds: Thresholds) -> bool:
    """Whether a retry came before it was due, by more than a timer is off."""
    slack = max(thresholds.early_seconds, thresholds.early_share * told)
    if form(retry.before.entry.told) == "date":
        slack = max(slack, thresholds.early_date_seconds)
    return retry.wait < told - slack


def judge(run: Run) -> Judged:
    told = any(attempt.retry_after is not None for attempt in run.attempts)
    return judged(_early(run), exercised=told, missing="a refusal with retry-after")


def _early(run: Run) -> Iterator[Found]:
    for retry in run.retries:
        told = retry.before.retry_after
        if told is not None and is_early(retry, told, run.thresholds):
            yield Found(
                f"came back after {retry.wait:.3f} s, told to wait {told:g} s",
                (retry.before, retry.after),
                "error",
                retry.confidence,
            )


RULE = Rule(
    "V1",
    "waits as long as retry-after says",
    "Read retry-after (and retry-after-ms) of every refusal and wait at least that long, or do not retry.",
    "RFC 9110, 10.2.3; the API's pages on errors and rate limits",
    judge,
)

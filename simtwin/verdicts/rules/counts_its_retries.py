"""V17: the retry count that the SDK sends is true."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run


def judge(run: Run) -> Judged:
    found = []
    exercised = False
    for retry in run.retries:
        counted = retry.before.entry.stainless.get("retry-count")
        if counted is None:
            continue
        exercised = True
        if not _follows(retry):
            then = retry.after.entry.stainless.get("retry-count", "nothing")
            text = f"x-stainless-retry-count went from {counted} to {then}"
            found.append(Found(text, (retry.before, retry.after), "info", retry.confidence))
    missing = "a retry of a client that sends x-stainless-retry-count"
    return judged(found, exercised=exercised, missing=missing)


def _follows(retry: Retry) -> bool:
    before, after = retry.before.retry_count, retry.after.retry_count
    # That it begins anew is V16's matter.
    return before is not None and after is not None and after in (before + 1, 0)


RULE = Rule(
    "V17",
    "counts its retries",
    "Let proxies and wrappers pass x-stainless-retry-count on as it is.",
    "the official SDKs",
    judge,
)

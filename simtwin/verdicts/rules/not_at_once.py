"""V5: a retry does not follow its failure at once."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run, is_retryable, worst


def judge(run: Run) -> Judged:
    candidates = [retry for retry in run.retries if _counts(retry)]
    missing = "a retry of a failure that says nothing of when to come back"
    return judged(_found(run, candidates), exercised=candidates, missing=missing)


def _counts(retry: Retry) -> bool:
    before = retry.before
    if before.retry_after is not None or not is_retryable(before):
        return False
    # Who is told to speak HTTP/1.1 (RFC 9113, HTTP_1_1_REQUIRED) asks again, and need not wait.
    if before.lost and (before.entry.protocol, retry.after.entry.protocol) == ("2", "1.1"):
        return False
    # The connection had died at rest, most likely: sending again at once is what one should do.
    reused = before.entry.request_on_connection > 1
    return not (before.lost and reused and retry.number == 1)


def _found(run: Run, candidates: list[Retry]) -> Iterator[Found]:
    lines = run.thresholds
    streak: list[Retry] = []
    for retry in [*candidates, None]:
        goes_on = (
            retry is not None
            and retry.wait < lines.immediate_seconds
            and (not streak or retry.before is streak[-1].after)
        )
        if goes_on and retry is not None:
            streak.append(retry)
            continue
        if streak:
            yield _one(streak, lines.immediate_in_a_row)
        at_once = retry is not None and retry.wait < lines.immediate_seconds
        streak = [retry] if at_once and retry is not None else []


def _one(streak: list[Retry], in_a_row: int) -> Found:
    longest = max(retry.wait for retry in streak)
    times = "once" if len(streak) == 1 else f"{len(streak)} times in a row"
    return Found(
        f"tried again at once, {times}, after {longest * 1000:.0f} ms at most",
        (streak[0].before, *(retry.after for retry in streak)),
        "error" if len(streak) >= in_a_row else "warning",
        worst([retry.confidence for retry in streak]),
    )


RULE = Rule(
    "V5",
    "never retries at once",
    "Wait before every retry, half a second at first; only a connection that died at rest may be replaced at once.",
    "AWS Builders' Library, Timeouts, retries and backoff with jitter",
    judge,
)

"""V18: who is refused asks less."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Run


def judge(run: Run) -> Judged:
    lines = run.thresholds
    seconds = lines.backs_off_window_seconds
    began = [attempt.began for attempt in run.attempts]

    def between(start: float, end: float) -> Sequence[Attempt]:
        return run.attempts[bisect_left(began, start) : bisect_left(began, end)]

    missing = (
        f"{lines.backs_off_concurrency} requests at once that go on for {2 * seconds:g} s, "
        f"with {lines.backs_off_requests} requests before the first 429 and as many after it"
    )
    first = next((attempt.ended for attempt in run.attempts if attempt.status == 429), None)
    if first is None:
        return judged((), exercised=False, missing=missing)
    before = between(first - seconds, first)
    after = between(first, first + seconds)
    enough = len(before) >= lines.backs_off_requests and first >= seconds
    if (
        not enough
        or _most_at_once(before) < lines.backs_off_concurrency
        or run.until < first + seconds
    ):
        return judged((), exercised=False, missing=missing)
    refused = sum(attempt.status == 429 for attempt in after)
    found = []
    if (
        len(after) > lines.backs_off_to * len(before)
        and refused >= lines.backs_off_refused * len(after)
        # Refusals that were over after a moment ask nobody to slow down.
        and any(attempt.status == 429 for attempt in after[len(after) // 2 :])
    ):
        text = (
            f"{len(before)} requests in the {seconds:g} s before the first 429 and {len(after)} in "
            f"those after it, of which {refused} were refused"
        )
        evidence = [attempt for attempt in after if attempt.status == 429]
        found.append(Found(text, evidence, "warning", "medium"))
    return judged(found, exercised=True, missing=missing)


def _most_at_once(attempts: Sequence[Attempt]) -> int:
    moments = sorted(
        [(attempt.began, 1) for attempt in attempts] + [(attempt.ended, -1) for attempt in attempts]
    )
    most = now = 0
    for _, change in moments:
        now += change
        most = max(most, now)
    return most


RULE = Rule(
    "V18",
    "slows down when it is refused",
    "Cut the number of requests at once by half on a 429, and raise it again by one at a time.",
    "Google, Site Reliability Engineering, Handling overload: adaptive throttling",
    judge,
)

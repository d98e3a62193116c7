"""V9: what cannot succeed is not tried again."""

from __future__ import annotations

from simtwin.verdicts.figures import duration
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run, is_terminal

#: A shorter wait (s) is what it takes to ask again, and not one that anybody chose.
_AT_ONCE = 0.01


def judge(run: Run) -> Judged:
    found = [
        Found(
            f"tried a {retry.before.status} again{_said(retry)}, {_after(retry.wait)}",
            (retry.before, retry.after),
            "error",
            retry.confidence,
        )
        for retry in run.retries
        if is_terminal(retry.before) and not _is_refreshed(retry)
    ]
    exercised = any(is_terminal(attempt) for attempt in run.attempts)
    return judged(
        found, exercised=exercised, missing="an answer that no retry can change, as a 400"
    )


def _is_refreshed(retry: Retry) -> bool:
    """Whether it may be one try with a fresh token (the TypeScript SDK makes it)."""
    before = retry.call.attempts[: retry.number - 1]
    return retry.before.status == 401 and not any(each.status == 401 for each in before)


def _said(retry: Retry) -> str:
    return " that said x-should-retry: false" if retry.before.should_retry is False else ""


def _after(wait: float) -> str:
    return "at once" if wait < _AT_ONCE else f"after {duration(wait)}"


RULE = Rule(
    "V9",
    "does not retry what cannot succeed",
    "Retry 408, 409, 429, 5xx and lost connections alone, and heed x-should-retry.",
    "the API's page on errors",
    judge,
)

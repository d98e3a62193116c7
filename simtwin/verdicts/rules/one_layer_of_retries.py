"""V16: one layer retries, not two around each other."""

from __future__ import annotations

from collections.abc import Iterator

from simtwin.verdicts.calls import Confidence
from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run


def judge(run: Run) -> Judged:
    counted = any((retry.after.retry_count or 0) >= 1 for retry in run.retries)
    missing = "a call of the official SDK that it retried"
    return judged(_found(run), exercised=counted, missing=missing)


def _found(run: Run) -> Iterator[Found]:
    resets: dict[int, list[Retry]] = {}
    for retry in run.retries:
        # After the head of an answer the SDK tries nothing again, so somebody else has to.
        given_up = (retry.before.retry_count or 0) >= 1 and retry.before.status != 200
        if given_up and retry.after.retry_count == 0:
            resets.setdefault(id(retry.call), []).append(retry)
    for each in resets.values():
        call = each[0].call
        counts = ", ".join(str(a.retry_count) for a in call.attempts[:12])
        text = f"the SDK had given up and was called again: it counted {counts}"
        # A user who asks again looks the same.
        sure: Confidence = "low" if call.confidence == "low" else "medium"
        yield Found(text, call.attempts, "warning", sure)


RULE = Rule(
    "V16",
    "retries in one layer",
    "Set max_retries=0 in the SDK where something around it retries, or leave all retries to the SDK.",
    "LangChain's with_retry around the SDK sends nine requests, which count 0,1,2,0,1,2,0,1,2",
    judge,
)

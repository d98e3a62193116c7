"""V7: clients that were told the same do not come back in the same moment."""

from __future__ import annotations

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.rules.spreads_its_waits import most_within
from simtwin.verdicts.run import Retry, Run, worst


def judge(run: Run) -> Judged:
    lines = run.thresholds
    by_wait: dict[float, list[Retry]] = {}
    for retry in run.retries:
        told = retry.before.retry_after
        if told is not None:
            by_wait.setdefault(round(told, 1), []).append(retry)
    found, exercised = [], False
    for told, retries in sorted(by_wait.items()):
        for crowd in _crowds(retries, lines.herd_told_seconds):
            if len({retry.before.entry.connection for retry in crowd}) < lines.herd_clients:
                continue
            exercised = True
            came = sorted(retry.after.began for retry in crowd)
            most = most_within(came, lines.herd_window_seconds)
            if most > lines.herd_share * len(crowd):
                text = (
                    f"of {len(crowd)} that were told to wait {told:g} s, {most} came back within "
                    f"{lines.herd_window_seconds * 1000:.0f} ms"
                )
                sure = worst([retry.confidence for retry in crowd])
                found.append(Found(text, [retry.after for retry in crowd], "warning", sure))
    missing = (
        f"{lines.herd_clients} connections that got the same retry-after within "
        f"{lines.herd_told_seconds:g} s and came back"
    )
    return judged(found, exercised=exercised, missing=missing)


def _crowds(retries: list[Retry], seconds: float) -> list[list[Retry]]:
    """Retries by when they were told: each crowd within `seconds` of its first."""
    crowds: list[list[Retry]] = []
    for retry in sorted(retries, key=lambda each: each.before.ended):
        if crowds and retry.before.ended - crowds[-1][0].before.ended <= seconds:
            crowds[-1].append(retry)
        else:
            crowds.append([retry])
    return crowds


RULE = Rule(
    "V7",
    "does not come back as a herd",
    "Add some jitter to what retry-after says, upwards, so that workers do not return together.",
    "AWS Builders' Library, Timeouts, retries and backoff with jitter",
    judge,
)

"""V6: waits of the same kind are not all the same."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from statistics import mean, pstdev

from simtwin.verdicts.rule import Found, Judged, Rule, judged
from simtwin.verdicts.run import Retry, Run, is_retryable, worst


def judge(run: Run) -> Judged:
    lines = run.thresholds
    groups: dict[int, list[Retry]] = {}
    for retry in run.retries:
        # Who waits exactly as it was told is right; that all then come at once is V7's matter.
        told = retry.before.retry_after is not None
        if not told and is_retryable(retry.before) and retry.wait >= lines.jitter_shortest_seconds:
            groups.setdefault(retry.number, []).append(retry)
    enough = {n: group for n, group in groups.items() if len(group) >= lines.jitter_waits}
    found = []
    for number, group in sorted(enough.items()):
        waits = sorted(retry.wait for retry in group)
        spread = pstdev(waits) / mean(waits)
        share = most_within(waits, lines.jitter_mode_seconds) / len(waits)
        crowded = len(waits) >= lines.jitter_mode_waits and share > lines.jitter_mode_share
        if spread < lines.jitter_spread or crowded:
            text = (
                f"{len(waits)} waits before retry {number} were all about {mean(waits):.2f} s: "
                f"spread {spread:.3f}, {share:.0%} within "
                f"{lines.jitter_mode_seconds * 1000:.0f} ms of each other"
            )
            sure = worst([retry.confidence for retry in group])
            found.append(Found(text, [retry.after for retry in group], "warning", sure))
    missing = (
        f"{lines.jitter_waits} retries with the same number that chose their wait themselves, "
        f"{lines.jitter_shortest_seconds:g} s or longer"
    )
    return judged(found, exercised=enough, missing=missing)


def most_within(values: Sequence[float], width: float) -> int:
    """How many of sorted values lie within `width` of each other, at most."""
    ends = (bisect_right(values, value + width) for value in values)
    return max((end - number for number, end in enumerate(ends)), default=0)


RULE = Rule(
    "V6",
    "spreads its retries by chance",
    "Add jitter: draw each wait at random, for instance between nothing and the backoff.",
    "AWS Builders' Library, Timeouts, retries and backoff with jitter; hermes-agent#109234",
    judge,
)

"""V15: retries do not multiply the load."""

from __future__ import annotations

from simtwin.verdicts.amplification import Window, overall, windows
from simtwin.verdicts.rule import Found, Judged, Rule, Severity, judged
from simtwin.verdicts.run import Run, worst


def judge(run: Run) -> Judged:
    lines = run.thresholds
    whole = overall(run)
    found = []
    if whole.calls >= lines.amplification_calls:
        found += _found(run, whole, "over the whole run")
    each = [w for w in windows(run) if w.calls >= lines.amplification_calls]
    steepest = max(each, key=lambda window: window.ratio, default=None)
    if steepest is not None and not found:
        seconds = lines.amplification_window_seconds
        found += _found(run, steepest, f"in the {seconds:g} s from {steepest.at:g} s on")
    exercised = any(attempt.failed for attempt in run.attempts) and (
        whole.calls >= lines.amplification_calls
    )
    missing = f"{lines.amplification_calls} calls, and failures among them"
    return judged(found, exercised=exercised, missing=missing)


def _found(run: Run, window: Window, when: str) -> list[Found]:
    lines = run.thresholds
    if window.ratio <= lines.amplification_warning:
        return []
    severity: Severity = "error" if window.ratio > lines.amplification_error else "warning"
    text = f"{window.attempts} requests for {window.calls} calls {when}: {window.ratio:.1f} times"
    # Calls that are joined by weak evidence may be several.
    sure = worst([retry.confidence for retry in run.retries if retry.confidence != "low"])
    largest = max(run.calls, key=lambda call: len(call.attempts))
    return [Found(text, largest.attempts, severity, sure)]


RULE = Rule(
    "V15",
    "does not multiply the load",
    "Retry in one layer alone, and let a budget of retries (one for ten calls, say) bound them all together.",
    "nanobot#2760 (3x), code_puppy#317 (45x), caura#859 (12x); AWS, Timeouts, retries and backoff",
    judge,
)

"""What came of what was asked for, and the words and rows that every form of it uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from simtwin.core.storm.outcome import Fared, Outcome
from simtwin.core.storm.storm import Incident, Storm
from simtwin.storm.options import Named


@attrs.frozen
class Result:
    """One storm, and what came of it."""

    named: Named
    outcome: Outcome

    @property
    def name(self) -> str:
        """The policy that it differs in from those it is compared with."""
        return self.named.name

    @property
    def storm(self) -> Storm:
        """What was simulated."""
        return self.named.storm


COMPARED = (
    "policy",
    "served",
    "lost",
    "attempts/call",
    "worst minute",
    "p50, s",
    "p99, s",
    "wasted",
    "at the end",
    "recovered after",
)


def compared(results: Sequence[Result]) -> list[tuple[str, ...]]:
    """A row for each storm, under COMPARED."""
    return [
        (
            each.name,
            _share(each.outcome.all.served, each.outcome.all.calls),
            _share(each.outcome.all.lost, each.outcome.all.calls),
            f"{each.outcome.all.amplification:.2f}",
            f"{each.outcome.worst_minute:.1f}x",
            _seconds(each.outcome.all.latency.p50),
            _seconds(each.outcome.all.latency.p99),
            f"{each.outcome.wasted:.0%}",
            "-"
            if each.outcome.overload.at_the_end is None
            else f"{each.outcome.overload.at_the_end:.0%}",
            after(each.outcome),
        )
        for each in results
    ]


FARED = (
    "policy",
    "clients",
    "calls",
    "served",
    "lost",
    "attempts/call",
    "refused",
    "timed out",
    "p50, s",
    "p95, s",
    "p99, s",
    "fair share",
)


def fared(outcome: Outcome) -> list[tuple[str, ...]]:
    """A row for each population, and one for all where there are several, under FARED."""
    everybody = [outcome.all] if len(outcome.populations) > 1 else []
    return [_fared(each) for each in (*outcome.populations, *everybody)]


def _fared(each: Fared) -> tuple[str, ...]:
    return (
        each.name,
        f"{each.clients:,}",
        f"{each.calls:,}",
        _share(each.served, each.calls),
        _share(each.lost, each.calls),
        f"{each.amplification:.2f}",
        f"{each.refused + each.limited:,}",
        f"{each.timed_out:,}",
        _seconds(each.latency.p50),
        _seconds(each.latency.p95),
        _seconds(each.latency.p99),
        "-" if each.fair_share is None else f"{each.fair_share:.2f}",
    )


#: What the columns mean, for whoever reads a table without the README.
MEANING = (
    "served, lost: of the calls that began. worst minute: its attempts, by those of a minute before the cause. p50, p99: of answered"
    " calls, waits and retries included. wasted: of the server's work, on turning away and on answers"
    " that nobody waited for. at the end: served in the last minute, of what was served before the"
    " cause. recovered after: from the end of the cause on."
)


def after(outcome: Outcome) -> str:
    """When it recovered, in a word or two."""
    overload = outcome.overload
    if overload.state in {"unknown", "no_cause"}:
        return "not known" if overload.state == "unknown" else "-"
    seconds = overload.recovered_seconds
    when = "never" if seconds is None else f"{seconds:,.0f} s" if seconds else "at once"
    return f"{when}: metastable" if overload.state == "metastable" else when


def verdict(outcome: Outcome) -> str:
    """Whether the overload outlived its cause, in a sentence or two."""
    overload = outcome.overload
    seconds = overload.recovered_seconds
    if overload.state == "no_cause":
        return "Nothing went wrong from outside."
    if overload.state == "unknown":
        return f"Not known whether it recovers: {overload.why}."
    if overload.state == "recovered":
        when = (
            f"{seconds:,.0f} s after the end of the cause"
            if seconds
            else "as soon as the cause was gone"
        )
        return f"Recovered: {when} all was as before."
    if seconds is not None:
        return (
            "Metastable: the overload outlives its cause; it is left by chance alone,"
            f" {seconds:,.0f} s later."
        )
    return (
        f"Metastable: the overload outlives its cause. In the last minute {overload.at_the_end:.0%} of"
        f" what was served before is served, and {overload.in_vain_at_the_end:.0%} of attempts are in"
        " vain."
    )


def setting(result: Result) -> Iterator[str]:
    """What was simulated, in a few lines."""
    storm, serving = result.storm, result.storm.serving
    capacity = serving.capacity
    yield (
        f"{storm.clients:,} clients, {storm.every_seconds:g} s of rest between calls;"
        f" {storm.seconds / 60:.4g} min, seed {storm.seed}"
    )
    slower = f", {capacity.slower:g} times as long when full" if capacity.slower > 1 else ""
    yield (
        f"room for {result.outcome.room:,} answers of {serving.service_seconds:g} s{slower};"
        f" turning one away costs {capacity.refused_seconds:g} s"
    )
    if serving.requests_per_minute is not None:
        yield f"a limit of {serving.requests_per_minute:,} requests a minute for all"
    for cause in storm.causes:
        span = f"from {cause.start / 60:.4g} to {cause.end / 60:.4g} min"
        if isinstance(cause, Incident):
            yield f"{span} {cause.left:.0%} of the room is left"
        else:
            yield f"{span} clients call {cause.factor:g} times as often"


def notes(result: Result) -> Iterator[str]:
    """What has to be known to read the figures."""
    outcome = result.outcome
    if outcome.cut_short:
        yield (
            f"{result.name}: stopped after {outcome.events:,} events, at"
            f" {outcome.seconds / 60:.1f} of {result.storm.seconds / 60:.4g} min; what follows is not"
            " known"
        )
    if outcome.overload.state == "unknown":
        yield f"{result.name}: not known whether it recovers: {outcome.overload.why}"


def rates(result: Result, series: str, fared: Fared | None = None) -> list[float]:
    """A series of some clients by window (per second), as far as it was simulated."""
    outcome = result.outcome
    whole = int(outcome.seconds // outcome.window_seconds)
    counts = getattr((fared or outcome.all).series, series)[:whole]
    return [count / outcome.window_seconds for count in counts]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


def _seconds(seconds: float | None) -> str:
    return "-" if seconds is None else f"{seconds:,.3g}"

"""The way in which a run fails, by which another one fails the same way. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import attrs

from simtwin.chaos.judgement import Judgement, Ruling
from simtwin.chaos.trial.ending import Clean, Ending, ending
from simtwin.chaos.trial.observed import Observed
from simtwin.core.journal_line import Line
from simtwin.verdicts.rules import RULES

#: As options name them; a finding is of a rule: `finding:V13`.
Kind = Literal["exit", "silent", "hung", "finding"]
_FINDING = "finding:"


class WayError(Exception):
    """There is no such way, or a run does not fail in it; the text says why."""


@attrs.frozen
class Way:
    """How a run fails.

    Args:
        kind: by its exit status; silently, by what it prints; by hanging; or by what a rule says.
        status: its exit status, where that is how.
        rule: the rule, likewise.
    """

    kind: Kind
    status: int | None = None
    rule: str | None = None

    @property
    def words(self) -> str:
        """It, for people."""
        match self.kind:
            case "exit":
                return f"failed with exit status {self.status}"
            case "silent":
                return "failed silently"
            case "hung":
                return "hung"
            case "finding":
                return f"broke rule {self.rule}"


@attrs.frozen
class Shown:
    """What a run shows: what it comes to, and what the rules say."""

    ending: Ending
    status: int | None
    rulings: tuple[Ruling, ...]

    def fails(self, way: Way) -> bool:
        """Whether it fails that way."""
        match way.kind:
            case "exit":
                return bool(self.status) and self.status == way.status
            case "finding":
                return way.rule in self.broken
            case _:
                return self.ending.outcome == way.kind

    @property
    def broken(self) -> tuple[str, ...]:
        """The rules that it broke."""
        return tuple(each.rule for each in self.rulings if each.value == "fail")


def shown(
    run: Observed, clean: Clean, seconds: float, judge: Callable[[Sequence[Line]], Judgement]
) -> Shown:
    """What a run shows beside clean ones.

    Args:
        run: what was seen of it.
        clean: the clean runs.
        seconds: how long it was given.
        judge: what the rules make of its journal.
    """
    return Shown(ending(run.ran, clean, seconds), run.ran.status, tuple(judge(run.lines).rulings))


def way_of(first: Shown, clean: Shown, until: str | None) -> Way:
    """The way in which the first run fails and the clean one does not.

    Args:
        first: the run under the whole schedule.
        clean: one without faults.
        until: the way that is asked for; None for the gravest that there is.

    Raises:
        WayError: there is none.
    """
    if until is not None:
        way = named(until, first.status)
        if not first.fails(way):
            raise WayError(f"TOKEN: the command does not fail so: {_told(first)}")
        if clean.fails(way):
            raise WayError(f"TOKEN: the command fails so without any fault: {_told(clean)}")
        return way
    ways = [Way("hung"), Way("exit", status=first.status), Way("silent")]
    ways += [Way("finding", rule=rule) for rule in first.broken if rule not in clean.broken]
    for way in ways:
        if first.fails(way):
            return way
    raise WayError(f"TOKEN: the command does not fail: {_told(first)}")


def named(until: str, status: int | None = None) -> Way:
    """The way that is called so.

    Args:
        until: as options name it.
        status: the exit status that counts.

    Raises:
        WayError: there is none.
    """
    if until.startswith(_FINDING):
        rule = until.removeprefix(_FINDING)
        known = [each.id for each in RULES]
        if rule not in known:
            raise WayError(f"--until: there is no rule {rule!r}; there are {', '.join(known)}")
        return Way("finding", rule=rule)
    match until:
        case "exit":
            return Way("exit", status=status)
        case "silent" | "hung":
            return Way(until)
    raise WayError(f"--until: there is no {until!r}; there are exit, silent, hung, finding:RULE")


def _told(of: Shown) -> str:
    broken = f"; it broke {', '.join(of.broken)}" if of.broken else ""
    return f"{of.ending.why}{broken}"

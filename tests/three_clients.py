"""For each rule three clients: one that is right, one that is wrong, and one that only looks wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from made_up import said, verdict

from simtwin.core.entry import Entry
from simtwin.core.outcome import Outcome
from simtwin.verdicts.rule import Severity
from simtwin.verdicts.thresholds import THRESHOLDS, Thresholds
from simtwin.verdicts.verdict import Finding, RuleVerdict, failing


@attrs.frozen
class Seen:
    """What the twin saw of a client: its requests, and what it told of its calls."""

    entries: Sequence[Entry]
    outcomes: Sequence[Outcome] = ()
    thresholds: Thresholds = THRESHOLDS

    def said(self, rule: str) -> RuleVerdict:
        """What one rule says of it."""
        return said(rule, *self.entries, outcomes=self.outcomes, thresholds=self.thresholds)

    def errors(self) -> list[tuple[str, Finding]]:
        """What fails a run, by every rule."""
        whole = verdict(*self.entries, outcomes=self.outcomes, thresholds=self.thresholds)
        return [(rule.id, found) for rule, found in failing(whole)]


@attrs.frozen(kw_only=True)
class Clients:
    """The three of one rule.

    Args:
        right: passes.
        wrong: fails.
        severity: as how grave; None for a rule that finds nothing wrong and notes what it saw.
        means: of a rule that is no more than information, what "wrong" is.
        looks_wrong: none of them is found fault with; by why they look wrong.
    """

    right: Seen
    wrong: Seen
    severity: Severity | None
    means: str = ""
    looks_wrong: Mapping[str, Seen]


def seen(*entries: Entry, outcomes: Sequence[Outcome] = (), **thresholds: Any) -> Seen:
    """A client that was seen to do this, by lines drawn elsewhere where that is said."""
    return Seen(entries, outcomes, attrs.evolve(THRESHOLDS, **thresholds))

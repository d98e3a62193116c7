"""Tokens that were paid for and that nobody had the whole answer of."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import overlapping
from simtwin.verdicts.prices import dollars
from simtwin.verdicts.run import Run


class Waste(msgspec.Struct, frozen=True, kw_only=True):
    """What attempts of one sort cost.

    Args:
        attempts: how many they were, of those that cost anything.
        input_tokens: all input, cached or not.
        output_tokens: what was produced for them.
        dollars: that in money, about; of models whose price is known.
        unpriced: attempts at models whose price is not known.
    """

    attempts: int
    input_tokens: int
    output_tokens: int
    dollars: float
    unpriced: int


def aborted(run: Run) -> Waste:
    """Answers that were not received whole."""
    return _sum(attempt for attempt in run.attempts if attempt.failed)


def duplicated(run: Run) -> Waste:
    """Whole answers to what was being answered already."""
    return _sum(second for _, second in overlapping(run.attempts) if not second.failed)


def _sum(attempts: Iterable[Attempt]) -> Waste:
    count = given = produced = unpriced = 0
    money = 0.0
    for attempt in attempts:
        usage = attempt.usage
        if not any(usage.values()):
            continue
        count += 1
        produced += usage.get("output_tokens", 0)
        given += sum(usage.values()) - usage.get("output_tokens", 0)
        cost = dollars(attempt.model, usage)
        if cost is None:
            unpriced += 1
        else:
            money += cost
    return Waste(
        attempts=count,
        input_tokens=given,
        output_tokens=produced,
        dollars=round(money, 6),
        unpriced=unpriced,
    )

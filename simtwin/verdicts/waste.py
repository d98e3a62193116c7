"""Tokens that were paid for and then thrown away, and about how much money that is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import msgspec

from simtwin.core.prices import AS_OF
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.prices import dollars
from simtwin.verdicts.run import Run
from simtwin.verdicts.twice import asked_again, hedges


class Cost(msgspec.Struct, frozen=True, kw_only=True):
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

    @property
    def tokens(self) -> int:
        return self.input_tokens + self.output_tokens


class Waste(msgspec.Struct, frozen=True, kw_only=True):
    """What a run cost and how much of that was for nothing.

    Args:
        spent: all of it, requests of batches included.
        aborted: what answers cost that were not received whole: they were cut or failed in
            mid-stream, or the client left. Whoever asks again pays the input again.
        duplicated: whole answers to what was being answered already (a hedge, no sample of the same
            prompt that began with it), or had been to the same call.
        aborted_requests: the ids of the first hundred of those, and `duplicated_requests`.
        prices_as_of: the day of the prices; money is an estimate, since token counts are.
    """

    spent: Cost
    aborted: Cost
    duplicated: Cost
    aborted_requests: tuple[str, ...]
    duplicated_requests: tuple[str, ...]
    prices_as_of: str = AS_OF


#: As many requests as are named.
MOST_NAMED = 100


def waste(run: Run, batched: Sequence[Attempt] = ()) -> Waste:
    """What a run cost, and what of it was thrown away; no attempt counts as both sorts.

    Args:
        run: what was attempted.
        batched: the requests of batches, which nobody waited for and nobody attempts again.
    """
    aborted = [each for each in run.attempts if each.failed and _costs(each)]
    twice = chain(hedges(run), asked_again(run))
    # Where the first one failed, the second is the answer, and the first is what was thrown away.
    whole = [second for first, second in twice if not first.failed and not second.failed]
    duplicated = list({each.entry.id: each for each in whole if _costs(each)}.values())
    return Waste(
        spent=_cost(chain(run.attempts, batched)),
        aborted=_cost(aborted),
        duplicated=_cost(duplicated),
        aborted_requests=_named(aborted),
        duplicated_requests=_named(duplicated),
    )


def _named(attempts: Iterable[Attempt]) -> tuple[str, ...]:
    return tuple(each.entry.request for each in attempts)[:MOST_NAMED]


def _costs(attempt: Attempt) -> bool:
    return any(attempt.usage.values())


def _cost(attempts: Iterable[Attempt]) -> Cost:
    count = given = produced = unpriced = 0
    money = 0.0
    for attempt in attempts:
        usage = attempt.usage
        tokens = sum(usage.values())
        if not tokens:
            continue
        count += 1
        output = usage.get("output_tokens", 0)
        produced += output
        given += tokens - output
        cost = dollars(attempt.model, usage, batched=attempt.entry.batch is not None)
        if cost is None:
            unpriced += 1
        else:
            money += cost
    return Cost(
        attempts=count,
        input_tokens=given,
        output_tokens=produced,
        dollars=round(money, 6),
        unpriced=unpriced,
    )

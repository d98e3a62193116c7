"""Small storms for tests: a population, a server, and what is said otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from simtwin.core.storm.loop import run
from simtwin.core.storm.outcome import Outcome, outcome
from simtwin.core.storm.policies import parse
from simtwin.core.storm.policy import Policy
from simtwin.core.storm.storm import Cause, Population, Serving, Storm
from simtwin.core.triggers import Capacity

SERVING = {field.name for field in attrs.fields(Serving)}
CAPACITY = {field.name for field in attrs.fields(Capacity)}


def policy(text: str) -> Policy:
    """A policy that comes with simtwin."""
    ((_, found),) = parse(text, _no_function)
    return found


def _no_function(name: str) -> Policy:
    raise AssertionError(f"{name} is none of ours")


def storm(*clients: tuple[int, str | Policy], causes: Sequence[Cause] = (), **said: Any) -> Storm:
    """Populations of clients by their policies, in front of one server.

    Args:
        clients: how many, and their policy.
        causes: what goes wrong.
        said: fields of the storm, of its server and of that one's capacity.
    """
    populations = [
        Population(f"p{number}", count, policy(each) if isinstance(each, str) else each)
        for number, (count, each) in enumerate(clients, 1)
    ]
    capacity = Capacity(
        **{"in_flight": 1_000, **{name: said.pop(name) for name in CAPACITY & said.keys()}}
    )
    serving = Serving(capacity=capacity, **{name: said.pop(name) for name in SERVING & said.keys()})
    return Storm(populations=tuple(populations), serving=serving, causes=tuple(causes), **said)


def played(*clients: tuple[int, str | Policy], **said: Any) -> Outcome:
    """What came of it."""
    found = storm(*clients, **said)
    return outcome(found, run(found))

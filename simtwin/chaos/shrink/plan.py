"""What is to be shrunk, and how far: the options of `simtwin chaos shrink`."""

from __future__ import annotations

import attrs

from simtwin.chaos.plan import REPLAY_PACE, REPLAY_TIER
from simtwin.core.fates import Fates
from simtwin.edge.options import Options

MOST_RUNS = 300


@attrs.frozen(kw_only=True)
class Plan:
    """See `simtwin chaos shrink --help`.

    Args:
        command: the program and its arguments.
        fates: what its requests meet.
        until: what counts as failing, None for how it fails at first.
        most_runs: how many runs there are at most, those before and after the shrinking included.
        seconds: how long it may take; None for as long as it takes.
        hang_seconds: when a run is hung; None for what comes of the clean ones.
        any_order: whether the order of the lines that it prints counts for nothing.
    """

    command: tuple[str, ...]
    fates: Fates
    until: str | None = None
    most_runs: int = MOST_RUNS
    seconds: float | None = None
    hang_seconds: float | None = None
    any_order: bool = False

    def options(self, fates: Fates) -> Options:
        """How the twin of one run is served."""
        return Options(
            port=0,
            seed=fates.seed,
            tier=REPLAY_TIER,
            pace=REPLAY_PACE,
            steady_ids=True,
            told=fates,
        )

"""What an exploration is to be: the options of `simtwin chaos explore`, checked before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import attrs

from simtwin.chaos.explore.choices import Choice
from simtwin.chaos.explore.document import Asked, FailOn
from simtwin.chaos.explore.exploration import SATURATION
from simtwin.chaos.plan import REPLAY_PACE, REPLAY_TIER
from simtwin.chaos.plan import Plan as RunPlan
from simtwin.edge.options import Options, OptionsError

#: At a second each and two at a time, the most that anybody waits for.
MOST_RUNS = 1_000

_FORMS = ("json", "junit", "markdown", "html")


@attrs.frozen(kw_only=True)
class Plan:
    """What is explored, how far, and what fails it; see `simtwin chaos explore --help`.

    Args:
        command: the program and its arguments.
        seed: decides all chance, and what is answered.
        choices: the faults.
        pairs: whether pairs of faults are tried.
        saturation: after how many runs with nothing new the pairs of a request are left.
        most_runs: how many runs there are at most, the clean ones included.
        seconds: how long it may take; None for as long as it takes.
        hang_seconds: when a run is hung; None for what comes of the clean ones.
        jobs: how many runs there are at once.
        any_order: whether the order of the lines that it prints counts for nothing.
        fail_on: the least that fails it.
        state: the file that it goes on from, and keeps how far it is in.
        json: where to write the report, and `junit`, `markdown` and `html` other forms of it.
    """

    command: tuple[str, ...]
    seed: int
    choices: tuple[Choice, ...]
    pairs: bool = True
    saturation: int = SATURATION
    most_runs: int = MOST_RUNS
    seconds: float | None = None
    hang_seconds: float | None = None
    jobs: int = 2
    any_order: bool = False
    fail_on: FailOn = "hung"
    state: Path | None = None
    json: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None

    @property
    def asked(self) -> Asked:
        """What a state has to be of to be gone on from."""
        return Asked(
            command=self.command,
            seed=self.seed,
            faults=tuple(choice.name for choice in self.choices),
            any_order=self.any_order,
        )

    @property
    def options(self) -> Options:
        """How the twin is served."""
        return Options(port=0, seed=self.seed, tier=REPLAY_TIER, pace=REPLAY_PACE, steady_ids=True)

    @property
    def files(self) -> Mapping[str, Path]:
        """Where to write what, by the form of the report."""
        given = {form: getattr(self, form) for form in _FORMS}
        return {form: path for form, path in given.items() if path is not None}

    def check_files(self) -> None:
        """See before the first run that files can be written after it.

        Raises:
            OptionsError: one cannot.
        """
        files = dict(self.files) | ({} if self.state is None else {"state": self.state})
        for form, path in files.items():
            if not path.parent.is_dir():
                raise OptionsError(f"--{form}: there is no folder {path.parent}")
            if path.is_dir():
                raise OptionsError(f"--{form}: {path} is a folder")

    def replay_line(self, token: str | None) -> str:
        """The command line that meets again what a token tells; empty where there is none."""
        if token is None:
            return ""
        return RunPlan(command=self.command, seed=self.seed).replay_line(token)

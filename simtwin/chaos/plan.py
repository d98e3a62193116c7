"""What a run of chaos is to be: the options of `simtwin chaos run`, checked before anything starts."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

import attrs

from simtwin.chaos.baseline import BaselineError, read
from simtwin.chaos.judgement import Confidence, Severity
from simtwin.core.chance import draw_once
from simtwin.edge.options import Options, OptionsError

#: A run takes seconds at the least, so these are hours.
MOST_RUNS = 1_000
#: Those of `simtwin replay` with a COMMAND; a line that meets a run again names only what differs.
REPLAY_TIER, REPLAY_PACE = "scale", "instant"

_FORMS = ("report_json", "junit", "markdown", "html")


@attrs.frozen(kw_only=True)
class Plan:
    """What is run, against what, and what fails it; see `simtwin chaos run --help`.

    Args:
        command: the program and its arguments.
        seed: decides all chance, of every run.
        runs: how often the command is run.
        profiles: names of profiles, or paths of TOML files.
        script: a script for its requests, in order.
        tier: the limits.
        pace: how fast answers come.
        fail_on: the least severity of findings that fail a run.
        min_confidence: the least confidence of those.
        expect_success: whether the command has to succeed whatever it meets.
        baseline: a file of findings that are known.
        journal: where to write the journal of its runs.
        report_json: where to write the report, and `junit`, `markdown` and `html` other forms of it.
    """

    command: tuple[str, ...]
    seed: int
    runs: int = 1
    profiles: tuple[str, ...] = ()
    script: str | None = None
    tier: str = REPLAY_TIER
    pace: str = REPLAY_PACE
    fail_on: Severity = "error"
    min_confidence: Confidence = "medium"
    expect_success: bool = False
    baseline: Path | None = None
    journal: Path | None = None
    report_json: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None

    @property
    def scenario(self) -> str:
        """What is run against, in a word."""
        named = [Path(name).stem if "/" in name else name for name in self.profiles]
        return "+".join([*named, *(["script"] if self.script is not None else [])]) or "calm"

    @property
    def options(self) -> Options:
        """How the twin is served."""
        return Options(
            port=0,
            seed=self.seed,
            tier=self.tier,
            pace=self.pace,
            profiles=self.profiles,
            script=self.script,
        )

    @property
    def files(self) -> Mapping[str, Path]:
        """Where to write what, by the form of the report."""
        given = {form: getattr(self, form) for form in _FORMS}
        return {form: path for form, path in given.items() if path is not None}

    def seeds(self) -> list[int]:
        """The seed of every run, all different. The first is that of the plan."""
        found = {self.seed: None}
        drawn = draw_once(self.seed, "runs")
        while len(found) < self.runs:
            found[drawn.randrange(2**32)] = None
        return list(found)

    def known(self) -> frozenset[str]:
        """What the baseline calls known.

        Raises:
            OptionsError: it cannot be read.
        """
        if self.baseline is None:
            return frozenset()
        try:
            return read(self.baseline)
        except BaselineError as error:
            raise OptionsError(f"--baseline: {error}") from None

    def check_files(self) -> None:
        """See before the run that its reports can be written after it.

        Raises:
            OptionsError: one cannot.
        """
        for form, path in self.files.items():
            if not path.parent.is_dir():
                raise OptionsError(f"{flag(form)}: there is no folder {path.parent}")
            if path.is_dir():
                raise OptionsError(f"{flag(form)}: {path} is a folder")

    def replay_line(self, token: str) -> str:
        """The command line that meets again what a token tells."""
        said: list[str] = ["simtwin", "replay"]
        for name, value, usual in (
            ("--tier", self.tier, REPLAY_TIER),
            ("--pace", self.pace, REPLAY_PACE),
        ):
            if value != usual:
                said += [name, value]
        return shlex.join([*said, token, "--", *self.command])


def flag(form: str) -> str:
    """The option that a form of the report is asked for with."""
    return "--" + form.replace("_", "-")


def named_file(command: Sequence[str]) -> str | None:
    """The first argument of a command that is a file, a test in one included.

    It is told from the working folder on where it is within: that is where a CI service has its
    checkout, and it looks files up by their places in that.
    """
    for argument in command[1:]:
        name = argument.partition("::")[0]
        try:
            if name and Path(name).is_file():
                path, here = Path(name).absolute(), Path.cwd()
                return str(path.relative_to(here) if path.is_relative_to(here) else path)
        except (OSError, ValueError):
            # Text that is too long for the name of a file, or has a NUL in it.
            continue
    return None


def lane_of(seed: int) -> str:
    """The lane of a run: what it draws is the same wherever the same seed is run."""
    return f"seed-{seed}"

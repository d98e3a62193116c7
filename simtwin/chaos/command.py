"""`simtwin chaos`: commands that run a program of the user's against a twin that fails."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

import click

from simtwin.chaos.explore.command import explore
from simtwin.chaos.shrink.command import shrink
from simtwin.failing import failing
from simtwin.seeding import seeded
from simtwin.serving import TIERS

_FILE = click.Path(path_type=Path)


@click.group()
def chaos() -> None:
    """Run programs against a twin that fails, and judge how they take it."""


chaos.add_command(explore)
chaos.add_command(shrink)


@chaos.command()
@click.argument("file", type=_FILE, metavar="FILE")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit's XML.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as Markdown.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write it as a page of HTML.")
def report(file: Path, **forms: Path | None) -> None:
    """Show again the report that FILE has, as `chaos run --report-json` wrote it.

    Every form is the same as the run would have written it. Without any it is text.
    """
    from simtwin.chaos.report.told import console, tell
    from simtwin.chaos.report.written import write_files
    from simtwin.chaos.saved import SavedError, saved

    try:
        found = saved(file)
    except SavedError as error:
        raise click.UsageError(str(error)) from None
    files = {form: path for form, path in forms.items() if path is not None}
    if not files:
        tell(found, console(stderr=False))
    problems = list(write_files(files, found))
    for problem in problems:
        click.echo(f"simtwin: {problem}", err=True)
    sys.exit(2 if problems else 0)


@chaos.command()
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME|FILE",
    help="A profile of faults; may be repeated.",
)
@click.option("--script", help="A script of faults for its requests, such as '529; ok'.")
@seeded()
@click.option(
    "--runs",
    type=click.IntRange(1, 1_000),
    default=1,
    show_default=True,
    help="How often to run it, each time with a seed of its own.",
)
@failing
@click.option("--expect-success", is_flag=True, help="Fail where the COMMAND does.")
@click.option(
    "--baseline", type=_FILE, metavar="FILE", help="Findings that are known, or a report."
)
@click.option(
    "--journal", type=_FILE, metavar="FILE", help="Write what was seen, for `simtwin judge`."
)
@click.option("--report-json", type=_FILE, metavar="FILE", help="Write the report as JSON.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit's XML.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as Markdown.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write it as a page of HTML.")
@click.option(
    "--tier", type=click.Choice(TIERS), default="scale", show_default=True, help="Rate limits."
)
@click.option(
    "--pace",
    default="instant",
    show_default=True,
    metavar="instant|real|fast|slow|steady[*F]",
    help="How fast answers come.",
)
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND")
def run(**options: Any) -> None:
    """Run a COMMAND against a twin that fails, and judge how it takes that.

    The COMMAND finds the twin in the variables of every common client. The exit status is 0 where
    all is well, 1 for findings, 2 for a mistake or a COMMAND that cannot start, 3 where it failed
    though no fault came (or at all, with --expect-success), 4 for a fault that had to come and did
    not.
    """
    from simtwin.chaos.journal_file import journal_file
    from simtwin.chaos.judging import judgement
    from simtwin.chaos.plan import Plan
    from simtwin.chaos.progress import Progress
    from simtwin.chaos.report.told import console, tell
    from simtwin.chaos.report.written import write
    from simtwin.chaos.run import run as run_plan
    from simtwin.edge.options import OptionsError
    from simtwin.edge.served import ListenError

    if options["seed"] is None:
        options["seed"] = secrets.randbelow(2**32)
    plan = Plan(**options)
    stderr = console()
    try:
        with journal_file(plan.journal) as journal:
            report = run_plan(plan, Progress(stderr, plan.runs), judgement, journal)
    except (OptionsError, ListenError) as error:
        raise click.UsageError(str(error)) from None
    tell(report, stderr)
    problems = [*write(plan.files, report), *journal.problems]
    for problem in problems:
        click.echo(f"simtwin: {problem}", err=True)
    # A report that was asked for and is not there is no run that went well.
    sys.exit(2 if problems else report.status)

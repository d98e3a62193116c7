"""`simtwin chaos explore`: its options."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path
from typing import Any

import click

from simtwin.chaos.trial.bounded import bounded
from simtwin.seeding import seeded

_FILE = click.Path(path_type=Path)


@click.command()
@click.option(
    "--faults",
    metavar="NAME,…",
    help="The faults to try, in the place of the usual set; an unknown one lists them.",
)
@click.option(
    "--include", "included", multiple=True, metavar="NAME", help="One more; may be repeated."
)
@click.option(
    "--fault",
    "items",
    multiple=True,
    metavar="ITEM",
    help="One of your own, as an item of a script; may be repeated.",
)
@click.option("--pairs/--no-pairs", default=True, help="Try two at once, where they can matter.")
@click.option(
    "--saturation",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Leave the pairs of a request after so many runs with no new kind of outcome.",
)
@bounded(2, 1_000)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=min(os.cpu_count() or 1, 8),
    show_default="one a core, 8 at most",
    help="How many runs there are at once.",
)
@click.option(
    "--fail-on",
    type=click.Choice(["loud", "hung", "silent"]),
    default="hung",
    show_default=True,
    help="The least outcome that fails it.",
)
@seeded("what is answered")
@click.option(
    "--state", type=_FILE, metavar="FILE", help="Go on from there, and keep how far it is."
)
@click.option("--json", type=_FILE, metavar="FILE", help="Write the report as JSON.")
@click.option("--junit", type=_FILE, metavar="FILE", help="Write it as JUnit's XML.")
@click.option("--markdown", type=_FILE, metavar="FILE", help="Write it as Markdown.")
@click.option("--html", type=_FILE, metavar="FILE", help="Write it as a page of HTML.")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND")
def explore(
    faults: str | None, included: tuple[str, ...], items: tuple[str, ...], **options: Any
) -> None:
    """Try every fault at every request of a COMMAND, each in a run of its own.

    Two clean runs say what it asks and prints. A run that succeeds and prints something else
    without an error has failed silently. The exit status is 0 where all is well, 1 for a silent
    failure or a hang, 2 for a mistake or a COMMAND that cannot start, 3 where the clean run fails or
    is another one each time, 4 for a fault that did not come.
    """
    from rich.console import Console

    from simtwin.chaos.explore.choices import ChoiceError, chosen
    from simtwin.chaos.explore.forms.told import tell
    from simtwin.chaos.explore.forms.written import write
    from simtwin.chaos.explore.kept import StateError
    from simtwin.chaos.explore.plan import Plan
    from simtwin.chaos.explore.progress import Progress
    from simtwin.chaos.explore.run import ExploreError
    from simtwin.chaos.explore.run import explore as explored
    from simtwin.chaos.report.told import console
    from simtwin.edge.options import OptionsError, vocabulary
    from simtwin.edge.served import ListenError

    if options["seed"] is None:
        options["seed"] = secrets.randbelow(2**32)
    try:
        kinds = vocabulary(lambda _: None).kinds
        plan = Plan(choices=chosen(faults, included, items, kinds), **options)
        with Progress(console(), plan.fail_on) as progress:
            report = explored(plan, progress)
    except ChoiceError as error:
        raise click.UsageError(f"--fault: {error}") from None
    except StateError as error:
        raise click.UsageError(f"--state: {error}") from None
    except (OptionsError, ListenError, ExploreError) as error:
        raise click.UsageError(str(error)) from None
    tell(report, Console(highlight=False))
    problems = write(plan.files, report)
    for problem in problems:
        click.echo(f"simtwin: {problem}", err=True)
    # A report that was asked for and is not there is no exploration that went well.
    sys.exit(2 if problems else report.status)

"""`simtwin chaos shrink`: its options."""

from __future__ import annotations

import sys
from typing import Any

import click

from simtwin.chaos.trial.bounded import bounded


@click.command()
@click.option(
    "--until",
    metavar="exit|silent|hung|finding:RULE",
    help="What counts as failing; by default the way in which it fails at first.",
)
@bounded(6, 300)
@click.argument("token", metavar="TOKEN|@FILE")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND")
def shrink(token: str, **options: Any) -> None:
    """Find the least of the faults of a TOKEN under which a COMMAND fails the same way.

    TOKEN is what a run printed as the line to have it again. Fewer faults, simpler ones, shorter
    waits, earlier places: each is a run of the COMMAND. What is left is printed as a script, as a
    test for pytest and as a token. The exit status is 0 where it fails each time, 1 where it does
    not, 2 for a mistake or a TOKEN under which the COMMAND does not fail.
    """
    from simtwin.chaos.report.told import console
    from simtwin.chaos.shrink.plan import Plan
    from simtwin.chaos.shrink.run import shrink as shrunk
    from simtwin.chaos.shrink.told import Progress, status, tell
    from simtwin.chaos.shrink.way import WayError
    from simtwin.edge.options import OptionsError
    from simtwin.edge.served import ListenError
    from simtwin.edge.told import TokenError, told

    try:
        plan = Plan(fates=told(token, raw=True), **options)
        with Progress(console()) as progress:
            found = shrunk(plan, progress.tried)
    except (TokenError, WayError, OptionsError, ListenError) as error:
        raise click.UsageError(str(error)) from None
    tell(found)
    sys.exit(status(found))

"""`simtwin storm`: what the retries of many clients make of an incident, in no time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from simtwin.seeding import seeded

_FILE = click.Path(path_type=Path)
_SECONDS = click.FloatRange(0, 1_000_000)
_SPREAD = click.Choice(["constant", "exponential"])
#: The options that say what becomes of it, not what is simulated.
FILES = frozenset({"json_file", "html_file", "fail_if_metastable"})


@click.command()
@click.option(
    "--clients",
    multiple=True,
    metavar="N[:POLICY]",
    default=["2000"],
    show_default=True,
    help="How many clients, and their policy; may be repeated.",
)
@click.option(
    "--policy",
    default="sdk",
    show_default=True,
    metavar="POLICY",
    help="Of --clients that name none: sdk, no-backoff, constant, full-jitter, decorrelated, budget,"
    " aimd or breaker, as in 'sdk(retries=5)'; or module:function.",
)
@click.option(
    "--compare", metavar="POLICY,...", help="Run it with each of these instead, and print a table."
)
@click.option(
    "--every",
    type=click.FloatRange(0.001, 86_400),
    default=30.0,
    show_default=True,
    help="Seconds that a client rests between calls, in the mean.",
)
@click.option("--rests", type=_SPREAD, default="exponential", show_default=True)
@click.option(
    "--seconds",
    type=click.FloatRange(1, 86_400),
    default=3_600.0,
    show_default=True,
    help="How long it goes on.",
)
@click.option(
    "--round-trip",
    type=click.FloatRange(0.001, 60),
    default=0.05,
    show_default=True,
    help="Seconds that an attempt takes beside the server's work.",
)
@click.option("--timeout", type=_SECONDS, help="Seconds until a client gives up, for all policies.")
@click.option(
    "--service",
    type=click.FloatRange(0.001, 3_600),
    default=2.0,
    show_default=True,
    help="Seconds that an answer takes, in the mean.",
)
@click.option("--service-spread", type=_SPREAD, default="constant", show_default=True)
@click.option(
    "--in-flight",
    type=click.IntRange(1, 1_000_000),
    help="How many answers there is room for; by default half as many again as are needed.",
)
@click.option(
    "--refused-seconds",
    type=_SECONDS,
    help="Seconds of work that turning one away costs; by default a quarter of an answer.",
)
@click.option(
    "--slower-from",
    type=click.FloatRange(0, 1),
    default=0.5,
    show_default=True,
    help="The share of the room from which answers take longer.",
)
@click.option(
    "--slower",
    type=click.FloatRange(1, 1_000),
    default=1.0,
    show_default=True,
    help="How many times as long they take when it is full.",
)
@click.option("--retry-after", type=_SECONDS, help="Seconds that a 529 says to wait.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000_000),
    help="Requests a minute for all clients; what is over it is a 429 with retry-after.",
)
@click.option("--limit-silent", is_flag=True, help="Let the 429 say nothing of when to come back.")
@click.option(
    "--drops-abandoned", is_flag=True, help="Let the server drop an answer that is given up."
)
@click.option(
    "--incident",
    metavar="FROM:TO",
    help="When the capacity drops (s); by default from a third to half of the time.",
)
@click.option(
    "--capacity-left",
    type=click.FloatRange(0, 1),
    default=0.2,
    show_default=True,
    help="To what share.",
)
@click.option("--no-incident", is_flag=True, help="Leave the capacity alone.")
@click.option("--surge", metavar="FROM:TO", help="When clients call more often (s).")
@click.option(
    "--surge-factor",
    type=click.FloatRange(0.001, 1_000),
    default=3.0,
    show_default=True,
    help="How many times as often.",
)
@seeded(default=7)
@click.option(
    "--events",
    type=click.IntRange(1, 10_000_000),
    default=10_000_000,
    show_default=True,
    help="Stop after so many, and say so.",
)
@click.option("--json", "json_file", type=_FILE, metavar="FILE", help="Write it as JSON.")
@click.option("--html", "html_file", type=_FILE, metavar="FILE", help="Write it as a page of HTML.")
@click.option(
    "--fail-if-metastable", is_flag=True, help="Exit with 1 where an overload outlives its cause."
)
def storm(
    json_file: Path | None, html_file: Path | None, fail_if_metastable: bool, **options: Any
) -> None:
    """Simulate a population of clients in an incident.

    Each makes one call at a time and rests in between; its policy says what it does when an attempt
    fails. A function has wait(attempt, status, retry_after, elapsed, rng) and returns the seconds to
    wait before the next attempt, or None to give up. With --fail-if-metastable the exit status is 1
    where an overload outlives its cause, and 4 where that cannot be told.
    """
    from simtwin.core.fault import SettingsError
    from simtwin.core.storm.loop import run
    from simtwin.core.storm.outcome import outcome
    from simtwin.core.storm.policy import PolicyError
    from simtwin.storm.function import function
    from simtwin.storm.options import Options, storms
    from simtwin.storm.result import Result
    from simtwin.storm.told import told

    try:
        named = storms(Options(**options), function)
        results = []
        for number, each in enumerate(named, 1):
            if sys.stderr.isatty():
                click.echo(f"{number} of {len(named)}: {each.name} ...", err=True)
            results.append(Result(each, outcome(each.storm, run(each.storm))))
    except (SettingsError, PolicyError) as error:
        raise click.UsageError(" ".join(str(error).split())) from None
    if json_file is not None:
        from simtwin.storm.document import document

        _write(json_file, "--json", document(results))
    if html_file is not None:
        from simtwin.storm.page import html

        _write(html_file, "--html", html(results).encode())
    for line in told(results, comparing=options["compare"] is not None):
        click.echo(line)
    if fail_if_metastable:
        states = {each.outcome.overload.state for each in results}
        sys.exit(1 if "metastable" in states else 4 if "unknown" in states else 0)


def _write(path: Path, option: str, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise click.UsageError(f"{option}: {path} cannot be written: {error.strerror}") from None

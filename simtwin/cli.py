"""The command line: `simtwin serve`, `replay`, `judge`, `chaos run`, `storm`, `demo`, `explain`, `faults`, `profiles`.

What costs time to import is imported by the command that needs it.
"""

from __future__ import annotations

import math
import os
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn

import click
from click.core import ParameterSource

from simtwin import __version__
from simtwin.chaos.command import chaos
from simtwin.failing import failing
from simtwin.seeding import seeded
from simtwin.serving import serving
from simtwin.storm.command import storm

SHORTEST_ADMIN_TOKEN = 16


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simtwin")
def commands() -> None:
    """The Anthropic API on your own machine, failing on purpose."""


commands.add_command(chaos)
commands.add_command(storm)


def main() -> NoReturn:
    """The console script: a mistake of the caller's is one line and exit status 2."""
    try:
        sys.exit(commands.main(prog_name="simtwin", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        sys.exit(2)
    except click.ClickException as error:
        _fail(error.format_message())
    except click.Abort:
        sys.exit(130)


@commands.command()
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@seeded()
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME|FILE",
    help="A profile of faults in force for all; may be repeated.",
)
@click.option("--script", help="A script of faults in force for every key, such as '529; ok'.")
@click.option(
    "--replay",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE|DIR",
    help="Answer with recorded exchanges: VCR cassettes, JSON, JSON lines; may be repeated.",
)
@click.option(
    "--replay-misses",
    type=click.Choice(["error", "answer"]),
    default="error",
    show_default=True,
    help="What becomes of a request that was not recorded.",
)
@click.option(
    "--upstream",
    metavar="URL",
    help="Let a real server answer: https://api.anthropic.com, or any gateway. Without --tier the"
    " twin has no limits of its own then. Callers' own keys go there; for keys of the twin's"
    " ANTHROPIC_API_KEY does.",
)
@click.option(
    "--record",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE.jsonl",
    help="Write what the upstream answers into a cassette that --replay plays.",
)
@serving
def serve(**options: Any) -> None:
    """Serve the twin until it is told to stop."""
    if options["seed"] is None:
        options["seed"] = secrets.randbelow(2**32)
    if options["upstream"] is not None:
        options["upstream_key"] = os.environ.get("ANTHROPIC_API_KEY") or None
        source = click.get_current_context().get_parameter_source("tier")
        if source is ParameterSource.DEFAULT:
            options["tier"] = "unlimited"
    _run(options)


@commands.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Port to listen on; 8080 by default, and a free one where there is a COMMAND.",
)
@serving
@click.argument("token", metavar="TOKEN|@FILE")
@click.argument("command", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND ...]")
def replay(token: str, **options: Any) -> None:
    """Serve exactly the faults that a run met, or run a COMMAND against them.

    TOKEN is what GET /_twin/replay gave. The COMMAND finds the twin in ANTHROPIC_BASE_URL and
    ANTHROPIC_API_KEY, and its exit status is that of this one. Without --pace it is answered at once.
    """
    from simtwin.edge.options import is_loopback
    from simtwin.edge.told import TokenError, told

    if options["port"] is None:
        options["port"] = 0 if options["command"] else 8080
    if options["command"] and options["as_json"]:
        _fail("--json: what is printed is the COMMAND's own")
    try:
        fates = told(token, raw=options["allow_raw"] or is_loopback(options["host"]))
    except TokenError as error:
        _fail(str(error))
    source = click.get_current_context().get_parameter_source("pace")
    if options["command"] and source is ParameterSource.DEFAULT:
        # Nobody watches a command; and it is the default of `chaos run`, which it may replay.
        options["pace"] = "instant"
    _run({**options, "seed": fates.seed, "told": fates})


@commands.command()
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=7, show_default=True)
def demo(seed: int) -> None:
    """Show the real SDK in a bad minute, in virtual time."""
    from simtwin.demo import MissingSDKError, show

    try:
        show(seed)
    except MissingSDKError as error:
        _fail(str(error))


@commands.command()
@click.argument("profile", metavar="PROFILE|FILE")
@seeded(default=7)
@click.option("--requests", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.option("--model", default="claude-sonnet-4-6", show_default=True)
@click.option("--stream", is_flag=True, help="Of requests for streams.")
@click.option(
    "--gap",
    type=click.FloatRange(0, 86_400),
    default=1.0,
    show_default=True,
    help="Seconds from one request to the next.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def explain(profile: str, as_json: bool, **options: Any) -> None:
    """Tell what a profile will do to the first requests of a key."""
    from simtwin.explaining import ExplainError, show
    from simtwin.explaining import explain as explained

    try:
        show(explained(profile, **options), as_json=as_json)
    except ExplainError as error:
        _fail(str(error))


@commands.command(name="judge")
@click.argument("journal", metavar="JOURNAL")
@click.option("--key", metavar="ID", help="Judge the requests of this API key alone, by its id.")
@click.option("--lane", metavar="NAME", help="Judge those of this lane alone.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
@failing
def judge_(journal: str, key: str | None, lane: str | None, **options: Any) -> None:
    """Judge what a client did by a JOURNAL, a file of GET /_twin/journal; - is standard input.

    Exit status: 0 good, 1 with findings, 2 where there is nothing to judge.
    """
    from simtwin.judging import JournalError, judged, show

    try:
        sys.exit(show(judged(journal, key=key, lane=lane), **options))
    except JournalError as error:
        _fail(str(error))


@commands.command()
def faults() -> None:
    """List the kinds of fault with their settings."""
    from simtwin.listing import show_faults

    show_faults()


@commands.command()
def profiles() -> None:
    """List the profiles that come with simtwin."""
    from simtwin.listing import show_profiles

    show_profiles()


def _run(options: dict[str, Any]) -> NoReturn:
    """Serve, and exit with the status that this ends in."""
    from simtwin.edge.memory import collect_less

    # Before the imports: they make most of what there is for good.
    collect_less()
    from simtwin.edge.options import Options, OptionsError
    from simtwin.edge.run import run
    from simtwin.edge.served import ListenError

    options["admin_token"] = _admin_token(options["admin_token"])
    _read_gateways(options)
    # To a range, "inf" is above zero and "nan" not below it.
    if not math.isfinite(options["max_wait"]):
        _fail(f"--max-wait: a number of seconds is wanted, not {options['max_wait']}")
    try:
        sys.exit(run(Options(**options)))
    except (OptionsError, ListenError) as error:
        _fail(str(error))


def _admin_token(given: str | None) -> str | None:
    """The token itself, from the option, the environment or the file that it names."""
    if given is None:
        return None
    given = _said("--admin-token", given)
    if len(given) < SHORTEST_ADMIN_TOKEN:
        _fail(f"--admin-token: a token needs at least {SHORTEST_ADMIN_TOKEN} characters")
    return given


def _read_gateways(options: dict[str, Any]) -> None:
    """Read what is said of gateways from the files that it names."""
    source = click.get_current_context().get_parameter_source("litellm_master_key")
    if source is ParameterSource.ENVIRONMENT and "litellm" not in options["gateways"]:
        # Set for a real LiteLLM beside the twin, most likely.
        options["litellm_master_key"] = None
    for flag in ("--litellm-master-key", "--mintoken-rules"):
        name = flag.removeprefix("--").replace("-", "_")
        options[name] = None if options[name] is None else _said(flag, options[name])
    options["mintoken_keys"] = tuple(
        _said("--mintoken-key", key) for key in options["mintoken_keys"]
    )


def _said(flag: str, given: str) -> str:
    """The text of an option, or of the file that it names by `@`."""
    if not given.startswith("@"):
        return given
    try:
        return Path(given[1:]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        _fail(f"{flag}: {given[1:]} cannot be read: {error}")


def _fail(message: str) -> NoReturn:
    click.echo(f"simtwin: {message}", err=True)
    sys.exit(2)

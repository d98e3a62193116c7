"""The command line: `simtwin serve`, `demo`, `faults`, `profiles`.

What costs time to import is imported by the command that needs it.
"""

from __future__ import annotations

import math
import secrets
import sys
from pathlib import Path
from typing import Any, NoReturn

import click

from simtwin import __version__

TIERS = ("start", "build", "scale", "tier1", "tier2", "tier3", "tier4", "unlimited")
SHORTEST_ADMIN_TOKEN = 16


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simtwin")
def commands() -> None:
    """The Anthropic API on your own machine, failing on purpose."""


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
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    default=8080,
    show_default=True,
    type=click.IntRange(0, 65535),
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--port-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the port into this file once connections are accepted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON and nothing else.")
@click.option("--open", "open_keys", is_flag=True, help="Accept any key, each a tenant of its own.")
@click.option(
    "--seed",
    type=click.IntRange(0, 2**63 - 1),
    envvar="SIMTWIN_SEED",
    help="The number that decides all chance; drawn and printed where not given.",
)
@click.option(
    "--tier", type=click.Choice(TIERS), default="scale", show_default=True, help="Rate limits."
)
@click.option(
    "--profile",
    "profiles",
    multiple=True,
    metavar="NAME|FILE",
    help="A profile of faults in force for all; may be repeated.",
)
@click.option("--script", help="A script of faults in force for every key, such as '529; ok'.")
@click.option(
    "--pace",
    default="real",
    show_default=True,
    metavar="instant|real|fast|slow|steady[*F]",
    help="How fast answers come; a factor makes them that much faster.",
)
@click.option(
    "--admin-token",
    envvar="SIMTWIN_ADMIN_TOKEN",
    metavar="TOKEN|@FILE",
    help="The operator's token; without one there is no operator plane.",
)
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, help="A host name to answer to; repeatable."
)
@click.option("--public-tenants", is_flag=True, help="Let anybody make tenants, off loopback too.")
@click.option("--strict-version", is_flag=True, help="Refuse an anthropic-version that is unknown.")
@click.option(
    "--allow-raw", is_flag=True, help="Let faults write what is no HTTP, off loopback too."
)
@click.option("--no-marks", is_flag=True, help="Send no x-simtwin-* headers.")
@click.option(
    "--no-edge-headers", is_flag=True, help="Send no headers of the edge: server, cf-ray, via …"
)
@click.option(
    "--max-wait",
    default=3600.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="The longest that any one wait lasts, in seconds.",
)
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
@click.option("--tls", is_flag=True, help="Speak TLS, by a certificate made for this run.")
@click.option(
    "--tls-cert",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Speak TLS by the certificate in this PEM file, with its chain.",
)
@click.option(
    "--tls-key",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The PEM file of its private key, where that is not in the same file.",
)
@click.option(
    "--tls-ca",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --tls: write what clients are to trust into this file, not into a temporary one.",
)
@click.option("--front", type=click.Choice(["asgi", "quart"]), default="asgi", hidden=True)
def serve(**options: Any) -> None:
    """Serve the twin until it is told to stop."""
    from simtwin.edge.options import Options, OptionsError
    from simtwin.edge.run import ListenError, run

    if options["seed"] is None:
        options["seed"] = secrets.randbelow(2**32)
    options["admin_token"] = _admin_token(options["admin_token"])
    # To a range, "inf" is above zero and "nan" not below it.
    if not math.isfinite(options["max_wait"]):
        _fail(f"--max-wait: a number of seconds is wanted, not {options['max_wait']}")
    try:
        run(Options(**options))
    except (OptionsError, ListenError) as error:
        _fail(str(error))


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
def faults() -> None:
    """List the kinds of fault with their settings."""
    from simtwin.listing import show_faults

    show_faults()


@commands.command()
def profiles() -> None:
    """List the profiles that come with simtwin."""
    from simtwin.listing import show_profiles

    show_profiles()


def _admin_token(given: str | None) -> str | None:
    """The token itself, from the option, the environment or the file that it names."""
    if given is None:
        return None
    if given.startswith("@"):
        try:
            given = Path(given[1:]).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            _fail(f"--admin-token: {given[1:]} cannot be read: {error}")
    if len(given) < SHORTEST_ADMIN_TOKEN:
        _fail(f"--admin-token: a token needs at least {SHORTEST_ADMIN_TOKEN} characters")
    return given


def _fail(message: str) -> NoReturn:
    click.echo(f"simtwin: {message}", err=True)
    sys.exit(2)

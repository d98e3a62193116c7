"""The options of every command that serves a twin."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

TIERS = ("start", "build", "scale", "tier1", "tier2", "tier3", "tier4", "unlimited")

_OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port-file",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write the port into this file once connections are accepted.",
    ),
    click.option(
        "--json", "as_json", is_flag=True, help="Print one line of JSON and nothing else."
    ),
    click.option(
        "--open", "open_keys", is_flag=True, help="Accept any key, each a tenant of its own."
    ),
    click.option(
        "--open-world",
        is_flag=True,
        help="Let every id exist, for any key: what there is not is made up by its type.",
    ),
    click.option(
        "--tier", type=click.Choice(TIERS), default="scale", show_default=True, help="Rate limits."
    ),
    click.option(
        "--pace",
        default="real",
        show_default=True,
        metavar="instant|real|fast|slow|steady[*F]",
        help="How fast answers come; a factor makes them that much faster.",
    ),
    click.option(
        "--admin-token",
        envvar="SIMTWIN_ADMIN_TOKEN",
        metavar="TOKEN|@FILE",
        help="The operator's token; without one there is no operator plane.",
    ),
    click.option(
        "--allowed-host",
        "allowed_hosts",
        multiple=True,
        help="A host name to answer to; repeatable.",
    ),
    click.option(
        "--public-tenants", is_flag=True, help="Let anybody make tenants, off loopback too."
    ),
    click.option(
        "--strict-version", is_flag=True, help="Refuse an anthropic-version that is unknown."
    ),
    click.option(
        "--allow-raw", is_flag=True, help="Let faults write what is no HTTP, off loopback too."
    ),
    click.option(
        "--data",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="Keep what is uploaded, and batches, in this folder, not in a temporary one.",
    ),
    click.option("--no-marks", is_flag=True, help="Send no x-simtwin-* headers."),
    click.option(
        "--no-edge-headers", is_flag=True, help="Send no headers of the edge: server, cf-ray, via …"
    ),
    click.option(
        "--max-wait",
        default=3600.0,
        show_default=True,
        type=click.FloatRange(0, min_open=True),
        help="The longest that any one wait lasts, in seconds.",
    ),
    click.option("--tls", is_flag=True, help="Speak TLS, by a certificate made for this run."),
    click.option(
        "--tls-cert",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Speak TLS by the certificate in this PEM file, with its chain.",
    ),
    click.option(
        "--tls-key",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The PEM file of its private key, where that is not in the same file.",
    ),
    click.option(
        "--tls-ca",
        type=click.Path(dir_okay=False, path_type=Path),
        help="With --tls: write what clients are to trust into this file, not into a temporary one.",
    ),
    click.option(
        "--gateway",
        "gateways",
        multiple=True,
        type=click.Choice(["litellm", "mintoken"]),
        help="Serve the API behind a gateway too: under /anthropic, under /mintoken; repeatable.",
    ),
    click.option(
        "--litellm-master-key",
        envvar="LITELLM_MASTER_KEY",
        metavar="KEY|@FILE",
        help="LiteLLM's master key, which makes virtual keys; without one any key is let in.",
    ),
    click.option(
        "--mintoken-key",
        "mintoken_keys",
        multiple=True,
        metavar="KEY|@FILE",
        help="A key of mintoken's; repeatable; without one any key is let in.",
    ),
    click.option(
        "--mintoken-rules",
        metavar="TEXT|@FILE",
        help="What mintoken puts before every system prompt.",
    ),
    click.option("--front", type=click.Choice(["asgi", "quart"]), default="asgi", hidden=True),
)


def serving(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that all have which serve a twin."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

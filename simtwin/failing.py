"""The options of every command that may end in exit status 1 for what a client did."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "info"]),
        default="error",
        show_default=True,
        help="How grave a finding has to be for exit status 1.",
    ),
    click.option(
        "--min-confidence",
        type=click.Choice(["high", "medium", "low"]),
        default="medium",
        show_default=True,
        help="How sure it has to be.",
    ),
)


def failing(command: Command) -> Command:
    """Give a command `--fail-on` and `--min-confidence`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command

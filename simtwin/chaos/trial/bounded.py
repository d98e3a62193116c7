"""The options of every command that runs another one again and again, and compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def bounded(least: int, usual: int) -> Callable[[Command], Command]:
    """Give a command `--max-runs`, `--time`, `--hang-seconds` and `--any-order`.

    Args:
        least: how many runs it takes at the least.
        usual: how many there are at most by default.
    """
    options = (
        click.option(
            "--max-runs",
            "most_runs",
            type=click.IntRange(least, 100_000),
            default=usual,
            show_default=True,
            help="The most runs, those without faults included.",
        ),
        click.option(
            "--time",
            "seconds",
            type=click.FloatRange(0),
            metavar="SECONDS",
            help="Begin no run after that.",
        ),
        click.option(
            "--hang-seconds",
            type=click.FloatRange(0, 86_400, min_open=True),
            help="When a run is hung: by default after 10 s or five clean runs, the longer.",
        ),
        click.option(
            "--any-order",
            is_flag=True,
            help="Let the order of the lines that it prints count for nothing.",
        ),
    )

    def give(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return give

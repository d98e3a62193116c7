"""The option of every command in which one number decides all chance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click


def seeded(decides: str = "all chance", *, default: int | None = None) -> Callable[..., Any]:
    """`--seed`, or `SIMTWIN_SEED`.

    Args:
        decides: what it decides, in words.
        default: the seed where none is given, None where the command draws one.
    """
    drawn = "" if default is not None else "; drawn and printed where not given"
    return click.option(
        "--seed",
        type=click.IntRange(0, 2**63 - 1),
        envvar="SIMTWIN_SEED",
        default=default,
        show_default=default is not None,
        help=f"The number that decides {decides}{drawn}.",
    )

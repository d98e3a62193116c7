"""What a run under a fault comes to, beside a clean one.

    survived  it succeeded, and printed what the clean runs print
    loud      it failed, and said so: by its exit status; or, where it printed something else, by a
              line with "error" or "traceback" on stderr that no clean run has
    silent    it succeeded and printed something else, and there is no such line
    hung      it was not over in time, and was ended

Only what it prints on stdout is compared: what is logged of a retry is no harm.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import attrs

from simtwin.chaos.trial.output import Expected, expected, lines_of
from simtwin.edge.group import Ran

Outcome = Literal["survived", "loud", "silent", "hung"]

#: Times and numbers of processes change from run to run; what a line says does not.
_DIGITS = str.maketrans(dict.fromkeys("0123456789", "0"))
_ERRORS = ("error", "traceback")


@attrs.frozen
class Clean:
    """What clean runs show.

    Args:
        out: what they print.
        errors: the lines on their stderr that look like errors, without numbers.
    """

    out: Expected
    errors: frozenset[str]


@attrs.frozen
class Ending:
    """What a run comes to, and why in a sentence."""

    outcome: Outcome
    why: str


def clean(first: Ran, second: Ran, *, any_order: bool = False) -> Clean:
    """What two clean runs show."""
    errors = {line for each in (first, second) for line in _errors(each.err)}
    return Clean(expected(first.out, second.out, any_order=any_order), frozenset(errors))


def ending(run: Ran, of: Clean, seconds: float) -> Ending:
    """What a run comes to.

    Args:
        run: how it ended.
        of: the clean runs.
        seconds: how long it was given.
    """
    if run.status is None:
        return Ending("hung", f"it was not over after {seconds:g} s")
    if run.status:
        said = _last(run.err)
        return Ending("loud", f"exit status {run.status}{f': {said}' if said else ''}")
    difference = of.out.difference(run.out)
    if difference is None:
        return Ending("survived", "it printed what the clean runs print")
    new = next((line for line in _errors(run.err) if line not in of.errors), None)
    if new is not None:
        return Ending("loud", f"{difference}, with an error on stderr")
    return Ending("silent", f"exit status 0 and no error, and {difference}")


def _errors(err: bytes) -> Iterable[str]:
    for line in lines_of(err):
        if any(each in line.lower() for each in _ERRORS):
            yield line.translate(_DIGITS)


def _last(err: bytes) -> str:
    """The last line with something in it: of a traceback, what it was."""
    said = [line.strip() for line in lines_of(err) if line.strip()]
    return said[-1][:_LONGEST] if said else ""


#: What fits into a cell of a table.
_LONGEST = 120

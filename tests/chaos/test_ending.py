"""What a run under a fault comes to, beside clean ones."""

from __future__ import annotations

import pytest

from simtwin.chaos.trial.ending import clean, ending
from simtwin.edge.group import Ran

CLEAN = Ran(0, b"Paris\n", b"12:01 INFO no errors so far\n")


@pytest.mark.parametrize(
    ("run", "outcome", "why"),
    [
        (Ran(0, b"Paris\n", b""), "survived", "it printed what the clean runs print"),
        # What is logged of a retry is no harm.
        (Ran(0, b"Paris\n", b"Error: 529, again\n"), "survived", ""),
        (Ran(0, b"Par\n", b""), "silent", "line 1 is 'Par' and was 'Paris'"),
        (Ran(0, b"Par\n", b"12:02 INFO no errors so far\n"), "silent", "no error"),
        (Ran(0, b"Par\n", b"ERROR it was cut\n"), "loud", "with an error on stderr"),
        (Ran(0, b"", b"Traceback (most recent call last):\n"), "loud", ""),
        (Ran(1, b"Paris\n", b"x\nValueError: 7\n\n"), "loud", "exit status 1: ValueError: 7"),
        (Ran(137, b"", b""), "loud", "exit status 137"),
        (Ran(None, b"Paris\n", b""), "hung", "it was not over after 10 s"),
    ],
)
def test_a_run_comes_to_what_its_status_output_and_errors_say(
    run: Ran, outcome: str, why: str
) -> None:
    found = ending(run, clean(CLEAN, CLEAN), 10.0)

    assert found.outcome == outcome
    assert why in found.why

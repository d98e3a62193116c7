"""What is printed of a schedule that was made small."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from simtwin.chaos.shrink.pasted import Said
from simtwin.chaos.shrink.run import Shrunk
from simtwin.chaos.shrink.schedule import Met, Part, Schedule
from simtwin.chaos.shrink.told import status, tell
from simtwin.chaos.shrink.way import Way

CUT = Part("truncate", {})
FOUND = Shrunk(
    way=Way("exit", status=3),
    before=Schedule(7, {}, tuple(Met("1/1", "", each, (CUT,)) for each in range(12))),
    after=Schedule(7, {}, (Met("1/1", "", 4, (CUT,)),)),
    runs=30,
    complete=True,
    held=2,
    confirmed=2,
    said=Said("ok*4; truncate", ()),
    token="st1.x",
    replay="simtwin replay st1.x -- a",
    test="import subprocess\n",
)


@pytest.mark.parametrize(
    ("changes", "exit_status", "says"),
    [
        ({}, 0, "of 12 faults 1 left, after 30 runs: failed with exit status 3"),
        ({}, 0, "as a script:\n\n  ok*4; truncate\n"),
        ({}, 0, "as a test:\n\n  import subprocess\n"),
        ({}, 0, "to have it again:\n\n  simtwin replay st1.x -- a\n"),
        ({"complete": False}, 0, "it may be smaller yet"),
        ({"held": 1}, 1, "it does not hold: of 2 runs to confirm it 1 failed so"),
        ({"held": 0, "confirmed": 0, "stopped_by": 2}, 130, "stopped by signal 2, before"),
        (
            {"said": Said(None, ({"when": {"nth": 5}, "truncate": {}},))},
            0,
            'as rules, since no script can say it:\n\n  [{"when":{"nth":5},"truncate":{}}]',
        ),
    ],
)
def test_it_is_told_with_all_that_there_is_to_copy(
    changes: dict[str, Any],
    exit_status: int,
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = attrs.evolve(FOUND, **changes)
    tell(found)

    assert says in capsys.readouterr().out
    assert status(found) == exit_status

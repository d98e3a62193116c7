"""What a run comes to, and the exit status that says so.

    0  good
    1  findings at or over --fail-on
    2  a mistake of the caller's, or a command that cannot start
    3  the command failed: with --expect-success, or although no fault came
    4  a fault that had to come did not

Of several the first of 2, 1, 4, 3, 0 counts. A run that was stopped by a signal has shown too
little to be good: where it has nothing worse to say, its status is 128 and the signal.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import attrs

Result = Literal["not_started", "findings", "not_exercised", "stopped", "command_failed", "good"]

#: The gravest first.
PRECEDENCE: tuple[Result, ...] = (
    "not_started",
    "findings",
    "not_exercised",
    "stopped",
    "command_failed",
    "good",
)
_STATUS: dict[Result, int] = {
    "not_started": 2,
    "findings": 1,
    "not_exercised": 4,
    "command_failed": 3,
    "good": 0,
}
_SIGNALLED = 128


@attrs.frozen
class Outcome:
    """What a run, or several, come to.

    Args:
        result: in a word.
        status: the exit status.
        why: in sentences, whatever there is to say, the gravest first.
    """

    result: Result
    status: int
    why: tuple[str, ...] = ()


@attrs.frozen
class Ended:
    """What became of the command.

    Args:
        status: its exit status, None where it could not be started.
        stopped_by: the signal that was passed on to it and ended it, None for none.
        reason: why it could not be started.
    """

    status: int | None
    stopped_by: int | None = None
    reason: str = ""


def outcome(
    ended: Ended, *, faults: int, counted: int, unmet: int, expect_success: bool
) -> Outcome:
    """What one run comes to.

    Args:
        ended: what became of the command.
        faults: how many faults came.
        counted: how many findings count.
        unmet: how many faults had to come and did not.
        expect_success: whether the command has to succeed, whatever it meets.
    """
    if ended.status is None:
        return Outcome("not_started", 2, (f"the command cannot be run: {ended.reason}",))
    reached: dict[Result, str] = {}
    if counted:
        reached["findings"] = (
            f"{_number(counted, 'finding')} that {'counts' if counted == 1 else 'count'}"
        )
    if unmet:
        reached["not_exercised"] = f"{_number(unmet, 'fault')} that had to come did not"
    if ended.stopped_by is not None:
        reached["stopped"] = f"stopped by signal {ended.stopped_by}"
    elif ended.status and (expect_success or not faults):
        but = "" if faults else ", although no fault came"
        reached["command_failed"] = f"the command ended with status {ended.status}{but}"
    why = [reached[result] for result in PRECEDENCE if result in reached]
    if ended.status and ended.stopped_by is None and "command_failed" not in reached:
        why.append(f"the command failed loudly, with status {ended.status}")
    result: Result = next((each for each in PRECEDENCE if each in reached), "good")
    if result == "stopped":
        return Outcome(result, _SIGNALLED + (ended.stopped_by or 0), tuple(why))
    return Outcome(result, _STATUS[result], tuple(why))


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """What several runs come to: what the gravest of them does; at least one."""
    return min(outcomes, key=lambda each: PRECEDENCE.index(each.result))


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

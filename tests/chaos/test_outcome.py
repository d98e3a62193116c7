"""What a run comes to: the exit statuses of the contract, and which of several counts."""

from __future__ import annotations

import pytest

from simtwin.chaos.outcome import PRECEDENCE, Ended, Outcome, outcome, worst


@pytest.mark.parametrize(
    ("status", "faults", "counted", "unmet", "expect_success", "result", "exit_status"),
    [
        (0, 3, 0, 0, False, "good", 0),
        (0, 3, 0, 0, True, "good", 0),
        (0, 0, 0, 0, False, "good", 0),
        # It met a fault and failed: loudly, and nobody asked for success.
        (1, 3, 0, 0, False, "good", 0),
        (1, 3, 0, 0, True, "command_failed", 3),
        # Nothing came, so it failed of itself.
        (1, 0, 0, 0, False, "command_failed", 3),
        (0, 3, 2, 0, False, "findings", 1),
        (0, 3, 0, 1, False, "not_exercised", 4),
        # 2, 1, 4, 3, 0: the first of these counts.
        (1, 0, 1, 1, True, "findings", 1),
        (1, 0, 0, 1, True, "not_exercised", 4),
        (None, 0, 1, 1, True, "not_started", 2),
    ],
)
def test_the_exit_status_is_that_of_the_contract(
    *,
    status: int | None,
    faults: int,
    counted: int,
    unmet: int,
    expect_success: bool,
    result: str,
    exit_status: int,
) -> None:
    found = outcome(
        Ended(status), faults=faults, counted=counted, unmet=unmet, expect_success=expect_success
    )

    assert (found.result, found.status) == (result, exit_status)


def test_a_command_that_failed_under_faults_is_told_as_loud() -> None:
    found = outcome(Ended(7), faults=1, counted=0, unmet=0, expect_success=False)

    assert found.why == ("the command failed loudly, with status 7",)


@pytest.mark.parametrize(("counted", "exit_status"), [(0, 130), (1, 1)])
def test_a_run_that_was_stopped_is_neither_good_nor_failed_and_its_findings_count(
    counted: int, exit_status: int
) -> None:
    stopped = Ended(130, stopped_by=2)

    found = outcome(stopped, faults=0, counted=counted, unmet=0, expect_success=True)

    assert found.status == exit_status
    assert "stopped by signal 2" in found.why


def test_of_several_runs_the_gravest_counts() -> None:
    every = [Outcome(result, number) for number, result in enumerate(PRECEDENCE)]

    for number in range(len(every)):
        assert worst(reversed(every[number:])) == every[number]

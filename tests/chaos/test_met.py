"""What counts against a run, and what does not."""

from __future__ import annotations

import signal
from pathlib import Path

import msgspec
import pytest
from made_up import answered
from reported import OF_MESSAGES, one, plan, report, retried

from simtwin.chaos.baseline import BaselineError, read
from simtwin.chaos.document import Report, encoded
from simtwin.chaos.outcome import Ended
from simtwin.chaos.stimulus import Stimulus

TOLD = {"told": {"retry-after": "9"}}
#: It comes back at once, three times: V5 warns of one and has three for an error.
HASTY = (0.001, 0.001, 0.001)


def test_a_client_that_does_as_it_is_told_has_no_finding_that_counts() -> None:
    run = one(plan(), retried([9.0], **TOLD))

    assert (run.result, run.status, run.faulted) == ("good", 0, 1)
    assert {each.rule: each.value for each in run.rules}["V1"] == "pass"


def test_a_client_that_comes_back_early_fails_the_run() -> None:
    run = one(plan(), retried([1.0], **TOLD))

    [found] = [each for each in run.findings if each.counts]
    assert (run.status, found.rule, found.known_as) == (1, "V1", "V1/messages")
    assert found.requests == ("req_1", "req_99")


def test_a_warning_counts_where_it_is_asked_for() -> None:
    entries = retried(HASTY[:1])

    assert one(plan(), entries).status == 0
    assert one(plan(fail_on="warning"), entries).status == 1


def test_what_is_less_sure_than_asked_for_does_not_count() -> None:
    entries = retried([1.0], **TOLD)

    assert one(plan(min_confidence="medium"), entries).status == 1
    assert one(plan(min_confidence="high"), entries).status == 0


def test_what_the_baseline_knows_does_not_count_and_is_told_all_the_same() -> None:
    run = one(plan(), retried([1.0], **TOLD), known={"V1/messages"})

    assert run.status == 0
    assert [each.known for each in run.findings if each.rule == "V1"] == [True]


def test_a_report_is_a_baseline(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(encoded(report(plan(), one(plan(), retried([1.0], **TOLD)))))

    assert "V1/messages" in read(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "Input data was truncated"),
        ('{"version": 2, "known": []}', "version must be 1, not 2"),
        ('{"version": 1}', "neither known findings nor the runs of a report"),
        ('{"version": 1, "known": [3]}', "Expected `str`"),
    ],
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, content: str, says: str) -> None:
    file = tmp_path / "known.json"
    file.write_text(content)

    with pytest.raises(BaselineError, match=says):
        read(file)


def test_a_command_that_was_stopped_need_not_have_met_everything() -> None:
    missing = Stimulus(("1 of the 9 items of the script were met",))
    stopped = Ended(128 + signal.SIGTERM, stopped_by=signal.SIGTERM)

    assert one(plan(), ended=stopped, missing=missing).status == 143
    assert one(plan(), missing=missing).status == 4


def test_a_run_without_requests_says_what_may_be_amiss() -> None:
    [note] = one(plan()).notes

    assert "no request came in" in note


def test_the_calls_tell_each_wait_against_what_was_told() -> None:
    [call] = one(plan(), retried([1.0, 10.0], **TOLD)).calls

    assert [each.wait for each in call.attempts] == [None, 1.0, 10.0]
    assert [each.retry_after for each in call.attempts] == [None, 9.0, 9.0]
    assert call.succeeded


def test_of_too_many_calls_those_that_met_something_are_told() -> None:
    calm = [
        answered(n, 100.0 + n, 0.1, body={"messages": n}, **OF_MESSAGES) for n in range(100, 1_200)
    ]

    run = one(plan(), [*calm, *retried([1.0])])

    assert (len(run.calls), run.calls_left_out) == (1_000, 101)
    assert len(run.calls[0].attempts) == 2


def test_the_document_is_read_as_it_was_written() -> None:
    made = report(plan(), one(plan(), retried([1.0], **TOLD)))

    assert msgspec.json.decode(encoded(made), type=Report) == made


def test_every_run_has_a_seed_of_its_own_and_the_first_that_of_the_plan() -> None:
    seeds = plan(runs=100).seeds()

    assert (seeds[0], len(set(seeds))) == (7, 100)
    assert plan(runs=3).seeds() == seeds[:3]


def test_the_line_that_has_it_again_names_what_is_not_as_usual() -> None:
    usual, other = plan(), plan(tier="tier1", pace="real")

    assert usual.replay_line("st1.x") == "simtwin replay st1.x -- python -c pass"
    assert other.replay_line("st1.x") == (
        "simtwin replay --tier tier1 --pace real st1.x -- python -c pass"
    )

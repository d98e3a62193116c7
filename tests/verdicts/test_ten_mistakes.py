"""What another judge of clients gets wrong (llmock 0.2.2, by its source and by trying), and this not."""

from __future__ import annotations

from random import Random

import pytest
from made_up import BODY, answered, asking, cut, fired, made, said, tries, verdict

from simtwin.core.outcome import Outcome
from simtwin.verdicts.verdict import failing


def test_1_a_client_that_sees_the_cut_and_raises_passes_whether_it_retries_or_not() -> None:
    raised = Outcome(call="req_1", outcome="raised")

    assert failing(verdict(cut(1, 0), outcomes=[raised]), "info") == []


def test_2_an_independent_call_after_a_400_is_no_retry() -> None:
    first = made(1, 0, status=400)

    for second in (answered(2, 120), made(2, 5, status=400, key="another")):
        assert failing(verdict(first, second)) == []


def test_3_a_loop_that_changes_its_metadata_is_one_call() -> None:
    loop = [
        made(n, 1.001 * n, body={**BODY, "metadata": {"user_id": str(n)}}) for n in range(1, 21)
    ]

    assert verdict(*loop).calls == 1
    assert said("V8", *loop).severity == "error"


@pytest.mark.parametrize("status", [402, 405, 413, 415])
def test_4_five_retries_of_what_is_final_are_an_error(status: int) -> None:
    assert said("V9", *tries(1, 0, [0.0] * 5, status=status)).severity == "error"


def test_5_one_call_says_nothing_of_backoff_and_one_immediate_retry_is_seen() -> None:
    rng = Random(1)
    jittered = tries(1, 0, [rng.uniform(0.4, 0.5), rng.uniform(0.3, 0.5)])

    assert failing(verdict(*jittered), "warning") == []
    assert said("V5", *tries(1, 0, [0.0])).severity == "warning"


def test_6_there_is_a_rule_for_what_it_leaves_out() -> None:
    titles = " ".join(rule.title for rule in verdict().rules)

    for word in ("by chance", "herd", "load", "one layer", "refused", "cancel", "connections"):
        assert word in titles
    nested = [made(n, 3.0 * n, stainless={"retry-count": str(n % 3)}) for n in range(6)]
    assert said("V16", *nested).value == "fail"
    told = {"x-should-retry": "false"}
    assert said("V9", made(1, 0, told=told), answered(2, 3)).value == "fail"


def test_7_a_gap_that_a_model_may_think_in_needs_no_timeout() -> None:
    thinks = answered(1, 0, 120, fired=fired("stall", seconds=119.0))

    assert said("V21", thinks).value == "not_exercised"


def test_8_backoff_is_not_judged_by_refusals_that_told_when_to_come_back() -> None:
    told = {"retry-after": "1"}
    waits = [e for n in range(1, 9) for e in tries(n, 100.0 * n, [1.0, 1.0], told=told)]

    assert said("V4", *waits).value == "not_exercised"


def test_9_what_the_journal_dropped_and_what_the_twin_broke_is_told() -> None:
    own = made(1, 0, cause="own")

    assert verdict(own, made(2, 0.5), answered(3, 2)).own == 1
    assert failing(verdict(own, answered(2, 1.0)), "info") == []


def test_10_a_date_and_milliseconds_are_read_as_well() -> None:
    date = {"retry-after": "Thu, 01 Jan 1970 00:00:31 GMT"}

    for told in (date, {"retry-after-ms": "30000"}):
        assert said("V1", made(1, 0, told=told), answered(2, 4)).value == "fail"
        assert said("V1", made(1, 0, told=told), answered(2, 31.5)).value == "pass"


def test_what_was_never_tested_is_not_green() -> None:
    rules = verdict().rules

    assert {rule.value for rule in rules} == {"not_exercised"}
    assert all(rule.missing for rule in rules)
    assert [rule.id for rule in rules] == [f"V{n}" for n in range(1, 29)]


def test_calls_of_a_healthy_client_have_no_findings() -> None:
    calm = [answered(n, 2.0 * n, body=asking(str(n)), connection=1) for n in range(1, 60)]

    assert [rule.id for rule in verdict(*calm).rules if rule.value == "fail"] == []

"""What is thrown away: parts of answers, and answers that nobody needed a second time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_up import answered, asking, cut, fired, made, verdict

from simtwin.core.entry import Entry
from simtwin.verdicts.figures import wasted
from simtwin.verdicts.waste import Waste

USAGE = {"input_tokens": 10, "output_tokens": 20}
SONNET: dict[str, Any] = {"model": "claude-sonnet-4-6", "usage": USAGE}


def waste(*entries: Entry) -> Waste:
    return verdict(*entries).waste


def test_a_stream_that_was_cut_wastes_what_was_booked_for_it() -> None:
    found = waste(cut(1, 0, **SONNET), answered(2, 2, **SONNET))

    assert (found.aborted.attempts, found.aborted_requests) == (1, ("req_1",))
    assert (found.aborted.input_tokens, found.aborted.output_tokens) == (10, 20)
    # 3 and 15 dollars a million.
    assert found.aborted.dollars == pytest.approx((10 * 3 + 20 * 15) / 1e6)
    assert found.duplicated.attempts == 0


def test_a_refusal_costs_nothing_and_wastes_nothing() -> None:
    found = waste(made(1, 0), answered(2, 2, **SONNET))

    assert found.aborted.tokens == found.duplicated.tokens == 0
    assert found.spent.attempts == 1
    assert list(wasted(found)) == []


def test_an_answer_that_the_client_left_is_wasted() -> None:
    left = answered(1, 0, whole=False, ended="left", closed_at=1.0, **SONNET)

    assert waste(left).aborted.output_tokens == 20


def test_a_request_of_a_batch_costs_half_and_is_nobodys_attempt() -> None:
    batched = {"endpoint": "batches_request", "batch": "msgbatch_1", **SONNET}
    judged = verdict(
        answered(1, 0, **SONNET),
        answered(2, 0.1, custom_id="a", **batched),
        made(3, 0.2, custom_id="b", **batched),
    )

    assert (judged.attempts, judged.calls) == (1, 1)
    assert judged.waste.spent.attempts == 3
    assert judged.waste.spent.dollars == pytest.approx((1 + 0.5 + 0.5) * (10 * 3 + 20 * 15) / 1e6)
    assert judged.waste.aborted.attempts == judged.waste.duplicated.attempts == 0


def test_a_hedge_that_is_answered_as_well_is_a_duplicate() -> None:
    found = waste(answered(1, 0, 3.0, **SONNET), answered(2, 1, 3.0, **SONNET))

    assert found.duplicated_requests == ("req_2",)


def test_of_a_hedge_whose_first_was_cut_only_the_first_is_wasted() -> None:
    found = waste(cut(1, 0, 3.0, **SONNET), answered(2, 1, 3.0, **SONNET))

    assert (found.aborted_requests, found.duplicated_requests) == (("req_1",), ())


def test_samples_of_one_prompt_that_begin_together_are_wanted() -> None:
    assert waste(*(answered(n, 0.001 * n, **SONNET) for n in range(1, 5))).duplicated.tokens == 0


def test_what_is_asked_again_by_the_same_call_after_its_answer_is_a_duplicate() -> None:
    named: dict[str, Any] = {"call": "one", **SONNET}

    assert waste(answered(1, 0, **named), answered(2, 2, **named)).duplicated.attempts == 1
    assert waste(answered(1, 0, **SONNET), answered(2, 2, **SONNET)).duplicated.attempts == 0


def test_the_cache_is_cheaper_to_read_and_dearer_to_write() -> None:
    written = {"cache_creation_input_tokens": 1_000_000}
    read = {"cache_read_input_tokens": 1_000_000}

    assert waste(answered(1, 0, model="claude-opus-5-5", usage=written)).spent.dollars == 5
    assert waste(answered(1, 0, model="claude-opus-5-5", usage=read)).spent.dollars == 0.2
    # The longer name has a price of its own.
    assert waste(answered(1, 0, model="claude-opus-5", usage=read)).spent.dollars == 0.5


def test_a_model_without_a_known_price_is_counted_and_said_to_be_without() -> None:
    found = waste(cut(1, 0, usage=USAGE), cut(2, 99, **SONNET))

    assert (found.aborted.attempts, found.aborted.unpriced) == (2, 1)
    assert "1 request without a known price left out" in list(wasted(found))[-1]
    assert "price is not known" in list(wasted(waste(cut(1, 0, usage=USAGE))))[-1]


def test_it_is_said_in_words_with_the_share_and_the_day_of_the_prices() -> None:
    what, share = wasted(waste(cut(1, 0, **SONNET), answered(2, 2, **SONNET)))

    assert what == (
        "not received whole: 1 request, 10 tokens of input and 20 of output, about $0.0003"
    )
    assert share == (
        "that is 50% of 60 tokens, and about $0.0003 of $0.0007 at the prices of 2026-11-21;"
        " an estimate, as token counts are"
    )


@st.composite
def runs(draw: st.DrawFn, *, calm: bool) -> Sequence[Entry]:
    """Calls of different questions, each with samples that begin together; calm ones all answered."""
    entries: list[Entry] = []
    for call in range(draw(st.integers(0, 6))):
        began = draw(st.floats(0, 60))
        for sample in range(draw(st.integers(1, 3))):
            changes: dict[str, Any] = {"body": asking(f"{call}"), **SONNET}
            of = (100 * call + 10 * sample, began + 0.001 * sample, draw(st.floats(0.1, 20)))
            if calm:
                entries.append(answered(*of, **changes))
                continue
            entries.append(cut(*of, **changes, fired=fired("disconnect")))
            if draw(st.booleans()):
                entries.append(answered(of[0] + 1, of[1] + draw(st.floats(0, 30)), **changes))
    return entries


@given(runs(calm=True))
def test_a_run_without_faults_and_retries_wastes_nothing(entries: Sequence[Entry]) -> None:
    found = waste(*entries)

    assert found.aborted.tokens == found.duplicated.tokens == 0
    assert found.spent.tokens == 30 * len(entries)


@given(runs(calm=False))
def test_no_attempt_is_wasted_twice_over_and_no_more_than_was_spent(
    entries: Sequence[Entry],
) -> None:
    found = waste(*entries)

    assert not set(found.aborted_requests) & set(found.duplicated_requests)
    assert found.aborted.tokens + found.duplicated.tokens <= found.spent.tokens

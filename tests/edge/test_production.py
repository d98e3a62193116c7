"""The curve of an answer under way is corrected where its waits are not those that were foreseen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.bucket import NS
from simtwin.core.pools import Curve
from simtwin.edge.data_plane.production import TOLERANCE, Production

# Ten seconds for a hundred tokens, one each 100 ms.
TEN_A_SECOND = Curve(0, 10 * NS, 100)
AT_ONCE = Curve(0, 0, 100)


def test_an_answer_that_comes_as_foreseen_needs_no_correction() -> None:
    production = Production(TEN_A_SECOND)

    corrections = [
        production.waits(sent, sent * NS // 10, (sent + 5) * NS // 10) for sent in range(0, 100, 5)
    ]

    assert corrections == [None] * 20


def test_a_stall_moves_what_is_left_to_its_end_at_the_speed_of_before() -> None:
    production = Production(TEN_A_SECOND)

    corrected = production.waits(sent=40, now=4 * NS, until=34 * NS)

    assert corrected == Curve(34 * NS, 40 * NS, 100, before=40)


def test_a_second_stall_moves_it_again_and_the_speed_stays() -> None:
    production = Production(TEN_A_SECOND)
    production.waits(sent=40, now=4 * NS, until=34 * NS)

    corrected = production.waits(sent=50, now=35 * NS, until=95 * NS)

    assert corrected == Curve(95 * NS, 100 * NS, 100, before=50)


def test_a_late_start_moves_all_of_it() -> None:
    production = Production(TEN_A_SECOND)

    assert production.waits(sent=0, now=0, until=5 * NS) == Curve(5 * NS, 15 * NS, 100)


def test_an_answer_that_was_to_come_at_once_comes_at_once_after_a_stall() -> None:
    production = Production(AT_ONCE)

    assert production.waits(sent=30, now=0, until=60 * NS) == Curve(60 * NS, 60 * NS, 100, 30)


def test_a_slower_pace_is_found_out_within_a_second_and_then_foreseen() -> None:
    production = Production(AT_ONCE)
    told = [
        production.waits(sent=2 * step, now=step * NS // 2, until=(step + 1) * NS // 2)
        for step in range(50)
    ]

    corrections = [(step, curve) for step, curve in enumerate(told) if curve is not None]

    # Four tokens a second: seen after the first second, when four of them had come.
    assert corrections == [(2, Curve(NS, 25 * NS, 100, before=4))]


def test_a_faster_pace_is_found_out_too() -> None:
    production = Production(TEN_A_SECOND)

    corrected = production.waits(sent=40, now=2 * NS, until=2 * NS + NS // 10)

    assert corrected == Curve(2 * NS, 5 * NS, 100, before=40)


def test_waits_after_the_last_token_change_nothing() -> None:
    production = Production(TEN_A_SECOND)

    assert production.waits(sent=100, now=10 * NS, until=70 * NS) is None


def test_an_answer_without_tokens_is_never_corrected() -> None:
    production = Production(Curve(5 * NS, 5 * NS, 0))

    assert production.waits(sent=0, now=0, until=90 * NS) is None


@given(
    curve=st.builds(
        lambda start, length, tokens: Curve(start, start + length, tokens),
        st.integers(0, 5 * NS),
        st.integers(0, 60 * NS),
        st.integers(0, 300),
    ),
    steps=st.lists(st.tuples(st.integers(0, 20 * NS), st.integers(0, 20)), max_size=30),
)
def test_while_it_waits_no_curve_is_more_than_a_second_ahead_of_the_answer(
    curve: Curve, steps: list[tuple[int, int]]
) -> None:
    production = Production(curve)
    now = sent = 0

    for wait, tokens in steps:
        production.waits(sent, now, now + wait)
        held = production.curve
        assert held.tokens == curve.tokens
        assert held.produced(now + wait - TOLERANCE - 1) <= sent
        now, sent = now + wait, min(curve.tokens, sent + tokens)

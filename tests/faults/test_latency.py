"""Answers that come late."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from plans import STREAM, answers

from simtwin.core.fault import Circumstances
from simtwin.core.plan import Mark, Step, Wait
from simtwin_faults.latency import Latency


def waited(fault: Latency, rng: Random) -> float:
    """How long the fault waits before it reads the plan."""
    return sum(step.seconds for step in fault.rewrite((), rng) if isinstance(step, Wait))


def test_the_whole_answer_comes_that_much_later() -> None:
    worse = list(Latency(seconds=3).rewrite(STREAM, Random(0)))

    assert worse == [Mark(), Wait(3), *STREAM]


def test_latencies_add_up() -> None:
    once = Latency(seconds=3).rewrite(STREAM, Random(0))
    twice = list(Latency(seconds=1).rewrite(once, Random(0)))

    assert twice == [Mark(), Wait(1), Mark(), Wait(3), *STREAM]


@given(
    plan=answers(),
    seconds=st.floats(0, 100),
    share=st.floats(0, 1),
    rng=st.randoms(use_true_random=False),
)
def test_jitter_stays_within_its_share(
    plan: tuple[Step, ...], seconds: float, share: float, rng: Random
) -> None:
    late = waited(Latency(seconds=seconds, jitter=share), rng)

    # 1e-9 of the time itself is for the rounding of floats.
    assert seconds * (1 - share) - seconds * 1e-9 <= late <= seconds * (1 + share + 1e-9)


def test_jitter_makes_longer_and_shorter_alike() -> None:
    fault, rng = Latency(seconds=10, jitter=0.5), Random(0)

    draws = [waited(fault, rng) for _ in range(1000)]

    # A uniform draw from 5..15 has a standard deviation of 2.9, the mean of a thousand one of 0.09.
    assert 9.6 < sum(draws) / 1000 < 10.4
    assert min(draws) < 5.2
    assert max(draws) > 14.8


def test_the_jitter_of_a_seed_is_always_the_same() -> None:
    fault = Latency(seconds=10, jitter=0.5)

    assert waited(fault, Random("7/1/3/late")) == waited(fault, Random("7/1/3/late"))
    assert waited(fault, Random("7/1/3/late")) != waited(fault, Random("7/1/4/late"))


def test_a_latency_of_size_and_of_load_is_one_of_seconds_under_the_circumstances() -> None:
    fault = Latency(seconds=1, per_megabyte_seconds=10, per_request_seconds=0.5, jitter=0.1)

    met = fault.under(Circumstances(body_bytes=250_000, others_in_flight=4))

    assert met == Latency(seconds=5.5, jitter=0.1)
    assert fault.under(Circumstances()) == Latency(seconds=1, jitter=0.1)

"""Answers that come in small pieces."""

from __future__ import annotations

from random import Random

import pytest
from plans import FRAMES, JSON, STREAM, STREAM_HEAD

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import End, Mark, Step, Trickle, Wait
from simtwin_faults import KINDS
from simtwin_faults.drip import Drip


def worse(fault: Drip, plan: tuple[Step, ...] = STREAM) -> list[Step]:
    """What becomes of a plan, with the seed of every trickle taken out."""
    steps = list(fault.rewrite(plan, Random(0)))
    return [
        Trickle(step.bytes, step.seconds, step.jitter) if isinstance(step, Trickle) else step
        for step in steps
    ]


def test_all_of_an_answer_drips_head_first() -> None:
    assert worse(Drip(bytes=3, seconds=0.2)) == [Mark(), Trickle(3, 0.2), *STREAM]


def test_the_head_drips_and_the_body_does_not() -> None:
    assert worse(Drip(part="head"), JSON) == [Mark(), Trickle(1), JSON[0], Trickle(), *JSON[1:]]


def test_the_body_drips_and_the_head_does_not() -> None:
    assert worse(Drip(part="body"), JSON) == [JSON[0], Mark(), Trickle(1), *JSON[1:]]


def test_the_body_drips_from_a_place_on() -> None:
    assert worse(Drip(after_events=2, jitter=0.5)) == [
        STREAM_HEAD,
        *FRAMES[:2],
        Mark(),
        Trickle(1, 0.0, 0.5),
        *FRAMES[2:],
        End(),
    ]


def test_what_precedes_the_head_is_as_it_was() -> None:
    assert worse(Drip(), (Wait(3), *JSON)) == [Wait(3), Mark(), Trickle(1), *JSON]


def test_the_same_seed_drips_alike_and_another_one_otherwise() -> None:
    def pieces(seed: int) -> list[int]:
        trickle = next(
            s for s in Drip(bytes=50, jitter=1).rewrite(STREAM, Random(seed)) if s != Mark()
        )
        assert isinstance(trickle, Trickle)
        return [size for size, _ in zip(trickle.sizes(), range(20), strict=False)]

    assert pieces(1) == pieces(1) != pieces(2)


def test_a_head_has_no_place_in_the_body() -> None:
    with pytest.raises(SettingsError, match="part = head has no place in the body"):
        make(KINDS, "drip", {"part": "head", "at_byte": 3})

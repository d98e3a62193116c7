"""Answers that come as fast as a real model's."""

from __future__ import annotations

from random import Random
from statistics import median
from typing import Any

import pytest
from asking import IDS, reply_to
from hypothesis import given
from hypothesis import strategies as st
from virtual import Stage, staged

from simtwin.api.answer import curve, sse_answer
from simtwin.api.pacing import parse_pace
from simtwin.core.bucket import NS
from simtwin.core.plan import Chunk, Head, Wait
from simtwin.edge.data_plane.production import Production

MODELS = ("claude-haiku-4-5", "claude-opus-4-8")


async def took(stage: Stage, **fields: Any) -> float:
    """Seconds that an answer takes."""
    before = stage.elapsed
    await stage.create(**fields)
    return stage.elapsed - before


async def test_a_real_pace_differs_from_answer_to_answer_and_from_model_to_model(
    front: str,
) -> None:
    async with staged(front, pace="real") as stage:
        times = {model: [await took(stage, model=model) for _ in range(20)] for model in MODELS}

    haiku, opus = (times[model] for model in MODELS)
    assert len({round(each, 6) for each in haiku}) == 20
    assert 0.5 < median(haiku) < 2
    assert 2 < median(opus) < 6


async def test_the_same_seed_takes_the_same_time(front: str) -> None:
    runs = []
    for _ in range(2):
        async with staged(front, pace="real") as stage:
            runs.append([await took(stage, stream=at % 2 == 1) for at in range(4)])

    assert runs[0] == pytest.approx(runs[1], abs=1e-6)


async def test_a_factor_makes_it_that_much_faster(front: str) -> None:
    runs = []
    for pace in ("slow", "slow*100"):
        async with staged(front, pace=pace) as stage:
            runs.append(await took(stage, stream=True))

    assert runs[0] == pytest.approx(100 * runs[1], rel=1e-3)


@given(seed=st.integers(0, 1_000), started=st.integers(0, 10**15))
def test_limits_foresee_an_answer_of_any_pace(seed: int, started: int) -> None:
    """An answer that goes as its pace says is never news to the limits."""
    reply = reply_to(seed)
    pace = parse_pace("slow").draw("opus", 0, lambda: Random(seed))
    production = Production(curve(reply, pace, started))
    now, sent = started, 0

    for step in sse_answer(reply, pace, Head(200), IDS, Random(seed)):
        if isinstance(step, Wait):
            until = now + round(step.seconds * NS)
            assert production.waits(sent, now, until) is None
            now = until
        if isinstance(step, Chunk):
            sent += step.tokens

    assert sent == reply.output_tokens

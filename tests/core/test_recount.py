"""The fates of requests, counted from what the journal has of them."""

from __future__ import annotations

from typing import Any

from made_up import answered, fired, made

from simtwin.core.recount import Recount
from simtwin.core.replay_token import unpack
from simtwin.testing.tokens import token_of
from simtwin.verdicts.attempt import Attempt

REFUSED: dict[str, Any] = {"fired": fired("refuse", status=529)}
#: A lane is used, dropped and made again, and its first request is not refused any more.
MADE_AGAIN = [
    made(1, 0.0, lane="x", ordinal=0, **REFUSED),
    made(2, 1.0, lane="x", ordinal=1, **REFUSED),
    answered(3, 2.0, lane="x", ordinal=0),
    answered(4, 3.0, ordinal=None, **REFUSED),
]


def test_of_a_lane_that_was_made_again_the_later_fates_are_kept() -> None:
    recount = Recount()
    for entry in MADE_AGAIN:
        recount.add("k", entry)

    assert recount.met == {"k": {"x": {1: [1, "529", ["refuse"]]}}}
    assert recount.requests == 3


def test_the_token_of_a_test_tells_the_same() -> None:
    token = token_of(map(Attempt, MADE_AGAIN), 7, lambda key: {"k": "1/1"}[key])

    assert token is not None
    assert unpack(token) == (
        b'{"version":1,"seed":7,"profiles":{},"fates":{"1/1":{"x":[[1,"529",["refuse"]]]}}}'
    )

"""V18, V19 and V23 to V28: pace, connections, hedges, redirects, other models, deadlines."""

from __future__ import annotations

from typing import Any

import pytest
from made_up import answered, asking, lost, made, said

from simtwin.core.entry import Entry


def pace(start: float, end: float, every: float, took: float, **changes: Any) -> list[Entry]:
    """Requests one after the other, each for something else."""
    count = round((end - start) / every)
    return [
        answered(
            int(1000 * start) + n, start + n * every, took, body=asking(f"{start}/{n}"), **changes
        )
        for n in range(count)
    ]


# V18


def test_whoever_is_refused_asks_less() -> None:
    before = pace(0, 20, 0.2, 1.0)
    hammering = pace(20, 40, 0.2, 0.1, status=429)
    backing_off = pace(20, 40, 1.0, 0.1, status=429)

    assert said("V18", *before, *hammering).severity == "warning"
    assert said("V18", *before, *backing_off).value == "pass"


def test_a_moment_of_refusals_asks_nobody_to_slow_down() -> None:
    before = pace(0, 20, 0.2, 1.0)
    moment = pace(20, 22, 0.2, 0.1, status=429)

    assert said("V18", *before, *moment, *pace(22, 40, 0.2, 1.0)).value == "pass"


def test_a_script_that_asks_one_thing_at_a_time_has_nothing_to_reduce() -> None:
    alone = [*pace(0, 20, 0.5, 0.1), *pace(20, 40, 0.5, 0.1, status=429)]

    assert said("V18", *alone).value == "not_exercised"


# V19


def test_a_step_of_traffic_is_told() -> None:
    assert said("V19", *pace(0, 60, 6, 1), *pace(60, 120, 0.5, 1)).severity == "info"
    steady = [*pace(0, 60, 0.5, 1), *pace(60, 125, 0.5, 1)]
    assert said("V19", *steady).value == "pass"
    assert said("V19", *pace(0, 60, 6, 1), *pace(60, 120, 2, 1)).value == "not_exercised"


# V23


def on(connections: list[int], opened: list[int], **changes: Any) -> list[Entry]:
    """Requests one after the other, on these connections, with so many of them open."""
    pairs = zip(connections, opened, strict=True)
    return [
        answered(
            n, 2.0 * n, connection=name, open_connections=count, body=asking(str(n)), **changes
        )
        for n, (name, count) in enumerate(pairs, 1)
    ]


def test_connections_that_are_neither_used_again_nor_closed_are_leaked() -> None:
    twenty = list(range(1, 21))

    assert said("V23", *on(twenty, twenty)).severity == "warning"
    assert said("V23", *on([1] * 20, [1] + [0] * 19)).value == "pass"


def test_a_client_that_closes_each_leaks_none_nor_does_one_that_asks_much_at_once() -> None:
    twenty = list(range(1, 21))
    crowd = [
        answered(n, 0.01 * n, 5, connection=n, open_connections=n, body=asking(str(n)))
        for n in twenty
    ]

    assert said("V23", *on(twenty, [1] * 20)).value == "pass"
    assert said("V23", *on(twenty, [0] * 20)).value == "not_exercised"
    assert said("V23", *crowd).value == "pass"


# V24


def test_a_hedge_is_told_and_one_into_an_overload_is_wrong() -> None:
    hedge = [answered(1, 20, 3), answered(2, 21, 3)]
    refused = made(9, 15, 1)
    loser = made(2, 21, 2, status=200, whole=False, ended="left", closed_at=23)

    assert said("V24", *hedge).severity == "info"
    assert said("V24", refused, answered(1, 20, 3), loser).severity == "error"
    named = [answered(n, 19 + n, 3, call="a") for n in (1, 2)]
    assert said("V24", made(9, 15, 1, call="a"), *named).severity == "error"
    assert said("V24", refused, *hedge).severity == "info"


def test_samples_that_begin_together_are_no_hedge_nor_is_a_retry_beside_one() -> None:
    samples = [answered(n, 0.001 * n, 5) for n in range(3)]
    retried = [answered(1, 0, 9), made(2, 0.001, 1), answered(3, 2, 1)]

    assert said("V24", *samples).value == "pass"
    assert said("V24", *retried).value == "pass"
    assert said("V24", answered(1, 0), answered(2, 3)).value == "not_exercised"


# V25


def died(number: int, began: float) -> Entry:
    return lost(number, began, 0.1, request_on_connection=2)


def test_a_connection_that_died_is_replaced_once() -> None:
    later = answered(9, 200, body=asking("else"))

    assert said("V25", died(1, 0), answered(2, 0.2)).value == "pass"
    assert said("V25", died(1, 0), later).severity == "info"
    assert said("V25", *[died(n, 1.0 * n) for n in range(4)]).severity == "info"
    assert said("V25", lost(1, 0), later).value == "not_exercised"


# V26


def hop(number: int, **changes: Any) -> Entry:
    plain = {"status": 307, "path": f"/v1/{number}"}
    return answered(number, 0.2 * number, 0.1, **plain | changes)


def test_a_loop_of_redirects_is_not_run_round() -> None:
    assert said("V26", *[hop(n) for n in range(8)]).severity == "warning"
    assert said("V26", *[hop(n) for n in range(3)], answered(9, 0.7)).value == "pass"
    assert said("V26", answered(1, 0)).value == "not_exercised"


def test_a_post_stays_a_post() -> None:
    got = hop(2, status=200, method="GET", body=None)

    assert said("V26", hop(1, status=302), got).severity == "warning"
    later = answered(9, 60, method="GET", body=None)
    assert said("V26", hop(1, status=302), later).value == "pass"


# V27


def test_where_a_client_goes_is_noted_and_never_wrong() -> None:
    body = asking("Hello")
    other = answered(2, 3, model="n", body={**body, "model": "n"})

    verdict = said("V27", made(1, 0, body=body), other)

    assert (verdict.value, verdict.notes) == ("pass", ("1 calls went from m to n",))
    assert said("V27", answered(1, 0)).value == "not_exercised"


# V28


@pytest.mark.parametrize(
    ("timeout", "value"), [("60", "fail"), ("600", "pass"), ("NOT_GIVEN", "not_exercised")]
)
def test_a_call_keeps_its_deadline(timeout: str, value: str) -> None:
    verdict = said("V28", answered(1, 0, 300, stainless={"timeout": timeout}))

    assert verdict.value == value
    assert verdict.severity in (None, "info")


def test_what_a_call_was_told_to_wait_is_no_part_of_its_deadline() -> None:
    stainless = {"timeout": "60"}
    told = made(1, 0, stainless=stainless, told={"retry-after": "900"})

    assert said("V28", told, answered(2, 902, stainless=stainless)).value == "pass"

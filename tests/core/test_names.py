"""Names of which no two are the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.names import Names


def test_a_name_that_is_free_is_given_as_it_is_and_then_numbered_from_two() -> None:
    names = Names()

    given_out = [names.fresh("stall") for _ in range(3)]

    assert given_out == ["stall", "stall-2", "stall-3"]


def test_a_name_is_claimed_once() -> None:
    names = Names()

    assert names.claim("a")
    assert not names.claim("a")


def test_a_reserved_name_is_made_up_for_nobody_and_can_be_claimed() -> None:
    names = Names(["stall", "stall-3"])

    given_out = [names.fresh("stall") for _ in range(2)]

    assert given_out == ["stall-2", "stall-4"]
    assert names.claim("stall-3")


@given(st.lists(st.sampled_from(["a", "a-2", "a-2-2", "b"])), st.sets(st.sampled_from("ab")))
def test_no_name_is_given_twice(wanted: list[str], reserved: set[str]) -> None:
    names = Names(reserved)

    given_out = [names.fresh(name) for name in wanted]

    assert len(set(given_out)) == len(wanted)
    assert not reserved & set(given_out)

"""Values in error messages."""

from __future__ import annotations

from typing import Any

import pytest

from simtwin.core.quote import quote


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (True, "true"),
        (False, "false"),
        (None, "null"),
        (2, "2"),
        (0.5, "0.5"),
        ("stall", "'stall'"),
        ([True, None], "[true, null]"),
        ({"a": True}, "{'a': true}"),
    ],
)
def test_a_value_is_shown_as_its_caller_wrote_it(value: object, shown: str) -> None:
    assert quote(value) == shown


def test_a_long_value_is_cut_in_the_middle() -> None:
    shown = quote("a" * 1_000_000 + "z")

    assert len(shown) == 60
    assert shown.startswith("'aaa")
    assert shown.endswith("aaz'")


def test_a_deep_value_is_cut_where_it_gets_deep() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]

    assert quote(deep) == "[[[[[[[...]]]]]]]"

"""What a setting may be: the words of refusals are part of the interface."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from simtwin_faults.bounds import above_zero, count, from_zero, header_value, name, share, text

Check = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def settle(check: Check, value: object) -> object:
    """`value` as the setting `it` of a class that checks it."""
    holder = attrs.make_class("Holder", {"it": attrs.field(validator=check)})
    return holder(value).it


@pytest.mark.parametrize(
    ("check", "value"),
    [
        (from_zero, 0),
        (from_zero, 1.5),
        (above_zero, 1e-9),
        (share, 0),
        (share, 1),
        (count, 0),
        (count, 10**30),
        (text, ""),
        (text, "北😀"),
        (name, "ping"),
        (header_value, ""),
        (header_value, "1, 2"),
        (header_value, "é"),
    ],
)
def test_a_value_within_bounds_is_taken_as_it_is(check: Check, value: object) -> None:
    assert settle(check, value) == value


@pytest.mark.parametrize(
    ("check", "value", "told"),
    [
        (from_zero, -1, "it must be a number from 0 up, not -1"),
        (from_zero, -1.0, "it must be a number from 0 up, not -1"),
        (from_zero, -0.5, "it must be a number from 0 up, not -0.5"),
        (from_zero, float("inf"), "it must be a number from 0 up, not inf"),
        (from_zero, float("nan"), "it must be a number from 0 up, not nan"),
        (from_zero, True, "it must be a number from 0 up, not True"),
        (from_zero, "1", "it must be a number from 0 up, not '1'"),
        (above_zero, 0.0, "it must be a number above 0, not 0"),
        (share, 1.01, "it must be a number from 0 to 1, not 1.01"),
        (count, -1, "it must be a whole number from 0 up, not -1"),
        (count, 1.5, "it must be a whole number from 0 up, not 1.5"),
        (text, 7, "it must be text, not 7"),
        (text, "\ud800", r"it must be text, not '\ud800'"),
        (name, "", "it must be a name, not ''"),
        (name, 7, "it must be a name, not 7"),
        (header_value, "北", "it must be Latin-1 text, not '北'"),
        (header_value, 7, "it must be Latin-1 text, not 7"),
        (header_value, "1\r", r"it must be without CR, LF and NUL, not '1\r'"),
        (header_value, "1\n2", r"it must be without CR, LF and NUL, not '1\n2'"),
        (header_value, "\0", r"it must be without CR, LF and NUL, not '\x00'"),
        (header_value, " 1", "it must not begin or end with a space or tab, not ' 1'"),
        (header_value, "1\t", r"it must not begin or end with a space or tab, not '1\t'"),
    ],
)
def test_any_other_value_is_refused_in_words(check: Check, value: object, told: str) -> None:
    with pytest.raises(ValueError) as refusal:
        settle(check, value)

    assert str(refusal.value) == told

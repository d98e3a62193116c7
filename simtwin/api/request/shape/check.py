"""Checks of single values.

A check says nothing (None) of a value that will do, and otherwise the rest of a path with what is
wrong at its end: `.text: Field required`. Who holds the value puts the beginning before it.

Checks are plain functions of the value, made once when the tables are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from simtwin.api.request.phrases import NOT_A, OBJECT, at_least, one_of, unfit

Check = Callable[[Any], str | None]

_NOT_TEXT = f": {NOT_A[str]}"
_NOT_WHOLE = f": {NOT_A[int]}"
_NOT_TRUTH = f": {NOT_A[bool]}"
_NOT_NUMBER = f": {NOT_A[float]}"
_NOT_LIST = f": {NOT_A[list]}"
_NOT_DICT = f": {NOT_A[dict]}"


def anything(_value: Any) -> None:
    """Whatever it is; also a tag, which was looked at before."""


def text(value: Any) -> str | None:
    """Any text."""
    return None if type(value) is str else _NOT_TEXT


def truth(value: Any) -> str | None:
    """True or false."""
    return None if type(value) is bool else _NOT_TRUTH


def whole(value: Any) -> str | None:
    """Any integer; JSON's 1.0 is none."""
    return None if type(value) is int else _NOT_WHOLE


def mapping(value: Any) -> str | None:
    """An object with fields of the caller's own."""
    return None if type(value) is dict else _NOT_DICT


def no_less(least: int) -> Check:
    """An integer from `least` up."""
    too_small = f": {at_least(least)}"

    def check(value: Any) -> str | None:
        if type(value) is not int:
            return _NOT_WHOLE
        return None if value >= least else too_small

    return check


def within(low: float, high: float) -> Check:
    """A number from `low` to `high`; the words for one outside were seen on the real API."""

    def check(value: Any) -> str | None:
        if type(value) is not float and type(value) is not int:
            return _NOT_NUMBER
        return None if low <= value <= high else f": range: {low:g}..{high:g}"

    return check


def sized(least: int, most: int) -> Check:
    """A text of `least` to `most` characters."""
    few = f": {unfit('at least', least, 'character')}"
    many = f": {unfit('at most', most, 'character')}"

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return _NOT_TEXT
        if len(value) < least:
            return few
        return None if len(value) <= most else many

    return check


def matching(pattern: str, most: int | None = None) -> Check:
    """A text that a pattern of ours matches, of at most `most` characters."""
    matches = re.compile(pattern, re.ASCII).search
    mismatch = f": String should match pattern '{pattern}'"
    many = "" if most is None else f": {unfit('at most', most, 'character')}"

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return _NOT_TEXT
        if most is not None and len(value) > most:
            return many
        # `$` matches before a last line break as well; the API's patterns do not.
        return None if matches(value) and not value.endswith("\n") else mismatch

    return check


def literal(*values: str) -> Check:
    """One of a few words."""
    known = frozenset(values)
    other = f": {one_of(values)}"

    def check(value: Any) -> str | None:
        return None if type(value) is str and value in known else other

    return check


class Maybe:
    """What `other` takes, or null."""

    def __init__(self, other: Check) -> None:
        self.other = other

    def __call__(self, value: Any) -> str | None:
        return None if value is None else self.other(value)


class Array:
    """A list of at most `most` values that are all alike."""

    def __init__(self, item: Check, most: int | None = None) -> None:
        self.item = item
        self.most = most

    def __call__(self, value: Any) -> str | None:
        if (fault := self.outside(value)) is not None:
            return fault
        item = self.item
        for index, part in enumerate(value):
            fault = item(part)
            if fault is not None:
                return f".{index}{fault}"
        return None

    def outside(self, value: Any) -> str | None:
        """What is wrong with the list itself."""
        if type(value) is not list:
            return _NOT_LIST
        if self.most is not None and len(value) > self.most:
            many = unfit("at most", self.most, "item", "List")
            return f": {many} after validation, not {len(value)}"
        return None


class Either:
    """A text, or what `other` takes; what is neither is told in the words of `other`."""

    def __init__(self, other: Check) -> None:
        self.other = other

    def __call__(self, value: Any) -> str | None:
        return None if type(value) is str else self.other(value)


def object_fault(value: Any) -> str | None:
    """What is said where one of several kinds of object should be, and there is no object."""
    return None if type(value) is dict else f": {OBJECT}"

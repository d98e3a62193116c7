"""A table whose values are made when somebody asks for them."""

from __future__ import annotations

import pytest

from simtwin.core.late import Late, joined


class Shop:
    """Makes things, and remembers what it has made."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def makes(self, name: str) -> object:
        self.made.append(name)
        return object()

    def offers(self, *names: str) -> Late[object]:
        return Late({name: lambda name=name: self.makes(name) for name in names})  # type: ignore[misc]  # bound at once


def test_to_look_at_the_names_makes_nothing() -> None:
    shop = Shop()
    table = shop.offers("a", "b")

    assert (list(table), len(table), "a" in table, "c" in table) == (["a", "b"], 2, True, False)
    assert repr(table) == "Late(a, b)"
    assert shop.made == []


def test_what_is_asked_for_is_made_once() -> None:
    shop = Shop()
    table = shop.offers("a", "b")

    assert table["b"] is table["b"]
    assert shop.made == ["b"]


def test_what_there_is_not_is_a_key_error() -> None:
    table = Shop().offers("a")

    with pytest.raises(KeyError, match="b"):
        table["b"]
    assert table.get("b") is None


def test_what_cannot_be_made_is_tried_again() -> None:
    left = [ValueError("not yet")]

    def make() -> str:
        if left:
            raise left.pop()
        return "made"

    table = Late({"a": make})

    with pytest.raises(ValueError, match="not yet"):
        table["a"]
    assert table["a"] == "made"


def test_of_joined_tables_the_last_has_its_way_and_nothing_is_made() -> None:
    shop = Shop()
    table = joined(shop.offers("a", "b"), {"b": "other", "c": "more"})

    assert list(table) == ["a", "b", "c"]
    assert (table["b"], table["c"], shop.made) == ("other", "more", [])
    assert table["a"] is table["a"]
    assert shop.made == ["a"]

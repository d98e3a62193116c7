"""Pages by cursor, and the queries that ask for pages; those by ids are in test_models.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.pages import Query, by_cursor, cursor_place

ITEMS = [{"id": str(number)} for number in range(25)]


@given(st.integers(1, 30))
def test_pages_by_cursor_meet_every_item_once(limit: int) -> None:
    met: list[Any] = []
    page = by_cursor(ITEMS, Query(b"limit=%d" % limit))
    met += page["data"]
    while page["next_page"] is not None:
        page = by_cursor(ITEMS, Query(f"limit={limit}&page={page['next_page']}".encode()))
        met += page["data"]

    assert met == ITEMS


@given(st.text(max_size=16))
def test_a_cursor_is_a_place_of_the_list_or_a_400(text: str) -> None:
    assert place_or_fault(text) in {*range(26), "page: Invalid page token"}


def place_or_fault(text: str) -> int | str:
    try:
        return cursor_place(text, 25)
    except Rejected as rejected:
        return rejected.error.message


def test_a_list_in_a_query_may_be_written_with_brackets() -> None:
    query = Query(b"roles[]=a&roles[]=b&email=x%40y&email=z")

    assert query.every("roles") == ("a", "b")
    assert query.last("email") == "z"
    assert query.last("other") is None


@pytest.mark.parametrize(
    ("read", "message"),
    [
        (lambda query: query.one_of("kind", ("a", "b")), "kind: Input should be 'a' or 'b'"),
        (lambda query: query.some_of("kind", ("a",)), "kind.0: Input should be 'a'"),
        (
            lambda query: query.truth("kind"),
            "kind: Input should be a valid boolean, unable to interpret input",
        ),
    ],
)
def test_a_value_that_cannot_be_is_a_400(read: Callable[[Query], object], message: str) -> None:
    with pytest.raises(Rejected) as rejected:
        read(Query(b"kind=c"))

    assert (rejected.value.error.status, rejected.value.error.message) == (400, message)

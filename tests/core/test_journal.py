"""The journal is bounded in bytes, keeps order, and counts what it had to drop."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.entry import Entry
from simtwin.core.journal import Journal


def entry(journal: Journal, tenant: str = "t", key: str = "k", **changes: Any) -> Entry:
    plain: dict[str, Any] = dict.fromkeys(Entry.__struct_fields__)
    plain |= {
        "id": journal.next_id,
        "request": "req_1",
        "tenant": tenant,
        "key": key,
        "stainless": {},
        "messages": (),
        "tool_uses": (),
        "fired": (),
        "usage": {},
    }
    return Entry(**(plain | changes))


def ids(lines: Any) -> list[int]:
    return [json.loads(line)["id"] for line in lines]


def test_entries_are_read_oldest_first_and_paged() -> None:
    journal = Journal()
    for _ in range(5):
        journal.add(entry(journal))

    first = ids(journal.lines("t", limit=2))
    rest = ids(journal.lines("t", after=first[-1], limit=9))

    assert first == [1, 2]
    assert rest == [3, 4, 5]


def test_entries_of_all_tenants_come_in_one_order() -> None:
    journal = Journal()
    for tenant in "abab":
        journal.add(entry(journal, tenant))

    assert ids(journal.lines()) == [1, 2, 3, 4]
    assert ids(journal.lines("b")) == [2, 4]


def test_entries_of_one_lane_alone() -> None:
    journal = Journal()
    for key, lane in (("x", "a"), ("x", None), ("y", "a"), ("x", "b")):
        journal.add(entry(journal, key=key, lane=lane))

    assert ids(journal.lines("t", lane="a")) == [1, 3]
    assert ids(journal.lines("t", "x", "")) == [2]
    journal.clear("t", "x", "a")
    assert ids(journal.lines("t")) == [2, 3, 4]
    journal.clear("t", "x", "")
    assert ids(journal.lines("t")) == [3, 4]


def test_entries_of_one_key_alone() -> None:
    journal = Journal()
    for key in "xyx":
        journal.add(entry(journal, key=key))

    assert ids(journal.lines("t", "x")) == [1, 3]


def test_a_tenant_over_its_bound_loses_its_own_oldest_entries() -> None:
    one = len(next(iter_one()))
    journal = Journal(process_bytes=100 * one, tenant_bytes=3 * one)
    journal.add(entry(journal, "quiet"))
    for _ in range(5):
        journal.add(entry(journal, "noisy"))

    assert ids(journal.lines("quiet")) == [1]
    assert ids(journal.lines("noisy")) == [4, 5, 6]
    assert journal.dropped("noisy") == 2
    assert journal.dropped("quiet") == 0


def iter_one() -> Any:
    journal = Journal()
    journal.add(entry(journal, "quiet"))
    return journal.lines()


def test_a_process_over_its_bound_takes_from_the_largest_tenant() -> None:
    one = len(next(iter_one()))
    journal = Journal(process_bytes=4 * one, tenant_bytes=100 * one)
    for tenant in ("small", "large", "large", "large", "large"):
        journal.add(entry(journal, tenant))

    assert ids(journal.lines("small")) == [1]
    assert journal.dropped() == journal.dropped("large") >= 1


def test_clearing_one_key_leaves_the_others() -> None:
    journal = Journal()
    for key in "xyx":
        journal.add(entry(journal, key=key))

    journal.clear("t", "x")

    assert ids(journal.lines()) == [2]
    journal.add(entry(journal))
    assert ids(journal.lines()) == [2, 4]


def test_clearing_all_leaves_nothing() -> None:
    journal = Journal()
    for tenant in "abc":
        journal.add(entry(journal, tenant))

    journal.clear()

    assert list(journal.lines()) == []


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400)), max_size=60))
def test_the_bounds_hold_and_nothing_goes_uncounted(rows: list[tuple[str, int]]) -> None:
    journal = Journal(process_bytes=9_000, tenant_bytes=4_000)
    for tenant, size in rows:
        journal.add(entry(journal, tenant, path="x" * size))

        sizes = {name: sum(map(len, journal.lines(name, limit=99))) for name in "abc"}
        assert max(sizes.values()) <= 4_000
        assert sum(sizes.values()) <= 9_000
    assert len(list(journal.lines(limit=99))) + journal.dropped() == len(rows)

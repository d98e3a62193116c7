"""A ledger keeps the newest of each owner and of all, whatever the order they come in."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.store.ledger import Bound, Ledger

ADDED = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 7)), max_size=40)


def kept(ledger: Ledger[int], owner: str | None = None) -> list[int]:
    return [record for _, record in ledger.newest(owner)]


def test_an_owner_pushes_out_its_own_oldest() -> None:
    ledger: Ledger[int] = Ledger(Bound(2, 100), Bound(10, 100))

    for record, owner in enumerate("abaaa"):
        ledger.add(owner, record, 1)

    assert kept(ledger, "a") == [4, 3]
    assert kept(ledger, "b") == [1]
    assert kept(ledger) == [4, 3, 1]


def test_all_owners_together_push_out_the_oldest_of_all() -> None:
    ledger: Ledger[int] = Ledger(Bound(9, 100), Bound(9, 10))

    for record, owner in enumerate("abc"):
        ledger.add(owner, record, 4)

    assert kept(ledger) == [2, 1]
    assert kept(ledger, "a") == []


def test_what_is_larger_than_the_bound_is_not_kept() -> None:
    ledger: Ledger[int] = Ledger(Bound(9, 10), Bound(9, 100))
    ledger.add("a", 1, 5)

    ledger.add("a", 2, 11)

    assert kept(ledger) == []


def test_numbers_go_on_after_records_were_dropped() -> None:
    ledger: Ledger[str] = Ledger(Bound(1, 10), Bound(1, 10))

    for record in "xyz":
        ledger.add("a", record, 1)

    assert list(ledger.newest("a")) == [(3, "z")]


@given(ADDED)
def test_it_keeps_what_a_naive_list_would(added: list[tuple[str, int]]) -> None:
    each, in_all = Bound(3, 12), Bound(6, 20)
    ledger: Ledger[int] = Ledger(each, in_all)
    naive: list[tuple[str, int, int]] = []

    for record, (owner, size) in enumerate(added):
        ledger.add(owner, record, size)
        naive.append((owner, size, record))
        own = [entry for entry in naive if entry[0] == owner]
        while len(own) > each.count or sum(size for _, size, _ in own) > each.size:
            naive.remove(own.pop(0))
        while len(naive) > in_all.count or sum(size for _, size, _ in naive) > in_all.size:
            naive.pop(0)

    assert kept(ledger) == [record for _, _, record in reversed(naive)]
    for name in "abc":
        assert kept(ledger, name) == [n for owner, _, n in reversed(naive) if owner == name]

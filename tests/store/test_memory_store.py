"""The store keeps what it is given, for whom it is given, and no more than it can."""

from __future__ import annotations

import tracemalloc

import pytest

from simtwin.store import memory
from simtwin.store.body import keep
from simtwin.store.ledger import Bound
from simtwin.store.memory import MemoryStore
from simtwin.store.records import FeedbackRecord, LogRecord, MessageRecord, TenantRecord
from simtwin.store.store import Store, StoreFullError


def a_tenant(store: Store, tenant_id: str = "t1") -> TenantRecord:
    return store.add_tenant(tenant_id, "scrypt$…", "name", 5.0)


def a_log(tenant_id: str = "t1", operation: str = "data.models.list") -> LogRecord:
    return LogRecord(1_700_000_000.5, tenant_id, "c1", "data", operation)


def a_message(tenant_id: str = "t1", id_: str = "msg_1", request: bytes = b"{}") -> MessageRecord:
    return MessageRecord(id_, tenant_id, "claude", keep(request), keep(b"{}"), (), 5.0)


def a_piece(tenant_id: str = "t1", body: str = "good") -> FeedbackRecord:
    return FeedbackRecord("fb_1", tenant_id, body, "", b'{"a":1}', 5.0)


def test_ordinals_count_tenants_and_the_keys_of_each_in_order_of_making() -> None:
    store = MemoryStore()
    for name in ("t1", "t2"):
        a_tenant(store, name)

    made = [("t1", "a"), ("t2", "b"), ("t1", "c")]
    scopes = [store.add_account(tenant, key, key.encode(), "", 0).scope for tenant, key in made]

    assert scopes == ["1/1", "2/1", "1/2"]


def test_the_ordinal_of_a_revoked_key_is_not_given_again() -> None:
    store = MemoryStore()
    a_tenant(store)
    store.add_account("t1", "a", b"a", "", 0)
    store.remove_account("a", "t1")

    scope = store.add_account("t1", "b", b"b", "", 0).scope

    assert scope == "1/2"


def test_a_revoked_key_is_found_by_no_look_up() -> None:
    store = MemoryStore()
    a_tenant(store)
    account = store.add_account("t1", "a", b"digest", "", 0)
    assert store.account_by_digest(b"digest") == account

    removed = store.remove_account("a", "t1")

    assert removed == account
    assert store.account_by_digest(b"digest") is None
    assert store.account("a", None) is None
    assert store.accounts("t1", limit=10) == []
    assert store.accounts(None, limit=10) == []
    assert store.remove_account("a", "t1") is None


def test_a_key_of_another_tenant_is_not_there_and_cannot_be_removed() -> None:
    store = MemoryStore()
    a_tenant(store, "t1")
    a_tenant(store, "t2")
    account = store.add_account("t1", "a", b"a", "", 0)

    seen = (store.account("a", "t2"), store.remove_account("a", "t2"))

    assert seen == (None, None)
    assert store.accounts("t2", limit=10) == []
    assert store.account("a", "t1") == account


def test_a_key_needs_a_tenant() -> None:
    with pytest.raises(KeyError):
        MemoryStore().add_account("nobody", "a", b"a", "", 0)


def test_records_are_seen_by_their_tenant_and_by_the_operator_newest_first() -> None:
    store = MemoryStore()
    for tenant in ("t1", "t2", "t1"):
        store.add_log(a_log(tenant))
        store.add_message(a_message(tenant))
        store.add_feedback(a_piece(tenant))

    numbers = {owner: [n for n, _ in store.logs(owner, limit=9)] for owner in ("t1", "t2", None)}

    assert numbers == {"t1": [3, 1], "t2": [2], None: [3, 2, 1]}
    assert [m.tenant_id for m in store.messages("t1", limit=9)] == ["t1", "t1"]
    assert [m.tenant_id for m in store.messages(None, limit=9)] == ["t1", "t2", "t1"]
    assert [f.tenant_id for f in store.feedback("t2")] == ["t2"]


def test_logs_and_accounts_are_paged_by_limit_and_offset() -> None:
    store = MemoryStore()
    a_tenant(store)
    for number in range(5):
        store.add_log(a_log())
        store.add_account("t1", f"k{number}", bytes([number]), "", 0)

    numbers = [number for number, _ in store.logs("t1", limit=2, offset=1)]
    keys = [account.api_key_id for account in store.accounts("t1", limit=2, offset=1)]

    assert numbers == [4, 3]
    assert keys == ["k3", "k2"]


def test_feedback_is_found_by_its_status() -> None:
    store = MemoryStore()
    store.add_feedback(a_piece())

    found = (len(store.feedback("t1", "pending")), len(store.feedback("t1", "done")))

    assert found == (1, 0)


def test_a_full_store_makes_no_tenant_and_no_key() -> None:
    store = MemoryStore(tenants=2, keys=3, keys_a_tenant=2)
    a_tenant(store, "t1")
    a_tenant(store, "t2")
    for tenant, key in (("t1", "a"), ("t1", "b"), ("t2", "c")):
        store.add_account(tenant, key, key.encode(), "", 0)

    with pytest.raises(StoreFullError, match="2 tenants"):
        a_tenant(store, "t3")
    with pytest.raises(StoreFullError, match="the tenant has 2 keys"):
        store.add_account("t1", "d", b"d", "", 0)
    with pytest.raises(StoreFullError, match="there are 3 keys"):
        store.add_account("t2", "d", b"d", "", 0)

    assert store.tenant("t3") is None
    assert store.account("d", None) is None


def test_one_tenants_messages_take_no_more_than_a_tenants_share() -> None:
    store = MemoryStore()
    large = b'"' + b"x" * 200_000 + b'"'

    for number in range(100):
        store.add_message(a_message("t1", f"msg_{number}", large))
    store.add_message(a_message("t2", "msg_of_t2", large))

    kept = store.messages("t1", limit=1_000)
    size = sum(len(large) + memory.MESSAGE_BYTES + 2 for _ in kept)
    assert kept[0].id == "msg_99"
    assert memory.MESSAGES_A_TENANT.size - 201_000 < size <= memory.MESSAGES_A_TENANT.size
    assert len(store.messages("t2", limit=1_000)) == 1


def test_long_texts_in_a_log_record_count_against_its_bound() -> None:
    store = MemoryStore()
    text = "x" * 100_000

    for _ in range(200):
        store.add_log(LogRecord(0, "t1", "c", "data", "o", details={"user_agent": text}))

    kept = len(store.logs("t1", limit=1_000))
    assert kept == memory.LOGS_A_TENANT.size // (100_000 + memory.LOG_BYTES)


def test_the_most_feedback_takes_no_more_than_its_share() -> None:
    store = MemoryStore()
    piece = FeedbackRecord("fb", "t1", "ä" * 8_192, "c" * 128, b'"' + b"x" * 4_094 + b'"', 0)

    for _ in range(100):
        store.add_feedback(piece)

    kept = len(store.feedback("t1"))
    assert 0 < kept * 36_000 <= memory.FEEDBACK_A_TENANT.size


def test_ten_thousand_idle_tenants_with_a_key_each_fit_in_a_few_megabytes() -> None:
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    store = MemoryStore()

    for number in range(10_000):
        tenant_id = f"{number:036}"
        store.add_tenant(tenant_id, "scrypt$16384$" + f"{number:068}", "", 0)
        store.add_account(tenant_id, f"apikey_01{number:022}", f"{number:032}".encode(), "", 0)

    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # The budget of the whole twin is 2 kB a tenant (20 MB); the store takes the larger half.
    assert after - before < 14_000_000


def test_a_log_record_reads_as_the_contract_has_it() -> None:
    record = LogRecord(
        at=1_795_293_748.982,
        tenant_id="t1",
        correlation_id="c1",
        plane="data",
        operation="data.messages.create",
        resource=("message", "msg_1"),
        details={"model": "claude-sonnet-4-5"},
    )

    doc = record.doc(4)

    assert doc == {
        "id": 4,
        "timestamp": "2026-11-21T20:42:28.982Z",
        "twin": "anthropic",
        "tenant_id": "t1",
        "correlation_id": "c1",
        "plane": "data",
        "operation": "data.messages.create",
        "resource": {"type": "message", "id": "msg_1"},
        "outcome": "success",
        "reason": None,
        "details": {"model": "claude-sonnet-4-5"},
    }


def test_a_log_record_with_a_reason_is_a_failure() -> None:
    record = LogRecord(0, "", "c1", "twin", "twin.unknown", reason="there is no such path")

    doc = record.doc(1)

    assert (doc["outcome"], doc["reason"], doc["resource"]) == (
        "failure",
        "there is no such path",
        None,
    )


def test_secrets_do_not_show_in_the_text_of_a_record() -> None:
    store = MemoryStore()
    tenant = store.add_tenant("t1", "the-hash", "", 0)
    account = store.add_account("t1", "a", b"the-digest", "", 0)

    shown = repr(tenant) + repr(account)

    assert "the-hash" not in shown
    assert "the-digest" not in shown


def test_every_bound_in_all_is_larger_than_one_tenants() -> None:
    pairs: list[tuple[Bound, Bound]] = [
        (memory.LOGS_A_TENANT, memory.LOGS),
        (memory.MESSAGES_A_TENANT, memory.MESSAGES),
        (memory.FEEDBACK_A_TENANT, memory.FEEDBACK),
    ]

    assert all(each.count < in_all.count and each.size < in_all.size for each, in_all in pairs)

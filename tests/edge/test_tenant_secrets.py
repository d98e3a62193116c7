"""A tenant's secret is slow to check, and only once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import attrs
import pytest
import trio
import trio.testing

from simtwin.edge.tenant_secrets import (
    COST,
    REMEMBERED,
    SLOTS,
    WAITING,
    BusyError,
    TenantSecrets,
)
from simtwin.store.work import in_thread, on_the_spot

T = TypeVar("T")


@attrs.define
class Counted:
    """Work that takes a second of virtual time, counted."""

    done: int = 0
    running: int = 0
    most: int = 0

    async def __call__(self, job: Callable[[], T], /) -> T:
        self.running += 1
        self.most = max(self.most, self.running)
        await trio.sleep(1)
        self.running -= 1
        self.done += 1
        return job()


async def kept_elsewhere(secret: str) -> str:
    """What another process keeps of a secret, so that this one has to check it."""
    return await TenantSecrets(on_the_spot, cost=2).hashed("t", secret)


async def test_what_is_kept_tells_how_it_was_made_and_not_from_what() -> None:
    kept = await TenantSecrets(on_the_spot, cost=2).hashed("t", "secret")
    again = await TenantSecrets(on_the_spot, cost=2).hashed("t", "secret")

    assert kept.split("$")[:2] == ["scrypt", "2"]
    assert "secret" not in kept
    assert kept != again


async def test_a_secret_can_be_cheaper_to_check_than_the_others_are() -> None:
    kept = await TenantSecrets(on_the_spot, cost=4).hashed("t", "secret", 2)
    elsewhere = TenantSecrets(on_the_spot, cost=4)

    assert kept.split("$")[:2] == ["scrypt", "2"]
    assert await elsewhere.verify("t", kept, "secret")
    assert not await elsewhere.verify("t", kept, "Secret")


async def test_the_right_secret_holds_and_a_wrong_one_does_not() -> None:
    secrets = TenantSecrets(on_the_spot)
    kept = await kept_elsewhere("secret")

    verdicts = [await secrets.verify("t", kept, given) for given in ("secret", "Secret", "", "s")]

    assert verdicts == [True, False, False, False]


async def test_hashing_in_a_thread_leaves_the_loop_free() -> None:
    thread = await in_thread(threading.get_ident)
    here = await on_the_spot(threading.get_ident)

    assert thread != threading.get_ident()
    assert here == threading.get_ident()


async def test_secrets_are_kept_at_the_full_cost_unless_told_otherwise() -> None:
    secrets = TenantSecrets()

    kept = await secrets.hashed("t", "secret")

    assert kept.startswith(f"scrypt${COST}$")
    assert COST == 16_384
    assert await TenantSecrets().verify("t", kept, "secret")


async def test_a_right_secret_is_checked_once(autojump_clock: trio.testing.MockClock) -> None:
    work = Counted()
    secrets = TenantSecrets(work, cost=2)
    kept = await kept_elsewhere("secret")

    verdicts = [await secrets.verify("t", kept, "secret") for _ in range(5)]

    assert verdicts == [True] * 5
    assert work.done == 1


async def test_a_new_secret_needs_no_check(autojump_clock: trio.testing.MockClock) -> None:
    work = Counted()
    secrets = TenantSecrets(work, cost=2)

    kept = await secrets.hashed("t", "secret")

    assert await secrets.verify("t", kept, "secret")
    assert work.done == 1


async def test_a_remembered_secret_is_remembered_for_its_tenant_and_hash_alone() -> None:
    secrets = TenantSecrets(on_the_spot, cost=2)
    kept = await secrets.hashed("t", "secret")
    other = await kept_elsewhere("other")

    verdicts = [
        await secrets.verify("t", other, "secret"),
        await secrets.verify("u", other, "secret"),
        await secrets.verify("t", kept, "other"),
        await secrets.verify("t", kept, "secret"),
    ]

    assert verdicts == [False, False, False, True]


async def test_a_wrong_secret_is_checked_each_time(
    autojump_clock: trio.testing.MockClock,
) -> None:
    work = Counted()
    secrets = TenantSecrets(work, cost=2)
    kept = await kept_elsewhere("secret")

    for _ in range(3):
        assert not await secrets.verify("t", kept, "wrong")

    assert work.done == 3


async def test_an_endless_secret_is_wrong_without_a_check(
    autojump_clock: trio.testing.MockClock,
) -> None:
    work = Counted()

    right = await TenantSecrets(work).verify("t", await kept_elsewhere("x"), "x" * 100_000)

    assert (right, work.done) == (False, 0)


async def test_checks_run_in_two_slots(autojump_clock: trio.testing.MockClock) -> None:
    work = Counted()
    secrets = TenantSecrets(work, cost=2)
    kept = await kept_elsewhere("secret")

    async with trio.open_nursery() as nursery:
        for tenant in range(10):
            nursery.start_soon(secrets.verify, str(tenant), kept, "wrong")

    assert work.most == SLOTS
    assert trio.current_time() == 5


async def test_those_who_come_at_once_with_the_same_secret_all_get_in(
    autojump_clock: trio.testing.MockClock,
) -> None:
    secrets = TenantSecrets(Counted(), cost=2)
    kept = await kept_elsewhere("secret")
    verdicts = []

    async def verify() -> None:
        verdicts.append(await secrets.verify("t", kept, "secret"))

    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(verify)

    assert verdicts == [True] * 20


async def test_too_many_at_once_are_told_to_come_back(
    autojump_clock: trio.testing.MockClock,
) -> None:
    secrets = TenantSecrets(Counted(), cost=2)
    kept = await kept_elsewhere("secret")
    async with trio.open_nursery() as nursery:
        for tenant in range(SLOTS + WAITING):
            nursery.start_soon(secrets.verify, str(tenant), kept, "wrong")
        await trio.testing.wait_all_tasks_blocked()

        with pytest.raises(BusyError):
            await secrets.verify("late", kept, "secret")
        with pytest.raises(BusyError):
            await secrets.hashed("late", "secret")

        await trio.sleep(SLOTS + WAITING)
        assert await secrets.verify("late", kept, "secret")


async def test_what_is_remembered_is_bounded() -> None:
    secrets = TenantSecrets(on_the_spot, cost=2)
    kept = await secrets.hashed("first", "secret")

    for tenant in range(REMEMBERED):
        await secrets.hashed(str(tenant), "secret")

    assert len(secrets._remembered) == REMEMBERED
    assert "first" not in secrets._remembered
    assert await secrets.verify("first", kept, "secret")

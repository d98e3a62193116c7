"""Keys that nobody made: any text is one, the same one in every run, and not for ever."""

from __future__ import annotations

from hashlib import sha256

import trio
import trio.testing
from virtual import OPERATOR, staged

from simtwin.actors.router import IDLE
from simtwin.core.bucket import NS
from simtwin.core.scope import OfKey, OfTenant
from simtwin.edge.data_plane.open_keys import MOST_OPEN_KEYS, OpenKeys
from simtwin.store.records import AccountRecord


def digest(name: object) -> bytes:
    return sha256(str(name).encode()).digest()


def open_keys() -> tuple[OpenKeys, list[AccountRecord]]:
    dropped: list[AccountRecord] = []
    return OpenKeys(dropped.append), dropped


def test_a_key_is_the_same_account_in_every_run() -> None:
    one, other = open_keys()[0].account(digest("a")), open_keys()[0].account(digest("a"))

    assert one == other
    assert one.api_key_id.startswith("apikey_01")


def test_each_key_is_a_tenant_of_its_own() -> None:
    keys, _ = open_keys()
    one, other = keys.account(digest("a")), keys.account(digest("b"))

    assert one.tenant_id != other.tenant_id
    assert keys.by_id(one.api_key_id) == one
    assert keys.has_tenant(other.tenant_id)
    assert not keys.has_tenant("somebody")
    assert keys.by_id("nobody") is None


def test_what_is_drawn_for_an_open_key_comes_from_its_hash() -> None:
    account = open_keys()[0].account(digest("a"))

    assert account.scope == digest("a").hex()


def test_the_least_recently_used_key_is_dropped_for_a_new_one_too_many() -> None:
    keys, dropped = open_keys()
    first, second = keys.account(digest(0)), keys.account(digest(1))
    for number in range(2, MOST_OPEN_KEYS):
        keys.account(digest(number))
    keys.account(digest(0))

    keys.account(digest("one too many"))

    assert dropped == [second]
    assert keys.by_id(second.api_key_id) is None
    assert not keys.has_tenant(second.tenant_id)
    assert keys.by_id(first.api_key_id) == first


async def test_the_same_key_has_the_same_fates_in_every_run_and_another_has_others(
    front: str,
) -> None:
    settings = {"rules": [{"when": {"chance": 0.5}, "refuse": {"status": 529}}]}
    runs = []
    for _ in range(2):
        async with staged(front, settings=settings, open_keys=True) as stage:
            runs.append(
                [
                    [(await stage.create(key=key)).status_code for _ in range(20)]
                    for key in ("mine", "yours")
                ]
            )

    assert runs[0] == runs[1]
    assert runs[0][0] != runs[0][1]


async def test_the_operator_sets_what_an_open_key_meets(front: str) -> None:
    async with staged(front, open_keys=True) as stage:
        await stage.create(key="mine")
        account = stage.twin.open_keys.account(digest("mine"))
        path = f"/accounts/{account.api_key_id}/settings"
        await stage.control("PUT", path, OPERATOR, {"rules": [{"refuse": {"status": 503}}]})
        mine, yours = await stage.create(key="mine"), await stage.create(key="yours")
        usage = await stage.usage(OPERATOR)

    assert (mine.status_code, yours.status_code) == (503, 200)
    assert {row["api_key_id"] for row in usage} >= {account.api_key_id}


async def test_nothing_is_kept_of_a_key_that_was_dropped(front: str) -> None:
    async with staged(front, tier="tier1", open_keys=True) as stage:
        twin = stage.twin
        await stage.create(key="mine")
        account = twin.open_keys.account(digest("mine"))
        scopes = (OfKey(account.tenant_id, account.api_key_id), OfTenant(account.tenant_id))
        for scope in scopes:
            twin.board.put(scope, {"seed": 99}, 0)

        for number in range(MOST_OPEN_KEYS):
            twin.open_keys.account(digest(number))

        assert twin.keys.state(account.api_key_id) is None
        assert twin.tenants.state(account.tenant_id) is None
        assert [twin.board.own(scope) for scope in scopes] == [None, None]
        again = await stage.create(key="mine")
        assert again.headers["x-simtwin-seed"] == "7"
        assert (await stage.entries(OPERATOR))[-1]["ordinal"] == 0


async def test_a_key_that_is_dropped_in_mid_answer_gets_its_answer(front: str) -> None:
    async with staged(front, tier="tier1", pace="steady", open_keys=True) as stage:
        twin, answers = stage.twin, []

        async def ask() -> None:
            answers.append(await stage.create(key="mine"))

        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask)
            await trio.sleep(0.5)
            for number in range(MOST_OPEN_KEYS):
                twin.open_keys.account(digest(number))
        await trio.sleep(2 * IDLE / NS)

        assert answers[0].status_code == 200
        assert twin.load.idle
        assert (dict(twin.keys.states()), dict(twin.tenants.states())) == ({}, {})

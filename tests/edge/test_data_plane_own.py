"""What the twin itself refuses or breaks is marked as its own, and takes nothing else with it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import attrs
import httpx2
import pytest
import trio
from hearing import hear
from virtual import Stage, staged

from simtwin.actors.actor import MAILBOX_CAPACITY, CrashedError
from simtwin.actors.router import RESTART_WINDOW, RESTARTS
from simtwin.core.bucket import NS
from simtwin.core.fault import Fault
from simtwin.core.key import Key
from simtwin.core.plan import Chunk, End, Head, Plan, Step
from simtwin.edge.data_plane.load import MOST_BODY_BYTES_IN_FLIGHT, MOST_REQUESTS_OF_A_TENANT


@attrs.frozen
class Flawed:
    """A kind of a third party that raises, before it has read anything or after `steps` steps."""

    replaces: ClassVar[bool] = False

    steps: int = 0

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        for number, step in enumerate(plan):
            if number == self.steps:
                raise ZeroDivisionError("a flaw")
            yield step


@attrs.frozen
class Lawless:
    """A kind that takes the head away, or gives it twice, or ends with no end."""

    replaces: ClassVar[bool] = False

    breaks: str

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        head = next(step for step in plan if isinstance(step, Head))
        plans: dict[str, list[Step]] = {
            "headless": [Chunk(b"x"), End()],
            "two heads": [head, head, End()],
            "no end": [head],
        }
        yield from plans[self.breaks]


KINDS: dict[str, type[Fault]] = {"flawed": Flawed, "lawless": Lawless}


def crash(key: Key, now: int) -> tuple[Key, None]:
    raise ZeroDivisionError("made to crash")


def unchanged(key: Key, now: int) -> tuple[Key, None]:
    return key, None


def own(response: httpx2.Response) -> tuple[int, str, str | None]:
    error = response.json()["error"]
    return response.status_code, error["type"], response.headers.get("x-simtwin-cause")


async def last_entry(stage: Stage) -> dict[str, Any]:
    return (await stage.entries())[-1]


async def reason(stage: Stage) -> str:
    logs = (await stage.control("GET", "/logs"))["logs"]
    told: str = next(record["reason"] for record in logs if record["plane"] == "data")
    return told


BROKEN = (500, "api_error", "own")
OVERLOADED = (529, "overloaded_error", "own")


@pytest.mark.parametrize(
    "rule", [{"flawed": {}}, {"flawed": {"steps": 1}}, {"lawless": {"breaks": "headless"}}]
)
async def test_a_kind_that_breaks_is_a_500_of_our_own(
    front: str, rule: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    broken = {"when": {"nth": 1}, **rule}
    async with staged(front, kinds=KINDS, settings={"rules": [broken]}) as stage:
        first, second = await stage.create(stream=True), await stage.create()
        entry = (await stage.entries())[0]

    assert own(first) == BROKEN
    assert first.json()["request_id"] == first.headers["request-id"] == entry["request"]
    assert (entry["status"], entry["cause"]) == (500, "own")
    assert second.status_code == 200
    assert "a plan crashed" in caplog.text


@pytest.mark.parametrize("breaks", ["two heads", "no end"])
async def test_a_plan_that_breaks_the_law_of_plans_is_a_500_of_our_own(
    front: str, breaks: str, caplog: pytest.LogCaptureFixture
) -> None:
    rule = {"lawless": {"breaks": breaks}}
    async with staged(front, kinds=KINDS, settings={"rules": [rule]}) as stage:
        response = await stage.create()
        told = await reason(stage)

    assert own(response) == BROKEN
    assert told.startswith("PlanError: the plan ")


async def test_a_kind_that_breaks_in_mid_stream_ends_the_connection_there(
    front: str, caplog: pytest.LogCaptureFixture
) -> None:
    rules = [{"stall": {"after_events": 3, "seconds": 5}}, {"flawed": {"steps": 6}}]
    async with staged(front, kinds=KINDS, settings={"rules": rules}) as stage:
        heard = await hear(stage, stream=True)
        entry, told = await last_entry(stage), await reason(stage)
        after = await stage.client.get("/v1/models", headers=stage.headers())

    assert (heard.status, len(heard.events)) == (200, 3)
    assert isinstance(heard.error, httpx2.RemoteProtocolError)
    assert (entry["cause"], entry["ended"], entry["status"]) == ("own", "hangup", 200)
    assert told == "ZeroDivisionError: a flaw"
    assert after.status_code == 200


async def test_an_actor_that_is_left_alone_answers_500_until_it_starts_again(
    front: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with staged(front) as stage:
        key, other = stage.tenant.api_key_id, await stage.add_key()
        await stage.create()
        for _ in range(RESTARTS):
            with pytest.raises(CrashedError):
                await stage.twin.keys.ask(key, crash)
        broken = await stage.create()
        unharmed = await stage.create(key=other["api_key"])
        await trio.sleep(RESTART_WINDOW / NS)
        again = await stage.create()
        entries = await stage.entries()

    assert own(broken) == BROKEN
    assert (unharmed.status_code, again.status_code) == (200, 200)
    assert [entry["cause"] for entry in entries] == [None, "own", None, None]
    assert [entry["ordinal"] for entry in entries] == [0, None, 0, 1]


async def test_a_crash_fails_one_request_and_no_answer_under_way(
    front: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with (
        staged(front, pace="steady") as stage,
        trio.open_nursery() as nursery,
    ):
        answers = []

        async def ask() -> None:
            answers.append(await stage.create())

        nursery.start_soon(ask)
        await trio.sleep(0.1)
        with pytest.raises(CrashedError):
            await stage.twin.keys.ask(stage.tenant.api_key_id, crash)
        nursery.start_soon(ask)
        await trio.sleep(5)
        rows = await stage.usage()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert rows[0]["requests"] == {"200": 2}


async def test_a_full_mailbox_is_a_529_of_our_own(front: str) -> None:
    async with staged(front) as stage:
        key = stage.tenant.api_key_id
        reserved = [
            (await stage.twin.keys.ask_reserving(key, unchanged))[1]
            for _ in range(MAILBOX_CAPACITY)
        ]
        full = await stage.create()
        reserved.pop().tell(unchanged)
        await trio.testing.wait_all_tasks_blocked()
        with_room = await stage.create()
        for each in reserved:
            each.tell(unchanged)

    assert (own(full), with_room.status_code) == (OVERLOADED, 200)
    assert full.headers["x-should-retry"] == "true"


async def test_too_many_requests_of_a_tenant_at_once_are_a_529_of_our_own(front: str) -> None:
    async with staged(front) as stage:
        tenant = stage.tenant.tenant_id
        for _ in range(MOST_REQUESTS_OF_A_TENANT):
            stage.twin.load.begin(tenant)
        full = await stage.create()
        stage.twin.load.end(tenant)
        with_room = await stage.create()
        entries = await stage.entries()

    assert (own(full), with_room.status_code) == (OVERLOADED, 200)
    assert [entry["cause"] for entry in entries] == ["own", None]
    # It was turned away at the door: its body was not read.
    assert [entry["body"] is None for entry in entries] == [True, False]


async def test_more_bodies_than_fit_are_a_529_of_our_own(front: str) -> None:
    async with staged(front) as stage:
        stage.twin.load.hold(MOST_BODY_BYTES_IN_FLIGHT)
        full = await stage.create()
        stage.twin.load.release(MOST_BODY_BYTES_IN_FLIGHT)
        with_room = await stage.create()

    assert (own(full), with_room.status_code) == (OVERLOADED, 200)
    assert stage.twin.load.idle


async def test_what_a_tenant_that_is_down_cannot_answer_takes_nothing_from_the_key(
    front: str, caplog: pytest.LogCaptureFixture
) -> None:
    limits = {"tier": "tier1", "pools": {"claude-sonnet-4.x": {"rpm": 1}}}
    async with staged(front, tier="tier1") as stage:
        await stage.configure_key(limits=limits)
        for _ in range(RESTARTS):
            with pytest.raises(CrashedError):
                await stage.twin.tenants.ask(stage.tenant.tenant_id, crash)  # type: ignore[arg-type]  # it crashes on any state
        broken = await stage.create()
        await trio.sleep(RESTART_WINDOW / NS)
        again = await stage.create()

    assert (own(broken), again.status_code) == (BROKEN, 200)


async def test_a_fault_is_not_the_twins_own(front: str) -> None:
    async with staged(front, settings={"script": "500; 529"}) as stage:
        answers = [await stage.create() for _ in range(2)]
        causes = [entry["cause"] for entry in await stage.entries()]

    assert [own(answer)[2] for answer in answers] == causes == [None, None]

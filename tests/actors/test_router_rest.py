"""How what a router knows comes to an end: by rest, by being forgotten, by an asker that leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from random import Random

import attrs
import trio
import trio.testing

from simtwin.actors.actor import Message
from simtwin.actors.router import IDLE, Router, Statistics
from simtwin.core.bucket import NS

State = tuple[str, ...]

PAST_REST = 2 * IDLE / NS


def saying(word: str) -> Message[State, None]:
    return lambda state, now: ((*state, word), None)


@attrs.frozen
class Site:
    router: Router[State]
    nursery: trio.Nursery


@asynccontextmanager
async def a_site(rested: Callable[[State, int], State] | None = None) -> AsyncIterator[Site]:
    async with trio.open_nursery() as nursery:
        yield Site(Router(nursery, lambda now: (), rested=rested), nursery)
        nursery.cancel_scope.cancel()


async def test_an_asker_that_leaves_has_asked_wholly_or_not_at_all() -> None:
    """Whether its message or its end comes first is up to the scheduler."""
    async with a_site() as site:
        for number in range(50):
            with trio.move_on_after(0):
                _, reservation = await site.router.ask_reserving(str(number), saying("asked"))
                reservation.tell(saying("told"))
        await trio.testing.wait_all_tasks_blocked()

        assert {state for _, state in site.router.states()} <= {(), ("asked", "told")}


async def test_an_asker_that_leaves_keeps_no_actor_awake(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_site() as site:
        for number in range(50):
            with trio.move_on_after(0):
                _, reservation = await site.router.ask_reserving(str(number), saying("asked"))
                reservation.tell(saying("told"))
        await trio.sleep(PAST_REST)

        assert site.router.statistics() == Statistics(active=0, passive=50, given_up=0)
        assert not site.nursery.child_tasks


async def test_an_actor_comes_to_rest_at_whatever_moment_it_was_last_asked(
    autojump_clock: trio.testing.MockClock,
) -> None:
    """Its deadline is a float, and so is the moment that it is woken at."""
    moments = Random("moments")
    async with a_site() as site:
        for number in range(300):
            await site.router.ask(str(number), saying("word"))
            await trio.sleep(PAST_REST + moments.random())

        assert site.router.statistics() == Statistics(active=0, passive=300, given_up=0)


async def test_what_rests_is_kept_as_it_is_to_be_at_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    moments = []

    def rested(state: State, now: int) -> State:
        moments.append(now)
        return state[-1:]

    async with a_site(rested) as site:
        await site.router.ask("a", saying("one"))
        await site.router.ask("a", saying("two"))
        began = trio.current_time()
        assert site.router.state("a") == ("one", "two")
        await trio.sleep(PAST_REST)

        assert site.router.state("a") == ("two",)
        assert [round(moment / NS - began, 3) for moment in moments] == [IDLE / NS]


async def test_an_address_that_was_forgotten_begins_anew(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_site() as site:
        await site.router.ask("active", saying("one"))
        site.router.forget("active")
        await site.router.ask("active", saying("two"))
        await site.router.ask("passive", saying("one"))
        await trio.sleep(PAST_REST)
        site.router.forget("passive")
        await site.router.ask("passive", saying("two"))

        assert dict(site.router.states()) == {"active": ("two",), "passive": ("two",)}


async def test_what_is_under_way_with_an_actor_that_was_forgotten_ends_with_it(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_site() as site:
        _, reservation = await site.router.ask_reserving("a", saying("asked"))
        site.router.forget("a")
        await site.router.ask("a", saying("anew"))
        reservation.tell(saying("told"))
        await trio.sleep(PAST_REST)

        assert dict(site.router.states()) == {"a": ("anew",)}
        assert not site.nursery.child_tasks


async def test_to_forget_what_was_never_asked_is_no_mistake() -> None:
    async with a_site() as site:
        site.router.forget("nobody")

        assert dict(site.router.states()) == {}

"""Actors wake on the first message, rest when idle, and a crash takes nothing else with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

from simtwin.actors import actor as actor_module
from simtwin.actors.actor import CrashedError
from simtwin.actors.mailbox import MailboxFullError
from simtwin.actors.router import IDLE, RESTART_WINDOW, RESTARTS, Router, Statistics
from simtwin.core.bucket import NS

State = tuple[str, ...]


def say(word: str, state: State = (), now: int = 0) -> tuple[State, int]:
    return (*state, word), len(state) + 1


def saying(word: str) -> actor_module.Message[State, int]:
    return lambda state, now: say(word, state, now)


def crash(state: State, now: int) -> tuple[State, int]:
    raise ZeroDivisionError("made to crash")


@asynccontextmanager
async def a_router(idle: int = IDLE) -> AsyncIterator[Router[State]]:
    async with trio.open_nursery() as nursery:
        yield Router(nursery, lambda now: (), idle)
        nursery.cancel_scope.cancel()


async def test_an_ask_is_answered_and_changes_the_state() -> None:
    async with a_router() as router:
        first = await router.ask("a", saying("one"))
        second = await router.ask("a", saying("two"))

        assert (first, second) == (1, 2)
        assert router.state("a") == ("one", "two")


async def test_actors_do_not_share_state() -> None:
    async with a_router() as router:
        await router.ask("a", saying("one"))
        await router.ask("b", saying("other"))

        assert dict(router.states()) == {"a": ("one",), "b": ("other",)}


async def test_an_address_that_was_never_asked_costs_nothing() -> None:
    async with a_router() as router:
        assert router.statistics() == Statistics(active=0, passive=0, given_up=0)
        assert router.state("a") is None


async def test_an_idle_actor_rests_and_wakes_with_its_state(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_router() as router:
        await router.ask("a", saying("one"))
        assert router.statistics() == Statistics(active=1, passive=0, given_up=0)

        await trio.sleep(IDLE / NS + 1)
        assert router.statistics() == Statistics(active=0, passive=1, given_up=0)

        assert await router.ask("a", saying("two")) == 2
        assert router.statistics() == Statistics(active=1, passive=0, given_up=0)


async def test_an_actor_that_is_asked_now_and_then_does_not_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_router() as router:
        for _ in range(5):
            await router.ask("a", saying("word"))
            await trio.sleep(IDLE / NS * 0.9)

        assert router.statistics().active == 1


async def test_an_actor_with_an_open_reservation_does_not_rest(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_router() as router:
        _, reservation = await router.ask_reserving("a", saying("asked"))
        await trio.sleep(10 * IDLE / NS)
        assert router.statistics().active == 1

        reservation.tell(saying("told"))
        await trio.sleep(2 * IDLE / NS)

        assert router.statistics() == Statistics(active=0, passive=1, given_up=0)
        assert router.state("a") == ("asked", "told")


async def test_telling_works_from_a_cancelled_task() -> None:
    async with a_router() as router:
        with trio.CancelScope() as scope:
            _, reservation = await router.ask_reserving("a", saying("asked"))
            scope.cancel()
            try:
                await trio.sleep_forever()
            finally:
                reservation.tell(saying("told"))
        await trio.testing.wait_all_tasks_blocked()

        assert router.state("a") == ("asked", "told")


async def test_a_second_tell_of_one_reservation_is_ignored() -> None:
    async with a_router() as router:
        _, reservation = await router.ask_reserving("a", saying("asked"))
        reservation.tell(saying("told"))
        reservation.tell(saying("told twice"))
        await trio.testing.wait_all_tasks_blocked()

        assert router.state("a") == ("asked", "told")


async def test_a_full_mailbox_refuses_at_once() -> None:
    async with a_router() as router:
        refused = 0
        capacity = actor_module.MAILBOX_CAPACITY

        async def ask() -> None:
            nonlocal refused
            try:
                await router.ask_reserving("a", saying("x"))
            except MailboxFullError:
                refused += 1

        async with trio.open_nursery() as nursery:
            for _ in range(capacity + 10):
                nursery.start_soon(ask)

        assert refused == 10


async def test_a_crash_fails_only_the_message_that_it_happened_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    outcomes: dict[str, object] = {}

    async def ask(name: str, address: str, message: actor_module.Message[State, int]) -> None:
        try:
            outcomes[name] = await router.ask(address, message)
        except CrashedError as error:
            outcomes[name] = str(error)

    async with a_router() as router:
        await router.ask("a", saying("before"))
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ask, "crash", "a", crash)
            nursery.start_soon(ask, "same", "a", saying("after"))
            nursery.start_soon(ask, "other", "b", saying("elsewhere"))

        assert outcomes["crash"] == "the actor of a crashed on this request"
        assert outcomes["same"] == 2
        assert outcomes["other"] == 1
        assert router.state("a") == ("before", "after")
    assert "made to crash" in caplog.text


async def test_an_actor_that_crashes_too_often_is_left_alone_for_a_while(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_router() as router:
        await router.ask("a", saying("good"))
        for _ in range(RESTARTS):
            with pytest.raises(CrashedError, match="on this request"):
                await router.ask("a", crash)

        with pytest.raises(CrashedError, match="left alone for now"):
            await router.ask("a", saying("too early"))
        assert router.statistics().given_up == 1
        assert await router.ask("b", saying("unharmed")) == 1

        await trio.sleep(RESTART_WINDOW / NS)

        assert await router.ask("a", saying("again")) == 2
        assert router.state("a") == ("good", "again")


async def test_what_is_told_to_an_actor_left_alone_is_not_lost(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with a_router() as router:
        _, reservation = await router.ask_reserving("a", saying("asked"))
        for _ in range(RESTARTS):
            with pytest.raises(CrashedError):
                await router.ask("a", crash)
        reservation.tell(saying("told"))

        await trio.sleep(RESTART_WINDOW / NS + 1)

        assert router.state("a") == ("asked", "told")


async def test_at_shutdown_what_was_told_last_is_in_the_books() -> None:
    async with a_router() as router:
        _, reservation = await router.ask_reserving("a", saying("asked"))
        reservation.tell(saying("told"))

    assert router.state("a") == ("asked", "told")


async def test_an_ask_that_nobody_is_before_takes_no_turn_of_the_scheduler() -> None:
    async with a_router() as router:
        with pytest.raises(StopIteration) as answered:
            router.ask("a", saying("one")).send(None)

        assert answered.value.value == 1
        assert router.state("a") == ("one",)


async def test_an_ask_comes_after_what_was_said_before_it() -> None:
    async with a_router() as router:
        _, reservation = await router.ask_reserving("a", saying("asked"))
        reservation.remark(saying("remarked"))
        await router.ask("a", saying("asked again"))
        reservation.remark(saying("remarked again"))
        reservation.tell(saying("told"))
        await trio.testing.wait_all_tasks_blocked()

        words = ("asked", "remarked", "asked again", "remarked again", "told")
        assert router.state("a") == words

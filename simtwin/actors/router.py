"""Finds the actor of an address, wakes it when it is needed and lets it rest when it is not.

An address that was never asked costs nothing. A passive actor is its state and no task; the first
message makes it active, and after some idleness it is passive again.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Generic, TypeVar

import attrs
import trio

from simtwin.actors.actor import Actor, Ask, CrashedError, Message, present
from simtwin.actors.mailbox import MailboxFullError
from simtwin.core.bucket import NS

log = logging.getLogger(__name__)

S = TypeVar("S")
R = TypeVar("R")

#: Long enough to outlive the pauses of a client between turns, short against a working day.
IDLE = 60 * NS
#: Erlang/OTP's default intensity is 1 in 5 s; tests crash actors on purpose, so a little more.
RESTARTS, RESTART_WINDOW = 5, 60 * NS


@attrs.frozen
class Statistics:
    """How many actors there are: with a task, without one, given up for now."""

    active: int
    passive: int
    given_up: int


class Reservation(Generic[S]):
    """The right to tell an actor one more thing, whatever happens in between."""

    def __init__(self, actor: Actor[S]) -> None:
        self._actor: Actor[S] | None = actor

    def tell(self, message: Message[S, Any]) -> None:
        """Send the message. Never waits; a second one is ignored."""
        if self._actor is not None:
            self._actor.mailbox.reserved -= 1
            if self._actor.at_once(message) is None:
                self._actor.mailbox.reserved += 1
                self._actor.mailbox.put_reserved(Ask(message))
            self._actor = None

    def remark(self, message: Message[S, Any]) -> None:
        """Send a message that may be lost: where the mailbox is full it is."""
        if self._actor is not None:
            with suppress(MailboxFullError):
                self._actor.mailbox.put(Ask(message))


class Router(Generic[S]):
    """The actors of one kind of state, by address.

    Args:
        nursery: where their tasks live.
        fresh: the state of an address that was never asked, from the time (ns).
        idle: ns without a message after which an actor rests.
        rested: what is kept of the state of one that rests, from the state and the time (ns).
    """

    def __init__(
        self,
        nursery: trio.Nursery,
        fresh: Callable[[int], S],
        idle: int = IDLE,
        rested: Callable[[S, int], S] | None = None,
    ) -> None:
        self._nursery = nursery
        self._fresh = fresh
        self._idle = idle
        self._rested = rested
        self._active: dict[str, Actor[S]] = {}
        self._passive: dict[str, S] = {}
        self._crashes: dict[str, deque[int]] = {}

    async def ask(self, address: str, message: Message[S, R]) -> R:
        """The reply to `message`.

        Raises:
            MailboxFullError: too much is waiting for this actor already.
            CrashedError: the actor crashed on it; its state is as if it had never been sent.
        """
        return (await self._ask(address, message, reserves=False))[0]

    async def ask_reserving(self, address: str, message: Message[S, R]) -> tuple[R, Reservation[S]]:
        """Like `ask`, and a place is reserved for one message that follows it."""
        reply, actor = await self._ask(address, message, reserves=True)
        return reply, Reservation(actor)

    def states(self) -> Iterator[tuple[str, S]]:
        """Every address with the state that it is in: values, so a reader cannot touch them."""
        yield from self._passive.items()
        yield from ((address, actor.state) for address, actor in self._active.items())

    def state(self, address: str) -> S | None:
        """The state that an address is in, None where it was never asked."""
        actor = self._active.get(address)
        return self._passive.get(address) if actor is None else actor.state

    def forget(self, address: str) -> None:
        """Drop what is known of an address, which begins anew when it is asked again.

        What is under way with its actor ends there, and is nobody's any more.
        """
        self._active.pop(address, None)
        self._passive.pop(address, None)
        self._crashes.pop(address, None)

    def statistics(self) -> Statistics:
        """How many actors there are, of each sort."""
        given_up = sum(self._given_up(address) for address in self._crashes)
        return Statistics(len(self._active), len(self._passive), given_up)

    async def _ask(
        self, address: str, message: Message[S, R], *, reserves: bool
    ) -> tuple[R, Actor[S]]:
        if address in self._crashes and self._given_up(address):
            raise CrashedError(
                f"the actor of {address} crashed too often; it is left alone for now"
            )
        actor = self._active.get(address) or self._activate(address)
        answered_at_once = actor.at_once(message, reserves=reserves)
        if answered_at_once is not None:
            return answered_at_once.reply, actor
        ask: Ask[S, R] = Ask(message, reserves)
        answered = ask.answered = trio.Event()
        actor.mailbox.put(ask)
        try:
            await answered.wait()
        except trio.Cancelled:
            # Both may happen in one turn of the scheduler. What was done is not to be undone, so it
            # is told as done: the asker is cancelled all the same when it next waits.
            if not answered.is_set():
                ask.abandoned = True
                raise
        if ask.failed:
            raise CrashedError(f"the actor of {address} crashed on this request")
        return ask.reply, actor  # type: ignore[return-value]  # answered and not failed

    def _activate(self, address: str) -> Actor[S]:
        state = self._passive.pop(address, None)
        actor = Actor(self._fresh(present()) if state is None else state)
        self._active[address] = actor
        self._nursery.start_soon(self._supervise, address, actor)
        return actor

    async def _supervise(self, address: str, actor: Actor[S]) -> None:
        """Run an actor; start it again from its last good state, within its restart budget."""
        try:
            while True:
                try:
                    await actor.run(self._idle)
                except Exception:
                    log.exception("the actor of %s crashed", address)
                    crashes = self._crashes.setdefault(address, deque(maxlen=RESTARTS))
                    crashes.append(present())
                    if self._given_up(address):
                        actor.fail_asks()
                        await trio.sleep_until((crashes[0] + RESTART_WINDOW) / NS)
                else:
                    return
        finally:
            self._rest(address, actor)

    def _rest(self, address: str, actor: Actor[S]) -> None:
        """Keep the state without the task; at shutdown, with what was told last."""
        try:
            actor.drain()
        except Exception:
            log.exception("the actor of %s crashed on its last messages", address)
        if self._active.get(address) is not actor:
            return
        del self._active[address]
        state = actor.state
        self._passive[address] = state if self._rested is None else self._rested(state, present())

    def _given_up(self, address: str) -> bool:
        crashes = self._crashes.get(address)
        if crashes is None or len(crashes) < RESTARTS:
            return False
        return present() < crashes[0] + RESTART_WINDOW

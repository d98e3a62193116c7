"""An actor: one owner task around a value.

    message(state, now) ─► (state, reply)

A message that nobody is before is handled where it is sent, with no round through the scheduler: it
waits for nothing, so that nobody can tell the difference but by the clock.

State is a value and a message a pure function on it, so an actor that crashes on a message is
still in its last good state: the assignment never happened.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import attrs
import trio

from simtwin.actors.mailbox import Mailbox
from simtwin.core.bucket import NS

S = TypeVar("S")
R = TypeVar("R")

#: What an actor is asked or told: the state and the time (ns) to the next state and a reply.
Message = Callable[[S, int], tuple[S, R]]

#: Settles of 2,000 answers under way (the most connections of a tenant) and as many asks fit.
MAILBOX_CAPACITY = 4_096


class CrashedError(Exception):
    """The actor crashed on this message, or crashed too often of late to be asked."""


def present() -> int:
    """The time in ns on the clock of the running loop."""
    return round(trio.current_time() * NS)


@attrs.define(eq=False)
class Ask(Generic[S, R]):
    """A message on its way, and its answer once there is one."""

    message: Message[S, R]
    #: Set for an ask that a Settle will follow: a place is reserved for it when it is answered.
    reserves: bool = False
    answered: trio.Event | None = None
    reply: R | None = None
    failed: bool = False
    abandoned: bool = False

    def finish(self, reply: R | None, *, failed: bool = False) -> None:
        self.reply = reply
        self.failed = failed
        if self.answered is not None:
            self.answered.set()


@attrs.frozen
class Answered(Generic[R]):
    """The reply to a message that was handled on the spot."""

    reply: R


class Actor(Generic[S]):
    """One piece of state, its mailbox, and the loop that owns both."""

    def __init__(self, state: S) -> None:
        self.state = state
        self.mailbox: Mailbox[Ask[S, Any]] = Mailbox(MAILBOX_CAPACITY)
        self.last_active = present()

    async def run(self, idle: int) -> None:
        """Handle messages until there was none for `idle` ns and none is announced.

        Raises:
            Exception: whatever a message raised; it was failed, and the state is as before it.
        """
        while True:
            since = self.last_active
            with trio.CancelScope(deadline=(since + idle) / NS):
                while True:
                    await self.mailbox.wait()
                    self.drain()
            if not self.mailbox.quiet:
                self.last_active = present()
            elif self.last_active == since:
                return

    def at_once(self, message: Message[S, R], *, reserves: bool = False) -> Answered[R] | None:
        """Handle a message on the spot, as the owner would if it were put in the mailbox now.

        None where it has to go through the mailbox: others wait, there is no place, or it raises.
        A message is a function of values, so that the owner can handle it again and crash on it.
        """
        if not self.mailbox.has_place or len(self.mailbox):
            return None
        now = present()
        try:
            state, reply = message(self.state, now)
        except Exception:  # noqa: BLE001  # whatever it is, the owner meets it again
            return None
        self.state, self.last_active = state, now
        self.mailbox.reserved += reserves
        return Answered(reply)

    def drain(self) -> None:
        """Handle every message that is there."""
        self.last_active = now = present()
        while (ask := self.mailbox.take()) is not None:
            if ask.abandoned:
                continue
            try:
                self.state, reply = ask.message(self.state, now)
            except Exception:
                ask.finish(None, failed=True)
                raise
            if ask.reserves:
                self.mailbox.reserved += 1
            ask.finish(reply)

    def fail_asks(self) -> None:
        """Fail every ask that waits; what was told stays, it is nobody's to repeat."""
        self.mailbox.keep(self._told)

    @staticmethod
    def _told(ask: Ask[S, Any]) -> bool:
        if ask.answered is None:
            return True
        ask.finish(None, failed=True)
        return False

"""The door that connections come in by: the operator's rules for them, carried out."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import trio

from simtwin.actors.actor import present
from simtwin.api.errors import ApiError, error_plan
from simtwin.core.board import Board
from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.connections import (
    BlackHole,
    Close,
    ConnectionRule,
    Early,
    Fate,
    Idle,
    Refuse,
    Stale,
    decide,
    next_turn,
    refuses,
    shutting,
)
from simtwin.core.plan import Chunk, Head
from simtwin.core.scope import Operator
from simtwin.core.tls import Tls
from simtwin.edge.wire import Wire

#: What chance is drawn under, beside tenants and keys.
_SCOPE = "connections"
#: A head that is longer is not waited for: none of the SDKs sends a tenth of it.
_LONGEST_HEAD = 65_536
_RECEIVE_BYTES = 65_536
_GONE = (trio.BrokenResourceError, trio.ClosedResourceError)


class Doors:
    """What becomes of connections by the rules of the operator.

    Args:
        board: has the rules.
        max_wait: the longest that any one wait lasts, seconds.
    """

    def __init__(self, board: Board, max_wait: float) -> None:
        self._fired: dict[str, int] = {}
        self._board = board
        self._max_wait = max_wait
        self._rules: tuple[ConnectionRule, ...] = ()
        self._looked: Mapping[str, int] = {}
        self._change = trio.Event()

    @property
    def refusing(self) -> bool:
        """Whether nobody is to listen now."""
        return refuses(self._in_force(), present())

    def statistics(self) -> list[dict[str, Any]]:
        """Of each rule in force: its name, at how many connections it looked, on how many it fired.

        One that refuses sees none; it has fired once nobody listened for its sake.
        """
        return [
            {
                "name": rule.name,
                "looked": self._looked.get(rule.name, 0),
                "fired": self._fired.get(rule.name, 0),
            }
            for rule in self._in_force()
        ]

    def changed(self) -> None:
        """Settings have changed, or begin anew."""
        self._change.set()
        self._change = trio.Event()

    async def until(self, *, refusing: bool) -> None:
        """Wait until connections are refused, or are accepted again."""
        while self.refusing is not refusing:
            now = present()
            turn = next_turn(self._in_force(), now)
            change = self._change
            self._note_shut()
            with trio.CancelScope() as scope:
                if turn is not None:
                    scope.deadline = trio.current_time() + (turn - now) / NS
                await change.wait()
        self._note_shut()

    def _note_shut(self) -> None:
        for rule in shutting(self._in_force(), present()):
            self._fired[rule.name] = 1

    async def admit(self, wire: Wire) -> bool:
        """Let a connection meet its fate; whether it is to be served."""
        rules = self._in_force()
        if not rules:
            return True
        seed = self._board.in_force(Operator()).seed

        def chance(rule: str, number: int) -> Random:
            return draw(seed, _SCOPE, number, rule)

        fired, self._looked = decide(rules, self._looked, present(), chance)
        for rule in fired:
            self._fired[rule.name] = self._fired.get(rule.name, 0) + 1
            if not await self._meet(wire, rule.fate):
                return False
        return True

    def _in_force(self) -> tuple[ConnectionRule, ...]:
        rules = self._board.in_force(Operator()).connections
        if rules != self._rules:
            self._rules, self._looked, self._fired = rules, {}, {}
        return rules

    async def _meet(self, wire: Wire, fate: Fate) -> bool:
        match fate:
            case Stale(request, reset):
                wire.go_stale(request, reset=reset)
                return True
            case Idle(seconds, reset):
                wire.rest_until(seconds, reset=reset)
                return True
            case Close(after_seconds, reset):
                await self._wait(wire, after_seconds)
                await wire.hang_up(reset=reset)
            case BlackHole(seconds):
                await self._wait(wire, self._max_wait if seconds is None else seconds)
                await wire.hang_up(reset=False)
            case Tls(handshake="whole"):
                wire.greeting = fate
                return True
            case Tls():
                await self._break_off(wire, fate)
            case Early(status, reset):
                await _answer_early(wire, status, reset=reset)
            case Refuse():
                pass
        return False

    async def _break_off(self, wire: Wire, fate: Tls) -> None:
        """Hear the first word of a handshake, and say none."""
        try:
            heard = await wire.receive_some(_RECEIVE_BYTES)
        except _GONE:
            return
        if heard and fate.handshake == "stall":
            await self._wait(wire, self._max_wait if fate.seconds is None else fate.seconds)
        await wire.hang_up(reset=fate.handshake == "reset")

    async def _wait(self, wire: Wire, seconds: float) -> None:
        """Take what comes for so long, or until the client leaves: else it would stay for nothing."""
        with trio.move_on_after(min(seconds, self._max_wait)):
            await _swallow(wire)


async def _swallow(wire: Wire) -> None:
    try:
        while await wire.receive_some(_RECEIVE_BYTES):
            pass
    except _GONE:
        return


async def _answer_early(wire: Wire, status: int, *, reset: bool) -> None:
    """Answer as soon as the head of a request is there."""
    heard = b""
    try:
        while b"\r\n\r\n" not in heard and len(heard) < _LONGEST_HEAD:
            data = await wire.receive_some(_RECEIVE_BYTES)
            if not data:
                return
            heard += data
        for step in error_plan(ApiError.of(status), (("connection", "close"),)):
            match step:
                case Head():
                    await wire.raw(step.written)
                case Chunk(data):
                    await wire.raw(data)
                case _:
                    await wire.hang_up(reset=reset)
    except _GONE:
        return

"""One connection that speaks HTTP/1.1, from its first byte until it is closed, whoever does that.

    Wire ─► Intake ─► RequestHead ─► the app, in the connection's own task ─► Answer ─► Wire

A request that came in whole and is answered without waiting takes one turn of the scheduler.

What is not plain (see request_head.py) is left to Hypercorn, with the connection from there on:
HTTP/2 by prior knowledge or upgrade, HTTP/1.0, chunked bodies, 100-continue, and all that is to be
refused.
"""

from __future__ import annotations

import logging
import math
from contextlib import suppress
from typing import Any
from urllib.parse import unquote

import trio

from simtwin.edge.connection import IN_THE_CLEAR, App, Connection, Shared
from simtwin.edge.http1.intake import Intake
from simtwin.edge.http1.request_head import RequestHead, plain
from simtwin.edge.http1.turn import Turn
from simtwin.edge.tls.greeting import Agreed, greet
from simtwin.edge.wire import Wire

LOG = logging.getLogger(__name__)

_ASGI = {"spec_version": "2.1", "version": "3.0"}
_HEAD_ENDS = b"\r\n\r\n"
#: The first bytes that no request line begins with: spaces, line breaks, and a TLS handshake.
_NO_REQUEST = 0x21


class Line:
    """A connection of HTTP/1.1, or of whatever it turns out to be.

    Args:
        app: serves the requests, each of which sees the wire in `scope["state"]["wire"]`.
        wire: the transport.
        shared: what it has in common with others; its own where it is alone.
    """

    def __init__(self, app: App, wire: Wire, shared: Shared | None = None) -> None:
        self.wire = wire
        self._app = app
        self._shared = shared or Shared()
        self._idle = True
        self._agreed = IN_THE_CLEAR
        self._plain = trio.CancelScope()
        self._hypercorn: Connection | None = None

    @property
    def idle(self) -> bool:
        """Whether no request is under way."""
        return self._idle if self._hypercorn is None else self._hypercorn.idle

    def close_if_idle(self) -> None:
        """Stop where no request is under way."""
        if self._hypercorn is not None:
            self._hypercorn.close_if_idle()
        elif self._idle:
            self._plain.cancel()

    async def run(self) -> None:
        """Serve the connection. Whatever goes wrong stays inside it."""
        try:
            agreed: Agreed | None = IN_THE_CLEAR
            if self._shared.tls is not None or self.wire.greeting is not None:
                agreed = await greet(self.wire, self._shared.tls)
            if agreed is None:
                return
            self._agreed = agreed
            if agreed.protocol == "h2":
                self._leave_to_hypercorn()
            else:
                await self._serve_plain()
            if self._hypercorn is not None:
                await self._hypercorn.run()
        except (OSError, trio.BrokenResourceError, trio.ClosedResourceError):
            pass  # gone before its address could be asked for, or before it agreed on TLS
        except Exception:
            LOG.exception("a connection crashed")
        finally:
            with trio.CancelScope(shield=True):
                await self.wire.aclose()

    async def _serve_plain(self) -> None:
        """Serve what is plain, until there is something else or nothing more."""
        client, server = self.wire.addresses()
        scheme = "https" if self._agreed.secure else "http"
        given = {"scheme": scheme, "client": client, "server": server}
        with self._plain:
            async with trio.open_nursery() as nursery:
                intake = Intake(self.wire, nursery)
                self.wire.attended_by(intake.attend)
                while (head := await self._next_head(intake)) is not None:
                    turn = Turn(head, intake, self.wire)
                    if not await self._answered(turn, _scope(head, given, self.wire)):
                        break
                nursery.cancel_scope.cancel()
            if self._hypercorn is not None:
                self.wire.unread(bytes(intake.bytes))

    async def _next_head(self, intake: Intake) -> RequestHead | None:
        """The next request; None where the client left, and where it is not one of ours."""
        self._rest()
        ends = intake.bytes.find(_HEAD_ENDS)
        while ends < 0:
            looked_at = len(intake.bytes)
            if looked_at and not self._may_become_plain(intake.bytes):
                self._leave_to_hypercorn()
                return None
            if not await intake.more():
                return None
            ends = intake.bytes.find(_HEAD_ENDS, max(0, looked_at - len(_HEAD_ENDS)))
        size = ends + len(_HEAD_ENDS)
        head = plain(bytes(intake.bytes[:size]))
        if head is None:
            self._leave_to_hypercorn()
            return None
        del intake.bytes[:size]
        self._idle = False
        self._plain.deadline = math.inf
        self.wire.begin()
        return head

    def _may_become_plain(self, beginning: bytearray) -> bool:
        most = self._shared.config.h11_max_incomplete_size
        return len(beginning) <= most and beginning[0] >= _NO_REQUEST

    def _leave_to_hypercorn(self) -> None:
        self._hypercorn = Connection(self._app, self.wire, self._shared, self._agreed)

    def _rest(self) -> None:
        self._idle = True
        self.wire.rest()
        idle = self.wire.idle_seconds
        longest = self._shared.config.keep_alive_timeout if idle is None else idle
        self._plain.deadline = trio.current_time() + longest

    async def _answered(self, turn: Turn, scope: dict[str, Any]) -> bool:
        """Have the app answer a request; whether the connection goes on."""
        try:
            await self._app(scope, turn.receive, turn.send)
        except BaseExceptionGroup as group:
            _, crash = group.split(trio.Cancelled)
            if not isinstance(crash, ExceptionGroup):
                raise
            LOG.exception("the app crashed", exc_info=crash)
        except Exception:
            LOG.exception("the app crashed")
        turn.end()
        await turn.fail()
        with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
            await self.wire.flush()
        if turn.goes_on and not self._shared.stopping and self.wire.ended is None:
            return True
        await self.wire.hang_up(reset=False)
        return False


def _scope(head: RequestHead, given: dict[str, Any], wire: Wire) -> dict[str, Any]:
    """What ASGI knows of a request."""
    path, _, query = head.target.partition(b"?")
    text = path.decode("ascii")
    return {
        "type": "http",
        "http_version": "1.1",
        "asgi": _ASGI,
        "method": head.method.decode("ascii").upper(),
        "path": unquote(text) if "%" in text else text,
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": head.headers,
        **given,
        "state": {"wire": wire},
        "extensions": {},
    }

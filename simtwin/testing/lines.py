"""One end of a connection inside the process, as an HTTP library sees it.

A memory stream knows only one end, so what a real socket would raise comes from the wire's own
record of how it ended.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import trio
import trio.testing

from simtwin.edge.wire import Wire


class Line:
    """The client's end of one connection.

    Args:
        stream: the memory stream.
        wire: the server's end.
        errors: the library whose exceptions are raised, `httpcore` or `httpcore2`.
    """

    def __init__(self, stream: trio.abc.Stream, wire: Wire, errors: ModuleType) -> None:
        self._stream = stream
        self._wire = wire
        self._errors: Any = errors

    async def read(
        self,
        max_bytes: int,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's interface
    ) -> bytes:
        """What the app sent, empty after its FIN.

        It is handed over once nobody else has work: then the books of an answer are closed before
        its client knows that it has ended.

        Raises:
            ReadError: the app reset the connection, and what came before is read.
            ReadTimeout: nothing came for `timeout` seconds.
        """
        with _as_library(self._errors.ReadTimeout, self._errors.ReadError):
            with trio.fail_after(math.inf if timeout is None else timeout):
                data = await self._stream.receive_some(max_bytes)
            await trio.testing.wait_all_tasks_blocked()
            if not data and self._wire.ended == "rst":
                raise trio.BrokenResourceError("connection reset by peer")
        return bytes(data)

    async def write(
        self,
        buffer: bytes,
        timeout: float | None = None,  # noqa: ASYNC109  # httpcore's interface
    ) -> None:
        """Send to the app.

        Raises:
            WriteError: the app has hung up.
            WriteTimeout: the app took nothing for `timeout` seconds.
        """
        if not buffer:
            return
        with (
            _as_library(self._errors.WriteTimeout, self._errors.WriteError),
            trio.fail_after(math.inf if timeout is None else timeout),
        ):
            await self._stream.send_all(buffer)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(self, *_options: Any, **_more: Any) -> Line:
        """The same line: there is nobody in the process to keep a secret from."""
        return self

    def get_extra_info(self, info: str) -> Any:
        """Only `is_readable`: on a connection at rest, whether the app has closed it."""
        return self._wire.ended is not None if info == "is_readable" else None


class BlockingLine:
    """The same for a client that blocks.

    Args:
        line: the end in the loop.
        step: does something in the loop, which stands still before and after.
    """

    def __init__(self, line: Line, step: Callable[..., Any]) -> None:
        self._line = line
        self._step = step

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data: bytes = self._step(self._line.read, max_bytes, timeout)
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._step(self._line.write, buffer, timeout)

    def close(self) -> None:
        self._step(self._line.aclose)

    def start_tls(self, *_options: Any, **_more: Any) -> BlockingLine:
        return self

    def get_extra_info(self, info: str) -> Any:
        return self._line.get_extra_info(info)


@contextmanager
def _as_library(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except trio.TooSlowError as error:
        raise late(error) from error
    except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
        raise broken(error) from error

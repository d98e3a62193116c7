"""A file that is being written, and one that is being read, where others do not wait for the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

import attrs
import trio

from simtwin.store.body import HEAD, WHOLE, Body, excerpt, keep
from simtwin.store.work import Work

if TYPE_CHECKING:
    from simtwin.store.blobs import Blobs

#: What goes to the disk at once, and so the most of a draft that is in memory: a visit to another
#: thread costs 0.1 ms, as much as writing this does.
BUFFER_BYTES = 1024 * 1024

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}


class FullError(Exception):
    """There is no room for more; the text says where."""


@contextmanager
def _telling_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise FullError("there is no room left where data is kept") from error
        raise


@attrs.frozen
class Blob:
    """A file that is kept: its name, whose it is, and its size in bytes."""

    name: str
    owner: str
    size: int


class Draft:
    """A file of a tenant that is not whole yet; see `Blobs.draft`.

    Whoever made it either keeps it or discards it.

    Attributes:
        owner: whose it is.
        size: the bytes that were written.
    """

    def __init__(self, blobs: Blobs, owner: str) -> None:
        self.owner = owner
        self.size = 0
        self._blobs = blobs
        self._digest = sha256()
        self._head = bytearray()
        self._buffer = bytearray()
        self._path: Path | None = None
        self._file: IO[bytes] | None = None
        self._over = False

    async def write(self, piece: bytes | bytearray | memoryview) -> None:
        """Add a piece.

        Raises:
            FullError: the tenant, or all, have too much, or the disk is full.
            OSError: the disk does not take it.
        """
        self._blobs.reserve(self.owner, len(piece))
        self.size += len(piece)
        self._digest.update(piece)
        if len(self._head) <= WHOLE:
            self._head += piece[: WHOLE + 1 - len(self._head)]
        self._buffer += piece
        if len(self._buffer) >= BUFFER_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Let go of what is in memory of it.

        Raises:
            FullError: the disk is full.
            OSError: the disk does not take it.
        """
        data, self._buffer = self._buffer, bytearray()
        with _telling_full():
            await self._blobs.work(lambda: self._append(data))

    async def keep(self, name: str) -> None:
        """Have it under its name from now on, in the place of what was there before.

        Args:
            name: a folder and a name in it: `batches/msgbatch_01abc.json`.

        Raises:
            FullError: the disk is full.
            OSError: the disk does not take it.
        """
        path = self._blobs.path(name)
        data, self._buffer = self._buffer, bytearray()
        with _telling_full():
            await self._blobs.work(lambda: self._finish(data, path))
        self._over = True
        self._blobs.keep(Blob(name, self.owner, self.size))

    async def discard(self) -> None:
        """Leave nothing of it. Nothing happens where it was kept, or discarded before."""
        if self._over:
            return
        self._over = True
        self._buffer.clear()
        self._blobs.release(self.owner, self.size)
        if self._path is not None:
            with trio.CancelScope(shield=True), suppress(OSError):
                await self._blobs.work(self._remove)

    async def reading(self) -> Reader:
        """What was written so far, from its beginning.

        Raises:
            FullError: the disk is full.
            OSError: the disk does not take it.
        """
        if self._path is None:
            return Reader(bytes(self._buffer), self._blobs.work)
        await self.flush()
        return Reader(self._path, self._blobs.work)

    def body(self) -> Body:
        """What is kept of it in records: all where it is small, else how it begins."""
        if self.size <= WHOLE:
            return keep(bytes(self._head))
        return excerpt(self.size, self._digest.hexdigest(), bytes(self._head[:HEAD]))

    @property
    def sha256(self) -> bytes:
        """The digest of what was written."""
        return self._digest.digest()

    def _append(self, data: bytes | bytearray) -> tuple[Path, IO[bytes]]:
        if self._path is None or self._file is None:
            self._path = self._blobs.part()
            self._file = self._path.open("xb", buffering=0)
        rest = memoryview(data)
        while rest:
            rest = rest[self._file.write(rest) :]
        return self._path, self._file

    def _finish(self, data: bytes | bytearray, path: Path) -> None:
        part, file = self._append(data)
        if self._blobs.durable:
            # The name may reach the disk before the bytes do: a crash would leave half of it.
            os.fsync(file.fileno())
        file.close()
        path.parent.mkdir(exist_ok=True)
        part.replace(path)

    def _remove(self) -> None:
        if self._file is not None:
            self._file.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)


class Reader:
    """Bytes in pieces of `BUFFER_BYTES`, for `async with`.

    Args:
        source: the bytes, or the file that they are in.
        work: where the file is read.
    """

    def __init__(self, source: bytes | Path, work: Work) -> None:
        self._source = source
        self._work = work
        self._at = 0
        self._file: IO[bytes] | None = None

    async def __aenter__(self) -> Self:
        source = self._source
        if isinstance(source, Path):
            self._file = await self._work(lambda: source.open("rb", buffering=0))
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    async def read(self) -> bytes:
        """The next piece; nothing at the end."""
        if self._file is not None:
            file = self._file
            return await self._work(lambda: file.read(BUFFER_BYTES))
        assert isinstance(self._source, bytes), "a file is open"  # noqa: S101
        piece = self._source[self._at : self._at + BUFFER_BYTES]
        self._at += len(piece)
        return piece

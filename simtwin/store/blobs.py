"""What tenants upload, and what is made of it, as files: whole under their names, or not there.

    Draft  .simtwin-parts/7.part   written piece by piece; left behind by a crash, removed at start
      └ keep ─► batches/msgbatch_01….json

A small draft is in memory until it is kept, so that what is refused at once touches no disk.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import count
from pathlib import Path
from re import compile as pattern
from typing import IO

from simtwin.store.draft import Blob, Draft, FullError, Reader
from simtwin.store.work import Work, on_the_spot

if sys.platform != "win32":
    import fcntl

__all__ = ["Blob", "Blobs", "DataDirError", "Draft", "FullError", "Reader", "opened"]

#: Runners of CI services have 14 GB of disk, not all of it for us.
MOST_BYTES = 8 * 1024**3
#: Sixteen batches, or eight files, of the largest size; and one tenant cannot have it all.
MOST_BYTES_OF_OWNER = 4 * 1024**3
#: One read of what is sent on while others wait: some 20 µs where the system has it in memory.
READ_BYTES = 64 * 1024

# Odd names, so that whoever gives a folder of their own does not lose what is theirs.
_PARTS, _LOCK = ".simtwin-parts", ".simtwin-lock"
_NAME = pattern(r"[a-z]+/[A-Za-z0-9_-]+(\.[a-z]+)*")


class DataDirError(Exception):
    """A folder cannot be used; the text says why, and does not name it."""


class Blobs:
    """The files of all tenants; see `opened`.

    What is kept is known until the twin ends. Files of an earlier run in the same folder stay where
    they are, are nobody's, and count for nothing.

    Args:
        folder: where they are, None for a temporary one, which is made when it is first needed.
        work: where files are written and read.
        most: bytes in all.
        most_of_owner: bytes of one tenant.
    """

    def __init__(
        self,
        folder: Path | None = None,
        work: Work = on_the_spot,
        *,
        most: int = MOST_BYTES,
        most_of_owner: int = MOST_BYTES_OF_OWNER,
    ) -> None:
        self.work = work
        #: Whether what is kept has to outlive a crash of the machine.
        self.durable = folder is not None
        self._folder = folder
        self._most = most
        self._most_of_owner = most_of_owner
        self._kept: dict[str, Blob] = {}
        self._bytes: Counter[str] = Counter()
        self._numbers = count(1)

    def draft(self, owner: str) -> Draft:
        """A new file of a tenant, which becomes one once it is kept."""
        return Draft(self, owner)

    def blob(self, name: str) -> Blob | None:
        """What is kept under a name."""
        return self._kept.get(name)

    def reading(self, name: str) -> Reader:
        """What is kept under a name, to be read where others do not wait for it.

        Raises:
            KeyError: there is nothing under it.
        """
        return Reader(self.path(self._kept[name].name), self.work)

    def read(self, name: str, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """What is kept under a name, in pieces, for a plan: each is read as it is asked for.

        It stays readable to its end also where it is removed meanwhile.

        Args:
            name: what it is kept under.
            start: the first byte of it.
            stop: the byte that it ends before, None for all.

        Raises:
            KeyError: there is nothing under it.
        """
        left = self._kept[name].size if stop is None else stop
        file = self.path(name).open("rb", buffering=0)
        return _pieces(file, start, left - start)

    async def remove(self, name: str) -> None:
        """Remove what is kept under a name; nothing where nothing is."""
        blob = self._kept.pop(name, None)
        if blob is not None:
            self.release(blob.owner, blob.size)
            with suppress(OSError):
                await self.work(lambda: self.path(name).unlink(missing_ok=True))

    def forget(self, owner: str) -> None:
        """Remove all that a tenant has, at once."""
        for blob in [blob for blob in self._kept.values() if blob.owner == owner]:
            del self._kept[blob.name]
            self.release(owner, blob.size)
            with suppress(OSError):
                self.path(blob.name).unlink()

    def bytes_of(self, owner: str) -> int:
        """The bytes that a tenant has, drafts included."""
        return self._bytes[owner]

    @property
    def idle(self) -> bool:
        """Whether nothing is kept and nothing is being written."""
        return not +self._bytes

    # For drafts.

    def part(self) -> Path:
        """A new temporary name; its folder is there."""
        parts = self.folder / _PARTS
        parts.mkdir(exist_ok=True)
        return parts / f"{next(self._numbers)}.part"

    def path(self, name: str) -> Path:
        """The file of a name.

        Raises:
            ValueError: it is no name: those are made by the twin, from nothing that was sent to it.
        """
        if _NAME.fullmatch(name) is None:
            raise ValueError(f"{name!r} is no name of a blob")
        return self.folder / name

    def keep(self, blob: Blob) -> None:
        """Something is there under its name, in the place of what was there before."""
        before = self._kept.get(blob.name)
        if before is not None:
            self.release(before.owner, before.size)
        self._kept[blob.name] = blob

    def reserve(self, owner: str, size: int) -> None:
        """`size` more bytes of a tenant.

        Raises:
            FullError: it has too many, or all have; these do not count.
        """
        if self._bytes[owner] + size > self._most_of_owner:
            raise FullError(f"a tenant keeps at most {self._most_of_owner:,} bytes")
        if self._bytes.total() + size > self._most:
            raise FullError(f"all tenants together keep at most {self._most:,} bytes")
        self._bytes[owner] += size

    def release(self, owner: str, size: int) -> None:
        """`size` bytes of a tenant are no more."""
        self._bytes[owner] -= size
        if not self._bytes[owner]:
            del self._bytes[owner]

    @property
    def folder(self) -> Path:
        """Where the files are."""
        if self._folder is None:
            import tempfile  # noqa: PLC0415  # few twins ever have a file

            self._folder = Path(tempfile.mkdtemp(prefix="simtwin-"))
        return self._folder

    def close(self) -> None:
        """Remove the folder where it is a temporary one."""
        if not self.durable and self._folder is not None:
            from shutil import rmtree  # noqa: PLC0415  # likewise

            rmtree(self._folder, ignore_errors=True)


@contextmanager
def opened(folder: Path | None = None, work: Work = on_the_spot) -> Iterator[Blobs]:
    """Blobs in a folder, for as long as the block lasts.

    Args:
        folder: where files are kept; made where it is missing. None for a temporary folder, which
            is removed at the end.
        work: where files are written and read.

    Raises:
        DataDirError: the folder cannot be used, or another twin uses it.
    """
    with ExitStack() as exits:
        if folder is not None:
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                exits.callback(_locked(folder / _LOCK).close)
                (folder / _PARTS).mkdir(exist_ok=True)
                for part in (folder / _PARTS).glob("*.part"):
                    part.unlink()
            except OSError as error:
                raise DataDirError(error.strerror or str(error)) from None
        blobs = Blobs(folder, work)
        exits.callback(blobs.close)
        yield blobs


def _locked(path: Path) -> IO[bytes]:
    """A file that one twin has at a time: drafts of another are no leftovers."""
    file = path.open("wb")
    if sys.platform != "win32":
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise DataDirError("another twin uses it") from None
    return file


def _pieces(file: IO[bytes], start: int, left: int) -> Iterator[bytes]:
    with file:
        file.seek(start)
        while left > 0 and (piece := file.read(min(READ_BYTES, left))):
            left -= len(piece)
            yield piece

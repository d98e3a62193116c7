"""The journal of runs in a file, to be judged again by `simtwin judge`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from simtwin.edge.options import OptionsError


class JournalFile:
    """Where the lines of a journal are written to; nowhere without a file.

    Attributes:
        problems: why it is not whole, in sentences.
    """

    def __init__(self, file: IO[bytes] | None = None, name: str = "") -> None:
        self.problems: list[str] = []
        self._file = file
        self._name = name

    def add(self, lines: Iterable[bytes]) -> None:
        """Write the lines of one more run."""
        if self._file is None or self.problems:
            return
        try:
            self._file.writelines(line + b"\n" for line in lines)
            self._file.flush()
        except OSError as error:
            self.problems.append(f"--journal: {self._name} cannot be written: {error.strerror}")


@contextmanager
def journal_file(path: Path | None) -> Iterator[JournalFile]:
    """The file, empty at first, for as long as the block.

    Raises:
        OptionsError: it cannot be written.
    """
    if path is None:
        yield JournalFile()
        return
    try:
        file = path.open("wb")
    except OSError as error:
        raise OptionsError(f"--journal: {path} cannot be written: {error.strerror}") from None
    with file:
        yield JournalFile(file, str(path))

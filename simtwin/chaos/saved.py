"""A report that was saved, read again."""

from __future__ import annotations

from pathlib import Path

import msgspec

from simtwin.chaos.document import VERSION, Report

#: A report of a thousand runs is less.
LARGEST = 64 * 1024 * 1024


class SavedError(Exception):
    """A file is not what it should be; the text says why."""


class _Versioned(msgspec.Struct):
    version: int


def content(path: Path) -> bytes:
    """What a file has in it, up to so much.

    Raises:
        SavedError: it cannot be read, or has more.
    """
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST + 1)
    except OSError as error:
        raise SavedError(f"{path} cannot be read: {error.strerror}") from None
    if len(found) > LARGEST:
        raise SavedError(f"{path} has more than {LARGEST:,} bytes")
    return found


def saved(path: Path) -> Report:
    """The report that a file has, as `--report-json` wrote it.

    Raises:
        SavedError: it has none.
    """
    found = content(path)
    try:
        version = msgspec.json.decode(found, type=_Versioned).version
        if version != VERSION:
            raise SavedError(f"{path}: a report of version {version}; this is for {VERSION}")
        return msgspec.json.decode(found, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SavedError(f"{path}: no report of a chaos run: {error}") from None

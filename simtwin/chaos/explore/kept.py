"""The file that an exploration keeps how far it is in."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from simtwin.chaos.explore.document import VERSION, Asked, CellDoc, State, encoded
from simtwin.chaos.explore.requests import Request

#: Ten thousand runs, each with a token, are less.
LARGEST = 64 * 1024 * 1024


class StateError(Exception):
    """A state cannot be gone on from, or not be kept; the text says why."""


def read(path: Path, asked: Asked) -> State | None:
    """The state in a file, None where there is no file yet.

    Raises:
        StateError: it is none, or of another exploration.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StateError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > LARGEST:
        raise StateError(f"{path} has more than {LARGEST:,} bytes")
    try:
        state = msgspec.json.decode(content, type=State)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise StateError(f"{path}: {error}") from None
    if state.version != VERSION:
        raise StateError(f"{path}: version must be {VERSION}, not {state.version}")
    for field in Asked.__struct_fields__:
        if getattr(state.asked, field) != getattr(asked, field):
            raise StateError(
                f"{path} is of an exploration with another {field.replace('_', ' ')}; take another"
                " file, or remove it"
            )
    return state


def check(state: State, requests: Sequence[Request], path: Path) -> None:
    """See that the command still asks as it did.

    Raises:
        StateError: it does not, so what was found is no longer true of it.
    """
    if {each.name for each in state.requests} != {each.name for each in requests}:
        raise StateError(
            f"{path}: the command asks for something else than it did when this was begun; take"
            " another file, or remove it"
        )


def write(path: Path, asked: Asked, requests: Sequence[Request], cells: Sequence[CellDoc]) -> None:
    """Keep how far it is. Whoever is interrupted in this has the file as it was before.

    Raises:
        StateError: it cannot be written.
    """
    state = State(version=VERSION, asked=asked, requests=tuple(requests), cells=tuple(cells))
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_bytes(encoded(state))
        draft.replace(path)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from None

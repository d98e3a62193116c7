"""The file that an exploration goes on from."""

from __future__ import annotations

from pathlib import Path

import pytest
from explored import JSON, PLAIN, STREAM, explored
from msgspec.structs import replace

from simtwin.chaos.explore.document import Asked
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.kept import StateError, check, read, write

ASKED = Asked(command=("a", "b"), seed=7, faults=("529",), any_order=False)
NEWER = (
    b'{"version": 9, "asked": {"command": [], "seed": 1, "faults": [], "any_order": false},'
    b' "requests": [], "cells": []}'
)


def test_what_is_kept_is_read_again_and_nothing_else_is_left(tmp_path: Path) -> None:
    found, file = Exploration((STREAM,), PLAIN), tmp_path / "state"
    explored(found)

    write(file, ASKED, (STREAM,), found.cells[:1])
    write(file, ASKED, (STREAM,), found.cells)
    state = read(file, ASKED)

    assert state is not None
    assert (state.requests, state.cells) == ((STREAM,), found.cells)
    assert list(tmp_path.iterdir()) == [file]


def test_there_is_nothing_to_go_on_from_at_first(tmp_path: Path) -> None:
    assert read(tmp_path / "state", ASKED) is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "Input data was truncated"),
        (b"[]", "Expected `object`"),
        (NEWER, "version must be 1, not 9"),
    ],
)
def test_what_is_no_state_is_told_so(tmp_path: Path, content: bytes, says: str) -> None:
    file = tmp_path / "state"
    file.write_bytes(content)

    with pytest.raises(StateError, match=says):
        read(file, ASKED)


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (replace(ASKED, command=("c",)), "another command"),
        (replace(ASKED, seed=8), "another seed"),
        (replace(ASKED, faults=("500",)), "another faults"),
    ],
)
def test_the_state_of_another_exploration_is_not_gone_on_from(
    tmp_path: Path, other: Asked, says: str
) -> None:
    file = tmp_path / "state"
    write(file, other, (STREAM,), ())

    with pytest.raises(StateError, match=says):
        read(file, ASKED)


def test_nor_is_that_of_a_command_that_now_asks_for_something_else(tmp_path: Path) -> None:
    file = tmp_path / "state"
    write(file, ASKED, (STREAM,), ())
    state = read(file, ASKED)
    assert state is not None

    check(state, (STREAM,), file)
    with pytest.raises(StateError, match="asks for something else"):
        check(state, (STREAM, JSON), file)


def test_a_file_that_cannot_be_written_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="cannot be written"):
        write(tmp_path / "none" / "state", ASKED, (), ())

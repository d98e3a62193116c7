"""Kinds of fault from other packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from plans import STREAM

from simtwin.core.fault import make
from simtwin.core.plan import Wait
from simtwin_faults import KINDS, all_kinds

DRAG = """
from __future__ import annotations
from collections.abc import Iterator
import attrs
from simtwin.core.plan import Wait

@attrs.frozen
class Drag:
    seconds: float
    replaces = False

    def rewrite(self, plan, rng):
        yield Wait(self.seconds)
        yield from plan

class Plain:
    seconds = 1

@attrs.frozen
class Half:
    seconds: float

@attrs.frozen
class Vague:
    seconds: Unheard
    replaces = False

    def rewrite(self, plan, rng):
        yield from plan
"""


class Installed:
    """A distribution `drag-faults` in a folder of its own, with the entry points it is given."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "drag_faults.py").write_text(DRAG)
        (folder / "broken_faults.py").write_text("raise RuntimeError('no such luck')")

    def offers(self, *points: str) -> None:
        about = self._folder / "drag_faults-1.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: drag-faults\nVersion: 1.0\n")
        (about / "entry_points.txt").write_text("\n".join(["[simtwin.faults]", *points]))


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Installed]:
    monkeypatch.syspath_prepend(str(tmp_path))
    yield Installed(tmp_path)
    sys.modules.pop("drag_faults", None)


def test_without_other_packages_there_are_our_own_kinds() -> None:
    assert dict(all_kinds()) == dict(KINDS)


def test_a_kind_of_another_package_stands_after_our_own_and_works(installed: Installed) -> None:
    installed.offers("drag = drag_faults:Drag")

    kinds = all_kinds()

    assert list(kinds) == [*KINDS, "drag"]
    worse = make(kinds, "drag", {"seconds": 4}).rewrite(STREAM, Random(0))
    assert list(worse) == [Wait(4), *STREAM]


@pytest.mark.parametrize(
    ("point", "reason"),
    [
        ("drag = broken_faults:Drag", "no such luck"),
        ("drag = no_such_module:Drag", "No module named 'no_such_module'"),
        ("drag = drag_faults:Missing", "module 'drag_faults' has no attribute 'Missing'"),
        ("drag = drag_faults:Plain", "it is no attrs class"),
        ("drag = drag_faults:attrs", "it is no attrs class"),
        ("drag = drag_faults:Half", "it has no replaces and no rewrite"),
        ("drag = drag_faults:Vague", "name 'Unheard' is not defined"),
        ("stall = drag_faults:Drag", "there is a kind of this name already"),
        ("ok = drag_faults:Drag", "a kind cannot have this name"),
        ("when = drag_faults:Drag", "a kind cannot have this name"),
        ("a-b = drag_faults:Drag", "a kind cannot have this name"),
    ],
)
def test_a_kind_that_cannot_be_is_left_out_with_a_reason(
    installed: Installed, point: str, reason: str
) -> None:
    installed.offers(point)
    told: list[str] = []

    kinds = all_kinds(told.append)

    name, value = point.split(" = ")
    assert dict(kinds) == dict(KINDS)
    assert told == [f"the kind '{name}' of drag-faults ({value}) is left out: {reason}"]


def test_one_broken_kind_does_not_keep_the_others_out(installed: Installed) -> None:
    installed.offers("a = broken_faults:A", "drag = drag_faults:Drag")

    with pytest.warns(UserWarning, match="the kind 'a' of drag-faults .* is left out") as told:
        kinds = all_kinds()

    assert list(kinds) == [*KINDS, "drag"]
    assert len(told) == 1

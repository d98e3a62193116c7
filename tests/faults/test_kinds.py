"""The table of kinds, and the catalogue that tells people of it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simtwin.core.fault import settings_of
from simtwin_faults import KINDS

CATALOGUE = (Path(__file__).parents[2] / "faults" / "README.md").read_text(encoding="utf-8")

#: The text under each heading that is the name of a kind.
SECTIONS = dict(re.findall(r"^## `(\w+)`\n(.*?)(?=^## |\Z)", CATALOGUE, re.MULTILINE | re.DOTALL))


def test_the_kinds_are_those_of_the_catalogue_in_its_order() -> None:
    assert list(KINDS) == list(SECTIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_is_named_after_its_class_and_file(kind: str) -> None:
    cls = KINDS[kind]

    assert cls.__module__ == f"simtwin_faults.{kind}"
    assert cls.__name__ == kind.title().replace("_", "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_has_every_setting_of_a_kind(kind: str) -> None:
    told = re.findall(r"^\| `(\w+)` \|", SECTIONS[kind], re.MULTILINE)

    assert told == [setting.name for setting in settings_of(KINDS[kind])]


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_tells_the_wire_the_sdk_and_what_a_correct_client_does(kind: str) -> None:
    parts = ("```\n", "\n*The SDK*", "\n*A correct client*")

    places = [SECTIONS[kind].find(part) for part in parts]

    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("kind", KINDS)
def test_the_catalogue_names_a_report_of_each_kind_or_says_that_there_is_none(kind: str) -> None:
    report = re.search(r"\w#\d+", SECTIONS[kind])

    assert report or "nothing in public that we know of" in SECTIONS[kind]

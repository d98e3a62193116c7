"""The page of a storm: whole in itself, well-formed, inert, and drawn to scale."""

from __future__ import annotations

import re

import pytest
from page_reader import Reader
from storms import policy, storm

from simtwin.core.storm.loop import run
from simtwin.core.storm.outcome import outcome
from simtwin.core.storm.policy import Given
from simtwin.core.storm.storm import Incident
from simtwin.storm.options import Named
from simtwin.storm.page import html
from simtwin.storm.result import Result


def results(*names: str) -> list[Result]:
    """Two minutes of five clients each, called so."""
    found = []
    for name in names:
        one = storm(
            (5, Given(name, policy("sdk").client().wait)), seconds=120, causes=[Incident(60, 90)]
        )
        found.append(Result(Named(name, one), outcome(one, run(one))))
    return found


@pytest.mark.parametrize("names", [["sdk"], ["<b>sdk</b>", "a&b\x1b", *"cdefgh"]])
def test_the_page_is_well_formed_and_needs_nothing_else(names: list[str]) -> None:
    text = html(results(*names))
    reader = Reader(text)

    assert reader.open == []
    assert {tag for tag, _ in reader.found} & {"script", "link", "img", "iframe", "b"} == set()
    attributes = {name for _, attrs in reader.found for name in attrs}
    assert attributes & {"src", "href", "onclick", "onload"} == set()
    assert "url(" not in text
    assert "\x1b" not in text
    assert text.count("<polyline") == 3 * len(names)


def test_lines_are_told_apart_however_many_there_are() -> None:
    text = html(results(*"abcdefghijkl"))
    drawn = re.findall(r'viewBox="0 0 32 8" aria-hidden="true"><polyline (.*?) points', text)

    assert len(set(drawn)) == 12


def test_the_cause_is_drawn_where_it_was() -> None:
    text = html(results("sdk"))

    # From the middle to three quarters of 658 units that begin at 52.
    assert text.count('<rect class="cause" x="381.0" y="10" width="164.5" height="186">') == 2

"""The page of a report: whole in itself, well-formed, legible in light and dark, and inert."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest
from reported import EARLY, evil, one, plan, report, retried

from simtwin.chaos.report.html import MOST_CALLS, html
from simtwin.chaos.report.style import DARK, LIGHT

#: Elements without an end.
VOID = {"meta", "!doctype"}


class Reader(HTMLParser):
    """Every element with its attributes, and whether each is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("page", [html(report(plan(), EARLY)), html(evil())])
def test_the_page_is_well_formed_and_needs_nothing_else(page: str) -> None:
    reader = Reader(page)

    assert reader.open == []
    assert {tag for tag, _ in reader.found} & {"script", "link", "img", "iframe", "b"} == set()
    attributes = {name for _, attrs in reader.found for name in attrs}
    assert attributes & {"src", "href", "onclick", "onload"} == set()
    assert "url(" not in page
    assert "\x1b" not in page


def test_an_attempt_that_came_early_begins_inside_what_it_was_told_to_wait() -> None:
    page = html(report(plan(), EARLY))

    # 0.01 s, told to wait 9 s, back after 1 s: all of it is 9.01 s.
    [wait] = re.findall(r'class="wait" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    [_, second] = re.findall(r'class="head" style="left:([\d.]+)%', page)
    assert [float(each) for each in wait] == pytest.approx([0.11, 99.89], abs=0.01)
    assert float(second) == pytest.approx(100 * 1.01 / 9.01, abs=0.01)
    assert "after a wait of 1.000 s, told 9 s" in page


def test_a_page_of_many_calls_draws_the_first_and_counts_the_others() -> None:
    run = one(plan(), retried([1.0]))
    many = msgspec.structs.replace(run, calls=run.calls * 250)

    page = html(report(plan(), many))

    assert page.count("<ol>") == MOST_CALLS
    assert "50 more calls are not drawn" in page


def luminance(colour: str) -> float:
    """Relative luminance -- WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("ink", ["ink", "dim", "good", "bad"])
def test_text_has_enough_contrast(colours: dict[str, str], ink: str) -> None:
    darker, lighter = sorted((luminance(colours[ink]), luminance(colours["ground"])))

    # "at least 4.5:1" -- WCAG 2.2, 1.4.3
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5

"""The page of a report: whole in itself, well-formed, legible in light and dark, and inert."""

from __future__ import annotations

import re
from itertools import pairwise, product

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_reader import Reader
from reported import EARLY, TOLD, evil, one, plan, report, retried

from simtwin.chaos.outcome import Ended
from simtwin.chaos.report.axis import Axis, axis
from simtwin.chaos.report.calls import MOST_CALLS
from simtwin.chaos.report.elements import Room
from simtwin.chaos.report.html import LARGEST, html
from simtwin.chaos.report.style import BADGES, DARK, GROUNDS, INKS, LIGHT
from simtwin.verdicts.figures import duration


@pytest.mark.parametrize("page", [html(report(plan(), EARLY)), html(evil())])
def test_the_page_is_well_formed_and_needs_nothing_else(page: str) -> None:
    reader = Reader(page)

    assert reader.open == []
    assert {tag for tag, _ in reader.found} & {"script", "link", "img", "iframe", "b"} == set()
    attributes = {name for _, attrs in reader.found for name in attrs}
    assert attributes & {"src", "onclick", "onload"} == set()
    names = {attrs.get("id") for _, attrs in reader.found}
    links = {attrs["href"] for _, attrs in reader.found if "href" in attrs}
    assert links <= {f"#{name}" for name in names}
    assert "url(" not in page
    assert "\x1b" not in page


def test_an_attempt_that_came_early_begins_inside_what_it_was_told_to_wait() -> None:
    page = html(report(plan(), EARLY))

    # 0.01 s, told to wait 9 s, back after 1 s: all of it is 9.01 s.
    [told] = re.findall(r'class="told" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    [waited] = re.findall(r'class="wait" style="left:([\d.]+)%;width:([\d.]+)%"', page)
    [_, second] = re.findall(r'class="head" style="left:([\d.]+)%', page)
    assert [float(each) for each in told] == pytest.approx([0.11, 99.89], abs=0.01)
    assert [float(each) for each in waited] == pytest.approx([0.11, 100 / 9.01], abs=0.01)
    assert float(second) == pytest.approx(100 * 1.01 / 9.01, abs=0.01)
    assert "waited 1 s, told 9 s: 8 s too early" in page


def test_a_wait_that_is_only_a_timer_short_is_not_called_early() -> None:
    page = html(report(plan(), one(plan(), retried([8.99], **TOLD))))

    assert "waited 8.99 s, told 9 s" in page
    assert "too early" not in page


def test_evidence_leads_to_the_attempts_that_show_it() -> None:
    page = html(report(plan(), EARLY))

    assert '<a href="#run1-call1-1" title="req_1">1.1</a>' in page
    assert '<li id="run1-call1-1">' in page


def test_what_was_wrong_comes_before_figures_and_calls() -> None:
    page = html(report(plan(), EARLY))
    heads = re.findall(r"<h[1-3][^>]*>(?:<span.*?</span>)? ?([^<]+)<", page)

    assert heads == ["Findings", "Findings", "Load and waste", "Calls", "Rules", "Have it again"]


def test_findings_of_a_rule_are_one_card_with_the_advice_once() -> None:
    run = one(plan(), retried([1.0] * 6, **TOLD))

    page = html(report(plan(), run))

    assert page.count("Read retry-after") == 1
    assert page.count("Came back after 1.000 s, told to wait 9 s.") == 6
    assert "3 more of these" in page


def test_runs_are_a_table_with_the_worst_first_and_links_to_each() -> None:
    of = plan(runs=2)
    good = msgspec.structs.replace(one(of, number=2), seed=8)

    page = html(report(of, good, EARLY))

    assert page.index('href="#run1"') < page.index('href="#run2"')
    assert page.index('<section id="run1">') < page.index('<section id="run2">')


def test_a_run_of_nothing_and_one_that_did_not_start_have_pages() -> None:
    silent = html(report(plan(), one(plan())))
    absent = html(report(plan(), one(plan(), ended=Ended(None, reason="no such file"))))

    assert "no request came in" in silent
    assert "The command cannot be run: no such file." in absent


def test_a_page_of_many_calls_draws_the_first_and_counts_the_others() -> None:
    run = one(plan(), retried([1.0]))
    many = msgspec.structs.replace(run, calls=run.calls * 250)

    page = html(report(plan(), many))

    assert page.count('<ol class="attempts">') == MOST_CALLS
    assert "and 50 more calls that are not drawn" in page


def test_a_page_has_an_end_however_much_there_was() -> None:
    run = one(plan(), retried([1.0] * 40, **TOLD))
    much = msgspec.structs.replace(run, calls=run.calls * 500, findings=run.findings * 20)

    page = html(report(plan(runs=4), *[much] * 4))

    # What is not counted there are heads, figures and rules of each run.
    assert len(page.encode()) < LARGEST + 4 * 20_000
    assert "more calls that are not drawn, so that the page stays small" in page


@given(st.integers(0, 20), st.lists(st.text(max_size=4), max_size=8))
def test_what_is_put_into_a_room_is_no_more_than_fits(size: int, things: list[str]) -> None:
    room = Room(size)

    drawn, left = room.fill(things, lambda each: each)

    assert drawn == "".join(things[: len(things) - left])
    assert room.left == size - len(drawn.encode()) >= 0


# The axis


@given(st.floats(0, 1e6), st.floats(0.001, 1e6))
def test_an_axis_has_few_figures_in_order_and_none_at_the_end_of_another(
    start: float, span: float
) -> None:
    over = axis(start, start + span)
    places = [float(each) for each in re.findall(r"<span style=\"left:([\d.]+)%", over.scale())]

    assert (places[0], places[-1]) == (0, 100)
    assert all(later - sooner > 15 for sooner, later in pairwise(places))


@given(st.floats(-10, 20), st.floats(-10, 20))
def test_a_bar_stays_on_its_track(since: float, until: float) -> None:
    [left, width] = re.findall(r":([\d.-]+)%", Axis(0, 10).bar("body", *sorted((since, until))))

    assert float(left) >= 0 <= float(width)
    assert float(left) + float(width) <= 100.02


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"),
        (0.0012, "1.2 ms"),
        (0.25, "250 ms"),
        (1, "1 s"),
        (5.547, "5.55 s"),
        (31.84, "31.8 s"),
        (120, "2 min"),
        (725, "12 min 5 s"),
        (7_260, "2 h 1 min"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert duration(seconds) == said


# Colours


def luminance(colour: str) -> float:
    """Relative luminance -- WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [*product(INKS, GROUNDS), *(("on", badge) for badge in BADGES)],
)
def test_text_has_enough_contrast(colours: dict[str, str], ink: str, ground: str) -> None:
    darker, lighter = sorted((luminance(colours[ink]), luminance(colours[ground])))

    # "at least 4.5:1" -- WCAG 2.2, 1.4.3
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5

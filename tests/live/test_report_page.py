"""The pages of reports in a browser: one is started, which costs a second, for all that is looked at.

What is checked is what only a browser knows: the colours that text really has over what is really
behind it, what a keyboard reaches, and whether anything is wider than a phone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from explored import JSON, PLAIN, STREAM, explored
from explored import report as explore_report
from made_up import answered, asking, cut, fired, tries
from reported import EVIL, OF_MESSAGES, one, plan, report
from storms import policy, storm

from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.forms.html import html as explore_html
from simtwin.chaos.report.html import html
from simtwin.core.entry import Entry
from simtwin.core.storm.loop import run as run_storm
from simtwin.core.storm.outcome import outcome
from simtwin.core.storm.storm import Incident
from simtwin.storm.options import Named
from simtwin.storm.page import html as storm_html
from simtwin.storm.result import Result

PHONE, DESKTOP = 390, 1280
#: A browser that does not answer for so long is not going to.
PATIENCE_MS = 15_000

#: Every piece of text that can be seen, with the ratio of its colour to what is behind it -- WCAG 2.2,
#: "contrast ratio". A pixel of a canvas says what a colour is, in whatever form it is written.
CONTRAST = """() => {
  const context = Object.assign(document.createElement("canvas"), {width: 1, height: 1})
    .getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], under) =>
    [r, g, b].map((part, index) => part * a + under[index] * (1 - a));
  const behind = (element) => {
    if (element === null) return rgba("Canvas").slice(0, 3);
    return over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const said = walker.currentNode.data.trim();
    if (!said || !element.checkVisibility()) continue;
    const ground = behind(element);
    const style = getComputedStyle(element);
    const ink = over(rgba(element.closest("svg") ? style.fill : style.color), ground);
    const [dark, light] = [luminance(ink), luminance(ground)].sort((a, b) => a - b);
    found.push([(light + 0.05) / (dark + 0.05), said.slice(0, 40)]);
  }
  return found;
}"""

#: What a keyboard should reach, each with a number, and what it is at.
MARK = """() => {
  const all = [...document.querySelectorAll("a[href], summary, [tabindex='0']")]
    .filter((each) => each.checkVisibility());
  all.forEach((each, index) => each.dataset.place = index);
  return all.length;
}"""
AT = """() => {
  const style = getComputedStyle(document.activeElement);
  return [
    document.activeElement.dataset.place ?? null,
    style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
  ];
}"""
TOO_WIDE = """() => [...document.querySelectorAll("body *")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().right > innerWidth + 1
    && !each.closest("pre, .wide, .track, .axis, .curve"))
  .map((each) => each.outerHTML.slice(0, 90))"""
#: Labels on a track that are not all on it.
OFF_TRACK = """() => [...document.querySelectorAll(".track span")]
  .filter((each) => each.checkVisibility())
  .filter((each) => {
    const [label, track] = [each, each.parentElement].map((it) => it.getBoundingClientRect());
    return label.left < track.left - 1 || label.right > track.right + 1;
  })
  .map((each) => each.outerHTML)"""
#: Cells of one short word that goes over several lines: a table scrolls before it breaks its words.
BROKEN = """() => [...document.querySelectorAll("th, td")]
  .filter((each) => each.checkVisibility() && /^\\w{1,12}$/.test(each.textContent))
  .filter((each) => {
    const range = document.createRange();
    range.selectNodeContents(each);
    const tops = [...range.getClientRects()].map((line) => line.top);
    return Math.max(...tops) - Math.min(...tops) > 10;
  })
  .map((each) => each.textContent)"""
UNFOLD = "() => document.querySelectorAll('details').forEach((each) => each.open = true)"


@contextmanager
def browser() -> Iterator[Any]:
    """A browser of the system's, or a skip that says what is missing."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no playwright to drive a browser"
    )
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if chromium is None:
        pytest.skip("no chromium to look at the page with")
    with playwright.sync_playwright() as driver:
        # Without its sandbox, which root may not have; the page is our own and runs nothing.
        started = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox"], timeout=PATIENCE_MS
        )
        try:
            yield started
        finally:
            started.close()


def busy() -> str:
    """A page that has all there can be on one."""
    of: dict[str, Any] = {
        "model": "claude-sonnet-4-6",
        "usage": {"input_tokens": 10, "output_tokens": 20},
        **OF_MESSAGES,
    }
    early = {"status": 429, "told": {"retry-after": "9"}, "fired": fired("refuse", status=429)}
    entries: list[Entry] = [
        *(each for n in range(6) for each in tries(n + 1, 3.0 * n, (1.0, 0.01), **of | early)),
        cut(9_001, 30.0, body=asking("cut"), fired=fired("disconnect", after_events=3), **of),
        *(
            answered(9_100 + n, 31.0 + n, body=asking(f"calm {n}"), **OF_MESSAGES, model="m" * 200)
            for n in range(6)
        ),
    ]
    run = one(plan(), entries, known={"V8/messages"}, replay="simtwin replay " + "x" * 2_000)
    said = msgspec.structs.replace(run, unmet=(EVIL, "w" * 300), notes=("a note", EVIL))
    other = msgspec.structs.replace(one(plan(), entries[-6:]), number=2, seed=8)
    return html(report(plan(runs=2), said, other))


def explored_page() -> str:
    exploration = Exploration((STREAM, JSON), PLAIN)
    explored(exploration)
    return explore_html(explore_report(exploration, (STREAM, JSON)))


def storm_page() -> str:
    found = []
    for name in ("sdk", "budget"):
        one = storm((5, policy(name)), seconds=60, causes=[Incident(20, 40)])
        found.append(Result(Named(name, one), outcome(one, run_storm(one))))
    return storm_html(found)


def test_the_page_is_for_every_eye_hand_and_width(tmp_path: Path) -> None:
    file = tmp_path / "chaos.html"
    file.write_text(busy())
    with browser() as started:
        page = started.new_page()
        page.set_default_timeout(PATIENCE_MS)
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))

        for width in (PHONE, DESKTOP):
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(file.as_uri())
            nothing_is_wider_than_the_screen(page, width)
            a_keyboard_reaches_everything(page)
            enter_unfolds_what_has_the_focus(page)
            evidence_leads_to_what_shows_it_though_it_is_folded(page)
            page.evaluate(UNFOLD)
            nothing_is_wider_than_the_screen(page, width)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                all_text_can_be_read(page)

        paper_shows_what_is_folded(page, file)
        page.emulate_media(media="screen")
        for name, content in (("explore", explored_page()), ("storm", storm_page())):
            other = tmp_path / f"{name}.html"
            other.write_text(content)
            page.set_viewport_size({"width": PHONE, "height": 800})
            page.goto(other.as_uri())
            nothing_is_wider_than_the_screen(page, PHONE)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                all_text_can_be_read(page)
        assert said == []
        assert {url.rpartition("/")[2] for url in asked} == {
            "chaos.html",
            "explore.html",
            "storm.html",
        }


def nothing_is_wider_than_the_screen(page: Any, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(OFF_TRACK) == []
    assert page.evaluate(BROKEN) == []


def a_keyboard_reaches_everything(page: Any) -> None:
    there = page.evaluate(MARK)
    at = []
    for _ in range(there):
        page.keyboard.press("Tab")
        at.append(page.evaluate(AT))

    assert there > 20
    # In the order in which they stand there, and each is seen to have the focus.
    assert at == [[str(place), True] for place in range(there)]


def enter_unfolds_what_has_the_focus(page: Any) -> None:
    folded = "details:not([open]) > summary"
    before = page.locator(folded).count()
    page.locator(folded).first.focus()
    page.keyboard.press("Enter")

    assert page.locator(folded).count() == before - 1


def evidence_leads_to_what_shows_it_though_it_is_folded(page: Any) -> None:
    page.evaluate("document.querySelectorAll('.call').forEach((each) => each.open = false)")
    page.locator(".finding a").first.focus()
    page.keyboard.press("Enter")

    assert page.locator(":target .track").is_visible()


def all_text_can_be_read(page: Any) -> None:
    found = page.evaluate(CONTRAST)

    assert len(found) > 20
    # "at least 4.5:1" -- WCAG 2.2, 1.4.3; a pixel's colours are rounded.
    assert [each for each in found if each[0] < 4.49] == []


def paper_shows_what_is_folded(page: Any, file: Path) -> None:
    page.goto(file.as_uri())
    page.emulate_media(media="print")

    assert page.locator("details:not([open]) li").last.is_visible()

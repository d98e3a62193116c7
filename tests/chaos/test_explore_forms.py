"""What an exploration found, in each of its forms."""

from __future__ import annotations

import io
from html.parser import HTMLParser

import msgspec
import pytest
from explored import JSON, PLAIN, STREAM, explored, report, request
from junitparser import JUnitXml
from rich.console import Console

from simtwin.chaos.explore.document import Report, encoded
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.forms.html import html
from simtwin.chaos.explore.forms.junit import junit
from simtwin.chaos.explore.forms.markdown import markdown
from simtwin.chaos.explore.forms.told import tell
from simtwin.chaos.explore.forms.words import bad, rows
from simtwin.chaos.explore.requests import Request


def found(most: int = 10_000, requests: tuple[Request, ...] = (STREAM, JSON)) -> Report:
    exploration = Exploration(requests, PLAIN)
    explored(exploration, most=most)
    return report(exploration, requests)


def told(of: Report, capsys: pytest.CaptureFixture[str], width: int = 80) -> str:
    out = io.StringIO()
    tell(of, Console(file=out, width=width, highlight=False))
    return out.getvalue() + capsys.readouterr().out


def test_the_matrix_has_a_letter_for_each_fault_at_each_request(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = told(found(), capsys)

    assert text.splitlines()[:4] == [
        "                 #1  #2  +1  +2",
        "529               .   .   L   L",
        "close             .   .   L   L",
        "truncate-middle   S   S   S   S",
    ]
    assert "  +1  POST messages claude-x streamed, #1 again" in text
    assert "fault coverage 100 % (6 of 6 cells): survived 4, failed silently 2" in text
    assert "simtwin replay st1.x -- a|b" in text


def test_what_was_not_run_is_no_blank(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(found(most=2), capsys)

    assert "truncate-middle   ?   ?" in text
    assert "fault coverage 33 % (2 of 6 cells)" in text
    assert "4 cells are left out" in text


def test_requests_that_do_not_fit_side_by_side_go_on_below(
    capsys: pytest.CaptureFixture[str],
) -> None:
    requests = tuple(request(f"r{number}", stream=False) for number in range(30))
    exploration = Exploration(requests, PLAIN, pairs=False)
    explored(exploration)
    text = told(report(exploration, requests), capsys, width=60)

    assert max(map(len, text.split("fault coverage")[0].splitlines()[:-2])) <= 60
    assert text.count("truncate-middle ") >= 30 // 11


def test_of_pairs_with_the_same_second_fault_one_is_told() -> None:
    of = found()
    silent = [cell for cell in of.pairs if cell.outcome == "silent"]

    assert len(silent) == 4
    assert sum(len(cell.faults) == 2 for cell in bad(of)) == 2
    assert sum(len(row.cells) for row in rows(of)) == 4 * 3


def test_the_json_is_the_report() -> None:
    of = found()

    assert msgspec.json.decode(encoded(of), type=Report) == of


def test_junit_has_a_case_for_each_fault_at_each_request() -> None:
    xml = JUnitXml.fromstring(junit(found()))
    cases = {case.name: case for suite in xml for case in suite}

    assert [suite.name for suite in xml][:2] == [
        "#1 POST messages claude-x streamed",
        "#2 POST messages claude-x",
    ]
    assert [type(each).__name__ for each in cases["#1 truncate-middle"].result] == ["Failure"]
    assert cases["#1 529"].result == []
    assert cases["+1 close, after 529 at #1"].result == []
    assert len(cases) == 6 + 12
    skipped = JUnitXml.fromstring(junit(found(most=2)))
    assert skipped.skipped == 4


def test_markdown_escapes_what_is_no_mark_of_its_own() -> None:
    text = markdown(found()).decode()

    assert "| #1 | POST messages claude-x streamed | ✅ | ✅ | ❌ silent |" in text
    assert "it &lt;did&gt; so" in text
    assert len(markdown(found(), 400)) <= 400


def test_the_page_is_well_formed_escapes_and_needs_nothing_else() -> None:
    page = html(found())
    open_tags: list[str] = []
    void = {"meta"}

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            assert not {"src", "href"} & {name for name, _ in attrs}
            if tag not in void:
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Reader().feed(page)
    assert open_tags == []
    assert "it &lt;did&gt; so" in page
    assert "<did>" not in page
    assert page.count("<tr>") == 1 + 3

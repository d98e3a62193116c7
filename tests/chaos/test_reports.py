"""The forms of a report: what a reader of each relies on, and what cannot be smuggled into it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from junitparser import JUnitXml
from reported import EARLY, EVIL, TOLD, evil, one, plan, report, retried
from rich.console import Console

from simtwin.chaos.document import Report
from simtwin.chaos.outcome import Ended
from simtwin.chaos.report import written
from simtwin.chaos.report.junit import junit
from simtwin.chaos.report.markdown import markdown
from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.report.told import tell
from simtwin.chaos.report.written import write
from simtwin.chaos.stimulus import Stimulus

# JUnit


def test_a_suite_is_a_run_with_its_seed_and_token_and_a_case_each_rule() -> None:
    [suite] = JUnitXml.fromstring(junit(report(plan(), EARLY)))

    properties = {each.name: each.value for each in suite.properties()}  # type: ignore[no-untyped-call]  # the package is typed in part
    assert (properties["seed"], properties["token"]) == ("7", "st1.made-up")
    assert (suite.tests, suite.failures) == (len(EARLY.rules) + 2, 1)
    [failed] = [case for case in suite if case.is_failure]
    assert failed.name.startswith("script V1: ")
    assert failed.result[0].type == "error"


def test_a_rule_that_was_not_exercised_is_skipped_with_what_was_missing() -> None:
    [suite] = JUnitXml.fromstring(junit(report(plan(), EARLY)))

    [skipped] = [case for case in suite if case.name.startswith("script V13:")]
    assert skipped.is_skipped
    assert "message_stop" in skipped.result[0].message


def test_a_finding_that_does_not_count_fails_no_case() -> None:
    known = one(plan(), retried([1.0], **TOLD), known={"V1/messages"})

    [suite] = JUnitXml.fromstring(junit(report(plan(), known)))

    assert suite.failures == 0
    [case] = [case for case in suite if case.name.startswith("script V1:")]
    assert "known" in (case.system_out or "")


def test_what_had_to_come_and_a_command_that_failed_are_cases_of_their_own() -> None:
    run = one(plan(), ended=Ended(5), missing=Stimulus(("a", "b")))
    late = one(plan(), number=2, seed=8, ended=Ended(None, reason="it: No such file"))

    [suite, other] = JUnitXml.fromstring(junit(report(plan(), run, late)))

    [came] = [case for case in suite if case.is_failure]
    assert came.name == "script: what had to come came"
    assert came.result[0].text == "a\nb"
    assert other.errors == 1


def test_a_case_names_the_file_that_the_command_runs(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.touch()
    of = plan(command=("python", "x" * 5_000, "a\0", str(program)))

    assert f'file="{program}"'.encode() in junit(report(of, one(of)))


# Markdown


def test_markdown_has_the_findings_first_and_the_line_that_has_it_again() -> None:
    text = markdown(report(plan(), EARLY)).decode()

    assert text.startswith("## ❌ simtwin chaos: findings\n")
    assert text.index("**V1 ") < text.index("rules were not exercised")
    assert "```sh\nsimtwin replay st1.made-up -- python -c pass\n```" in text


def test_markdown_that_would_be_too_long_is_cut_between_paragraphs_and_says_so() -> None:
    found = report(plan(), EARLY)
    whole = markdown(found)

    for longest in range(200, len(whole), 97):
        text = markdown(found, longest)
        assert len(text) <= longest
        assert text.endswith(b"it is in the report as JSON._\n")


def test_a_step_summary_that_is_nearly_full_gets_no_more_than_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))

    for room in (0, 10, 400):
        summary.write_bytes(b"x" * (written.STEP_SUMMARY_BYTES - room))
        assert write({}, report(plan(), EARLY)) == []
        assert summary.stat().st_size <= written.STEP_SUMMARY_BYTES


def test_a_file_that_cannot_be_written_is_told_and_the_others_are_there(tmp_path: Path) -> None:
    good = tmp_path / "good.md"

    problems = write({"junit": tmp_path, "markdown": good}, report(plan(), EARLY))

    assert problems == [f"--junit: {tmp_path} cannot be written: Is a directory"]
    assert good.exists()


# The terminal


def told(of: Report) -> str:
    console = Console(width=200, record=True, highlight=False, force_terminal=True, quiet=False)
    with console.capture() as captured:
        tell(of, console)
    return captured.get()


def test_the_text_names_rule_advice_and_evidence() -> None:
    text = told(report(plan(), EARLY))

    assert all(each in text for each in ("V1", "told to wait 9 s", "retry-after", "req_1"))


def test_of_many_runs_the_bad_ones_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    good = msgspec.structs.replace(one(plan()), seed=8, result="good")

    text = told(report(plan(runs=2), good, EARLY))

    assert "seed 7" in text
    assert "seed 8" not in text
    assert "seed 7, to have it again: simtwin replay st1.made-up" in capsys.readouterr().err


# What comes from outside


def test_nothing_from_outside_reaches_a_terminal_as_a_command() -> None:
    assert "\x1b[31m<" not in told(evil())
    assert plain(EVIL) == "[31m</script><b>|`[x](http://e) &"
    assert legible("a\n\tb\x00\x9b\ud800c") == "a\n\tbc"


def test_xml_stays_well_formed_whatever_is_in_it() -> None:
    [suite] = JUnitXml.fromstring(junit(evil()))

    assert "</script><b>" in suite.name


def test_markdown_shows_what_is_in_it_as_text() -> None:
    text = markdown(evil()).decode()

    assert "<b>" not in text
    assert "\x1b" not in text
    assert "[x](" not in text.replace("\\[x\\](", "")

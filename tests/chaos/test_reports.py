"""The forms of a report: what a reader of each relies on, and what cannot be smuggled into it."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from junitparser import JUnitXml
from made_up import answered, asking, cut, fired
from reported import EARLY, EVIL, OF_MESSAGES, TOLD, evil, one, plan, report, retried
from rich.console import Console

from simtwin.chaos.document import Report
from simtwin.chaos.outcome import Ended
from simtwin.chaos.plan import named_file
from simtwin.chaos.report import written
from simtwin.chaos.report.html import html
from simtwin.chaos.report.junit import junit
from simtwin.chaos.report.markdown import markdown
from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.report.told import tell
from simtwin.chaos.report.words import summary
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


def test_a_case_names_the_file_that_the_command_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "tests" / "program.py"
    program.parent.mkdir()
    program.touch()
    monkeypatch.chdir(tmp_path)
    odd = ("python", "", "tests", "x" * 5_000, "a\0")

    # As a CI service knows it, wherever its checkout is.
    assert named_file((*odd, f"{program}::test_it")) == "tests/program.py"
    assert named_file(("python", "/etc/passwd")) == "/etc/passwd"
    assert named_file(odd) is None
    of = msgspec.structs.replace(report(plan(), EARLY), file="tests/program.py")
    assert b'file="tests/program.py"' in junit(of)


# Markdown


def test_markdown_has_the_findings_first_and_the_line_that_has_it_again() -> None:
    text = markdown(report(plan(), EARLY)).decode()

    assert text.startswith("## ❌ simtwin chaos: findings\n")
    assert text.index("**V1: a good client waits") < text.index("rules were not exercised")
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


def test_of_many_runs_the_bad_ones_are_told() -> None:
    good = msgspec.structs.replace(one(plan()), seed=8, result="good")

    text = told(report(plan(runs=2), good, EARLY))

    assert "seed 7" in text
    assert "seed 8" not in text
    assert "seed 7, to have it again: simtwin replay st1.made-up" in text


# Figures


def stormy() -> Report:
    """A run that threw a part of an answer away, and in whose first window faults fired."""
    of = {"model": "claude-sonnet-4-6", "usage": {"input_tokens": 1_000, "output_tokens": 500}}
    entries = [
        cut(1, 1.0, fired=fired("disconnect"), **OF_MESSAGES | of),
        answered(2, 3.0, **OF_MESSAGES | of),
        answered(3, 25.0, body=asking("other"), **OF_MESSAGES | of),
    ]
    return report(plan(), one(plan(), entries))


def test_every_form_tells_what_was_thrown_away_and_how_requests_multiplied() -> None:
    found = stormy()
    amplified = "1.50 requests a call over the run; 2.00 in the windows of 10 s"
    wasted = "not received whole: 1 request, 1,000 tokens of input and 500 of output, about $0.0105"
    for text in (told(found), plain(markdown(found).decode()), plain(html(found))):
        assert amplified in text
        assert wasted in text
        assert "an estimate" in text

    [suite] = JUnitXml.fromstring(junit(found))
    properties = {each.name: each.value for each in suite.properties()}  # type: ignore[no-untyped-call]  # the package is typed in part
    assert properties["requests_a_call"] == "1.5"
    assert properties["wasted_output_tokens"] == "500"
    assert properties["wasted_dollars_estimate"] == "0.0105"
    assert suite.timestamp == "1970-01-01T00:00:00+00:00"


def test_a_good_run_says_how_much_was_looked_at() -> None:
    for text in (told(stormy()), markdown(stormy()).decode(), html(stormy()).lower()):
        assert "nothing to complain of in the 5 of 28 rules that were exercised" in text


def test_findings_that_do_not_count_are_not_kept_quiet_about() -> None:
    known = one(plan(), retried([1.0], **TOLD), known={"V1/messages"})

    assert "but 1 finding that does not count" in told(report(plan(), known))


def test_calls_that_were_never_answered_are_counted() -> None:
    run = one(plan(), retried()[:-1])

    assert run.unanswered == 1
    assert "1 request, 1 with faults, of 1 call, 1 of them without an answer" in summary(run)
    assert "without an answer" not in summary(one(plan(), retried()))


def test_the_curve_is_a_chart_on_a_terminal_and_in_markdown() -> None:
    line = f" 0 s  {'█' * 24}  2.00  2 requests of 1 call, 1 with faults"

    assert line in told(stormy())
    [drawn] = re.findall(r"```text\n(.*?)```", markdown(stormy()).decode(), re.DOTALL)
    assert line in drawn


def test_a_call_names_its_faults_as_a_script_does_and_what_was_thrown_away() -> None:
    first, second = stormy().runs[0].calls[0].attempts

    assert [each.said for each in first.faults] == ["disconnect"]
    assert (first.thrown_away, first.input_tokens, first.output_tokens) == ("aborted", 1_000, 500)
    assert second.thrown_away is None


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

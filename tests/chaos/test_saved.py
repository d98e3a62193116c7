"""A report that was saved is shown again, in every form, as the run itself would have shown it."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from reported import EARLY, evil, plan, report

from simtwin.chaos.document import Report, encoded
from simtwin.chaos.report.written import FORMS
from simtwin.chaos.saved import LARGEST, SavedError, saved
from simtwin.cli import commands


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "chaos.json"


def show(*arguments: str) -> Result:
    return CliRunner().invoke(commands, ["chaos", "report", *arguments])


@pytest.mark.parametrize("of", [report(plan(), EARLY), evil()])
def test_every_form_of_a_saved_report_is_that_of_the_run(file: Path, of: Report) -> None:
    file.write_bytes(encoded(of))

    again = saved(file)

    assert again == of
    assert all(form(again) == form(of) for form in FORMS.values())


def test_it_is_text_where_no_other_form_is_asked_for(file: Path, tmp_path: Path) -> None:
    file.write_bytes(encoded(report(plan(), EARLY)))
    page = tmp_path / "page.html"

    told, quiet = show(str(file)), show(str(file), "--html", str(page))

    assert told.exit_code == quiet.exit_code == 0
    assert "simtwin chaos: findings" in told.stdout
    assert quiet.output == ""
    assert page.read_bytes() == FORMS["html"](report(plan(), EARLY))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "no report of a chaos run"),
        (b"[" * 9_999, "no report of a chaos run"),
        (b'{"version": 2}', "a report of version 2; this is for 1"),
        (b'{"version": 1}', "missing required field `simtwin`"),
        (b"\xff", "no report of a chaos run"),
    ],
)
def test_what_is_no_report_is_named(file: Path, content: bytes, says: str) -> None:
    file.write_bytes(content)

    ran = show(str(file))

    assert ran.exit_code == 2
    assert says in ran.stderr


def test_a_file_that_is_not_there_or_has_no_end_is_named(file: Path) -> None:
    with pytest.raises(SavedError, match="cannot be read: No such file"):
        saved(file)
    with file.open("wb") as sparse:
        sparse.truncate(LARGEST + 1)
    with pytest.raises(SavedError, match="has more than 67,108,864 bytes"):
        saved(file)


def test_a_report_that_cannot_be_written_is_status_2(file: Path, tmp_path: Path) -> None:
    file.write_bytes(encoded(report(plan(), EARLY)))

    ran = show(str(file), "--junit", str(tmp_path))

    assert (ran.exit_code, ran.stderr) == (
        2,
        f"simtwin: --junit: {tmp_path} cannot be written: Is a directory\n",
    )

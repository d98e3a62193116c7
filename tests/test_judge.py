"""`simtwin judge`: a journal that was saved is judged, and what cannot be judged is named."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result
from made_up import answered, made

from simtwin.cli import commands
from simtwin.core.entry import Entry
from simtwin.judging import LONGEST_LINE, judged, show
from simtwin.verdicts.verdict import Verdict

EARLY = (made(1, 0, status=429, told={"retry-after": "9"}), answered(2, 3))
QUICK = (made(1, 0), answered(2, 1.01))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.jsonl"


def save(path: Path, *entries: Entry) -> str:
    path.write_bytes(b"".join(msgspec.json.encode(entry) + b"\n" for entry in entries))
    return str(path)


def judge(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(commands, ["judge", *arguments], input=given)


def test_a_client_that_comes_early_is_told_so_and_exits_with_one(journal: Path) -> None:
    ran = judge(save(journal, *EARLY))

    assert ran.exit_code == 1
    assert "error, V1 waits as long as retry-after says:" in ran.stdout
    assert "came back after 2.000 s, told to wait 9 s (at 0.000 s, req_1, req_2" in ran.stdout
    assert "not exercised, V14 keeps a clean history: a conversation" in ran.stdout


def test_a_client_that_does_nothing_wrong_exits_with_zero(journal: Path) -> None:
    ran = judge(save(journal, answered(1, 0)))

    assert ran.exit_code == 0
    assert ran.stdout.startswith("1 requests of 1 calls in 1.0 s, 1 a call\n")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 0),
        (("--fail-on", "warning"), 1),
        (("--fail-on", "warning", "--min-confidence", "high"), 0),
    ],
)
def test_what_counts_is_as_grave_and_as_sure_as_one_says(
    journal: Path, arguments: tuple[str, ...], status: int
) -> None:
    assert judge(save(journal, *QUICK), *arguments).exit_code == status


def test_json_is_the_verdict_and_nothing_else(journal: Path) -> None:
    ran = judge(save(journal, *EARLY), "--json")

    verdict = msgspec.json.decode(ran.stdout, type=Verdict)
    assert (ran.exit_code, verdict.version, verdict.attempts, verdict.calls) == (1, 1, 2, 1)
    assert json.loads(ran.stdout)["rules"][0]["value"] == "fail"


def test_a_journal_may_come_by_standard_input(journal: Path) -> None:
    text = Path(save(journal, *EARLY)).read_text()

    assert judge("-", given=text).exit_code == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "there is nothing in it"),
        ("{}\n", "line 1: no entry of a journal: Object missing required field `id`"),
        ("not JSON\n", "line 1: no entry of a journal: JSON is malformed"),
        ("x" * (LONGEST_LINE + 1), f"line 1: longer than {LONGEST_LINE} bytes"),
    ],
)
def test_what_is_no_journal_is_named_by_its_line(journal: Path, text: str, told: str) -> None:
    journal.write_text(text)

    ran = judge(str(journal))

    assert ran.exit_code == 2
    assert told in ran.stderr


def test_a_broken_line_is_counted_from_the_first(journal: Path) -> None:
    save(journal, *EARLY)
    journal.write_text(journal.read_text() + "\n{}\n")

    assert "line 4: no entry" in judge(str(journal)).stderr


def test_a_file_that_is_not_there_is_named(journal: Path) -> None:
    ran = judge(str(journal))

    assert ran.exit_code == 2
    assert f"{journal} cannot be read: No such file" in ran.stderr


def test_nothing_that_a_terminal_obeys_is_printed(journal: Path) -> None:
    sneaky = made(1, 0, stainless={"retry-count": "0"})
    second = answered(2, 3, stainless={"retry-count": "\x1b[2J"})

    ran = judge(save(journal, sneaky, second))

    assert "\x1b" not in ran.stdout
    assert "from 0 to" in ran.stdout


def test_a_terminal_gets_a_table(
    journal: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    status = show(
        judged(save(journal, *EARLY)), as_json=False, fail_on="error", min_confidence="medium"
    )

    shown = capsys.readouterr().out
    assert status == 1
    assert "came back after 2.000 s" in shown
    assert "[bold red]" not in shown

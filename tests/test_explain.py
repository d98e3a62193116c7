"""`simtwin explain`: what it says will happen is what happens."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import trio
import trio.testing
from click.testing import CliRunner
from virtual import staged

from simtwin.cli import commands
from simtwin.core.fault import as_settings
from simtwin.explaining import ExplainError, explain, show
from simtwin_faults.profiles import texts

MODEL = "claude-sonnet-4-6"


@pytest.mark.parametrize("name", ["overloaded", "rate_limited", "staggered_recovery"])
async def test_the_twin_does_to_its_first_key_what_was_explained(
    name: str, autojump_clock: trio.testing.MockClock
) -> None:
    told = explain(name, requests=20, seed=7, gap=1.0, model=MODEL, stream=False)

    async with staged("asgi", settings={"profiles": [name]}) as stage:
        began = trio.current_time()
        for n in range(20):
            await trio.sleep_until(began + n)
            await stage.create(model=MODEL)
        entries = await stage.entries()

    assert [[each["rule"] for each in entry["fired"]] for entry in entries] == [
        [each.rule for each in foreseen.faults] for foreseen in told.foreseen
    ]
    assert any(foreseen.faults for foreseen in told.foreseen)


@pytest.mark.parametrize("name", texts())
def test_every_profile_is_explained_with_all_of_its_rules(name: str) -> None:
    ran = CliRunner().invoke(commands, ["explain", name, "--json", "--requests", "5", "--stream"])

    doc = json.loads(ran.stdout)
    assert ran.exit_code == 0
    assert (doc["profile"], doc["seed"], doc["stream"]) == (name, 7, True)
    assert [each["number"] for each in doc["requests"]] == [1, 2, 3, 4, 5]
    assert all(rule["when"] and rule["requests"] and rule["does"] for rule in doc["rules"])


def test_a_pipe_gets_plain_lines() -> None:
    ran = CliRunner().invoke(commands, ["explain", "rate_limited", "--seed", "3"])

    lines = ran.stdout.splitlines()
    assert lines[0].startswith("rate_limited: Rate limits bite")
    assert "every-fourth: refuse(status=429, retry_after=2). " in ran.stdout
    assert "    To messages: one in every 4" in lines
    assert "   4         3 s  refuse(status=429, retry_after=2) by every-fourth" in lines
    assert lines[-1] == "Note: what hangs on chance is as this seed has it."


def test_a_terminal_gets_tables(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    told = explain(
        "spillover", requests=3, seed=7, gap=400.0, model="claude-opus-4-8", stream=False
    )
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    show(told, as_json=False)

    printed = capsys.readouterr().out
    assert "Rules" in printed
    assert "sonnet-overloaded" in printed
    assert "refuse(status=500)" in printed
    assert "as if nobody else were about" in printed


def test_a_file_is_explained_and_a_rule_that_is_not_there_in_this_run_is_told_so(
    tmp_path: Path,
) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(
        'summary = "s"\ngood_client = "g"\n[[rules]]\nname = "never"\nwhen = { active = 0 }\nhang = {}\n'
    )

    told = explain(str(mine), requests=2, seed=7, gap=1.0, model="m", stream=False)

    assert [rule["active"] for rule in told.doc()["rules"]] == [False]
    assert [each.rules for each in told.foreseen] == [(), ()]
    assert [as_settings(rule.fault) for rule in told.in_force.inactive] == [{}]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "there is no profile nope; there are black_hole, "),
        ("./nope.toml", "./nope.toml cannot be read: "),
        ("{folder}/bad.toml", "profile bad.toml, rule 1: when.nth: must be a whole number"),
    ],
)
def test_what_cannot_be_explained_is_said_why(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "bad.toml").write_text(
        'summary = "s"\ngood_client = "g"\n[[rules]]\nwhen = { nth = 0 }\nhang = {}\n'
    )

    with pytest.raises(ExplainError) as caught:
        explain(
            name.replace("{folder}", str(tmp_path)),
            requests=1, seed=7, gap=1.0, model="m", stream=False,
        )  # fmt: skip

    assert str(caught.value).startswith(message)

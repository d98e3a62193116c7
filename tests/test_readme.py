"""What the README says is so."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from random import Random
from typing import Any

import click
import pytest

from simtwin import cli
from simtwin.chaos.command import chaos
from simtwin.chaos.explore.choices import CHOICES, DEAR, DEFAULT
from simtwin.core.fault import SettingsError, settings_of
from simtwin.core.profile import parse as parse_profile
from simtwin.core.script import parse as parse_script
from simtwin.core.settings import parse as parse_settings
from simtwin.core.storm.policies import POLICIES
from simtwin.core.storm.policy import Given
from simtwin.edge.options import vocabulary
from simtwin.storm.command import storm
from simtwin_faults import KINDS
from simtwin_faults.profiles import texts

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
PLACE = {"after_events", "before_event", "at_byte", "at_token"}


def rows(title: str) -> list[list[str]]:
    """The cells of the table that begins with a header cell, without its head."""
    table = README[README.index(f"| {title} |") :].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table]


def named(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_two_commands_that_set_everything_up_are_there() -> None:
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/simtwin serve" in README
    )
    assert (
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest" in README
    )


def test_every_kind_is_listed_with_every_setting() -> None:
    listed = {named(row[0])[0]: row[2] for row in rows("kind")}

    assert list(listed) == list(KINDS)
    for name, kind in KINDS.items():
        settings = {setting.name for setting in settings_of(kind)}
        told = set(named(listed[name])) | (PLACE if "a place" in listed[name] else set())
        assert told == settings, name


def test_every_profile_is_listed() -> None:
    assert {named(row[0])[0] for row in rows("profile")} == set(texts())


def test_every_profile_loads() -> None:
    for name, text in texts().items():
        profile = parse_profile(text, name, KINDS)
        assert profile.summary
        assert profile.good_client
        assert profile.rules


def test_every_flag_of_serve_is_told_and_no_other() -> None:
    told = {
        flag for row in rows("`simtwin serve`") for flag in re.findall(r"--[a-z][a-z-]+", row[0])
    }
    known = {
        flag
        for option in cli.serve.params
        if isinstance(option, click.Option) and not option.hidden
        for flag in option.opts
    }

    assert told == known


def test_every_flag_of_chaos_run_is_told_and_no_other() -> None:
    table = rows("`simtwin chaos run … -- COMMAND`")
    told = {flag for row in table for flag in re.findall(r"--[a-z][a-z-]+", row[0])}
    run = chaos.commands["run"]

    assert told == {
        flag for each in run.params if isinstance(each, click.Option) for flag in each.opts
    }


def test_every_flag_of_chaos_explore_and_shrink_is_told_and_no_other() -> None:
    table = rows("`simtwin chaos explore … -- COMMAND`")
    section = README[README.index("    simtwin chaos shrink") :].split("\n## ")[0]

    def flags(command: str) -> set[str]:
        options = [p for p in chaos.commands[command].params if isinstance(p, click.Option)]
        return {flag for each in options for flag in (*each.opts, *each.secondary_opts)}

    assert {f for row in table for f in re.findall(r"--[a-z][a-z-]+", row[0])} == flags("explore")
    assert set(re.findall(r"--[a-z][a-z-]+", section)) == flags("shrink")


def test_every_fault_that_explore_tries_is_in_the_matrix_shown() -> None:
    section = README[README.index("    simtwin chaos explore") :].split("\n## ")[0]
    shown = re.findall(r"^    ([a-z0-9-]+) +[.LS ]", section, re.MULTILINE)

    assert shown == list(DEFAULT)
    assert {name for name in named(section) if name in CHOICES} == set(DEAR)


def test_every_flag_of_storm_is_told_and_no_other() -> None:
    told = {
        flag for row in rows("`simtwin storm`") for flag in re.findall(r"--[a-z][a-z-]+", row[0])
    }

    assert told == {
        flag for each in storm.params if isinstance(each, click.Option) for flag in each.opts
    }


def test_every_policy_of_storm_is_told_and_the_function_shown_is_one() -> None:
    section = README[README.index("\nPolicies: ") :].split("\n\n")
    scope: dict[str, Any] = {}
    exec(section[1].replace("\n    ", "\n").strip(), scope)  # noqa: S102  # our own README
    mine = Given("mine:wait", scope["wait"])

    assert {name for name in named(section[0]) if name in POLICIES} == set(POLICIES)
    assert mine.wait(1, 529, 3.0, 0.1, Random(7)) == 3
    assert mine.wait(6, None, None, 9.0, Random(7)) is None


def test_the_scripts_and_rules_shown_are_good() -> None:
    words = vocabulary(lambda _: None)
    scripts = re.findall(r"--script '([^']+)'", README)
    scripts += re.findall(r"^    (529; 429.+)$", README, re.MULTILINE)
    rules = README[README.index('    {"rules": [{') :].split("\n\n")[0]

    assert len(scripts) >= 2
    for text in scripts:
        parse_script(text, words.kinds)
    assert parse_settings(ast.literal_eval(rules.strip().replace("true", "True")), words).rules


def test_the_error_shown_is_the_one_given() -> None:
    words = vocabulary(lambda _: None)
    shown = re.search(r'^    \{"error": "(.+)"\}$', README, re.MULTILINE)

    assert shown is not None
    with pytest.raises(SettingsError) as refused:
        parse_settings({"rules": [{"stall": {"second": 3}}]}, words)
    assert str(refused.value) == shown[1]


def test_every_deviation_has_a_test_and_every_such_test_is_listed() -> None:
    section = README[README.index("## How it differs") : README.index("## Work on it")]
    listed = re.findall(r"^- `([a-z_]+)`:", section, re.MULTILINE)
    tree = ast.parse((ROOT / "tests" / "test_deviations.py").read_text())
    tested = {
        node.name.removeprefix("test_")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
    }

    assert set(listed) == tested
    assert len(listed) == len(set(listed))


def test_every_command_that_is_shown_exists() -> None:
    shown = {
        shlex.split(line.split("simtwin ", 1)[1])[0].strip("`,.")
        for line in re.findall(
            r"`?simtwin (?:serve|chaos|demo|faults|profiles)\b(?!:)[^\n]*", README
        )
    }

    assert {name.split("`")[0] for name in shown} <= set(cli.commands.commands)

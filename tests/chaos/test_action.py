"""`action.yml`: it asks `simtwin chaos run` for what its inputs say, in words that this one knows."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from simtwin.chaos.command import run

ACTION: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8")
)
[STEP] = ACTION["runs"]["steps"]
OWN = "SIMTWIN_ACTION"


@pytest.fixture(autouse=True)
def _no_seed_of_the_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIMTWIN_SEED", raising=False)


def given(**inputs: str) -> dict[str, str]:
    """The inputs as GitHub hands them on, with the defaults of those that are not given."""
    defaults = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    return defaults | {name.replace("_", "-"): value for name, value in inputs.items()}


def asked(folder: Path, **inputs: str) -> dict[str, Any]:
    """What `simtwin chaos run` is asked for, as it understands it itself.

    Programs of the step's own stand where it makes and calls its environment: no test installs.
    """
    programs = folder / "simtwin" / "bin"
    programs.mkdir(parents=True)
    for name in ("python3", "pip"):
        (programs / name).write_text("#!/bin/sh\n")
    (programs / "simtwin").write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    for each in programs.iterdir():
        each.chmod(0o755)
    values = {
        name: given(**inputs)[expression.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, expression in STEP["env"].items()
        if name != OWN
    }
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"
    # As GitHub starts it -- "bash --noprofile --norc -eo pipefail {0}", workflow syntax.
    ran = subprocess.run(  # the step of the file in this repository
        ["/usr/bin/env", "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", STEP["run"]],
        env={"PATH": path, "RUNNER_TEMP": str(folder), OWN: ".", **values},
        cwd=folder,
        stdout=subprocess.PIPE,
        check=True,
    )
    chaos, command, *arguments = ran.stdout.decode().split("\0")[:-1]
    assert (chaos, command) == ("chaos", "run")
    return run.make_context("run", arguments).params


def test_every_input_comes_as_a_variable_and_none_as_a_part_of_the_script() -> None:
    read = {value for name, value in STEP["env"].items() if name != OWN}

    assert read == {f"${{{{ inputs.{name} }}}}" for name in ACTION["inputs"]}
    assert "${{" not in STEP["run"]
    assert all(f"${name}" in STEP["run"] for name in STEP["env"])
    assert all(each["description"] for each in ACTION["inputs"].values())


def test_what_is_not_given_is_not_asked_for(tmp_path: Path) -> None:
    found = asked(tmp_path, command="pytest tests && echo 'all $(done)'")

    assert found["command"] == ("bash", "-c", "pytest tests && echo 'all $(done)'")
    assert (found["profiles"], found["script"], found["seed"]) == ((), None, None)
    assert found["fail_on"] == "error"
    assert (tmp_path / "simtwin-report").is_dir()


def test_every_input_is_an_option(tmp_path: Path) -> None:
    found = asked(
        tmp_path,
        command="./it",
        profile="overloaded  ./mine.toml *",
        script='529; body(text="$HOME `a`")',
        seed="7",
        fail_on="warning",
        reports="my reports",
        options='--runs 3 --baseline "$RUNNER_TEMP/known.json"',
    )

    assert found["profiles"] == ("overloaded", "./mine.toml", "*")
    assert found["script"] == '529; body(text="$HOME `a`")'
    assert (found["seed"], found["fail_on"], found["runs"]) == (7, "warning", 3)
    assert found["baseline"] == tmp_path / "known.json"
    forms = ("report_json", "junit", "markdown", "html")
    assert [str(found[form]) for form in forms] == [
        f"my reports/chaos.{ending}" for ending in ("json", "xml", "md", "html")
    ]


@pytest.mark.parametrize("name", ["profile", "script", "seed", "fail-on", "reports"])
def test_an_input_is_called_as_its_option_is(name: str) -> None:
    options = {option for each in run.params for option in each.opts}

    # Four files of one folder.
    assert f"--{name}" in options or name == "reports"


def test_the_default_severity_is_that_of_the_command() -> None:
    [fail_on] = [each for each in run.params if each.name == "fail_on"]

    assert ACTION["inputs"]["fail-on"]["default"] == fail_on.default

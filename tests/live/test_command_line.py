"""The commands that end by themselves: what there is, and what cannot be."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from live.served import run

import simtwin
from simtwin.cli import main
from simtwin.edge.options import Options
from simtwin.edge.served import listen
from simtwin_faults import KINDS
from simtwin_faults.profiles import texts

PROFILE = 'summary = "One."\ngood_client = "Waits."\n[[rules]]\n'


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["529; ok"], "TOKEN: a replay token begins with 'st1.'"),
        (["st1.AAAA"], "TOKEN: this replay token is damaged: "),
        (["@{folder}/nope"], "@{folder}/nope cannot be read: "),
        (["@{folder}/bad"], "@{folder}/bad: fates['1/1'][''][0]: there is no kind 'bogus'"),
        (["@{folder}/raw", "--host", "192.0.2.1"], "@{folder}/raw: fates['1/1'][''][0]: "),
        ([], "Missing argument 'TOKEN|@FILE'."),
        (["@{folder}/good", "--json", "--", "true"], "--json: what is printed is the COMMAND's"),
        (["@{folder}/good", "--script", "ok"], "No such option '--script'"),
    ],
)
def test_a_replay_that_cannot_be_is_told_so(
    given: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, item in (("bad", "bogus"), ("raw", "garbage"), ("good", "529")):
        doc = {"version": 1, "seed": 7, "fates": {"1/1": {"": [[0, item]]}}}
        (tmp_path / name).write_text(json.dumps(doc))
    arguments = [each.format(folder=tmp_path) for each in given]
    monkeypatch.setattr("sys.argv", ["simtwin", "replay", *arguments])

    with pytest.raises(SystemExit) as ended:
        main()

    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert printed.out == ""
    assert printed.err.startswith(f"simtwin: {told.format(folder=tmp_path)}")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--profile", "nope"], "--profile: there is no profile 'nope'; there are "),
        (["--profile", "./nope.toml"], "--profile: ./nope.toml cannot be read: "),
        (["--profile", "{folder}/bad.toml"], "--profile: profile bad.toml, rule 1: stall has no "),
        (["--pace", "nope"], "--pace: a pace is one of instant, real, "),
        (["--tier", "gold"], "Invalid value for '--tier': 'gold' is not one of "),
        (["--port", "70000"], "Invalid value for '--port': "),
        (["--max-wait", "nan"], "--max-wait: a number of seconds is wanted, not nan"),
        (["--data", "{folder}/bad.toml/x"], "--data: {folder}/bad.toml/x cannot be used: Not a d"),
        (["--nope"], "No such option '--nope'"),
        (["--admin-token", "short"], "--admin-token: a token needs at least 16 "),
        (["--admin-token", "@{folder}/nope"], "--admin-token: {folder}/nope cannot be read: "),
    ],
)
def test_an_option_that_cannot_be_is_told_in_one_line(
    options: list[str],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "bad.toml").write_text(f"{PROFILE}stall = {{second = 3}}\n")
    given = [option.format(folder=tmp_path) for option in options]
    # In this process: most of what a process of its own takes is imports.
    monkeypatch.setattr("sys.argv", ["simtwin", "serve", "--port", "0", *given])

    with pytest.raises(SystemExit) as ended:
        main()

    printed = capsys.readouterr()
    assert ended.value.code == 2
    assert printed.out == ""
    assert printed.err.startswith(f"simtwin: {told.format(folder=tmp_path)}")
    assert printed.err.count("\n") == 1


def test_a_port_that_somebody_has_is_told_in_one_line(
    simtwin_script: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status = simtwin_script("serve", "--port", str(port))

    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith(f"simtwin: cannot listen on 127.0.0.1:{port}: Address already in use")
    assert err.count("\n") == 1


def test_a_file_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    """In a process of its own, where one line is all that there is."""
    file = tmp_path / "no" / "port"
    done = run("serve", "--port", "0", "--port-file", str(file))

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"simtwin: --port-file: {file} cannot be written: ")
    assert done.stderr.count("\n") == 1


def test_a_script_that_is_none_is_shown_with_the_place_where_it_goes_wrong(
    simtwin_script: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    script = "529; stal(seconds=3)"
    status = simtwin_script("serve", "--port", "0", "--script", script)

    out, err = capsys.readouterr()
    problem, *shown = err.splitlines()
    assert (status, out) == (2, "")
    assert problem.startswith("simtwin: --script: ")
    assert shown == [script, "     ^"]


def test_what_there_is_can_be_listed(
    simtwin_script: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    listed = {}
    for name in ("faults", "profiles", "--version", "--help"):
        status = simtwin_script(name)
        listed[name], err = capsys.readouterr()
        assert (status, err) == (0, "")

    for kind in KINDS:
        assert f" {kind} " in listed["faults"]
    for profile in texts():
        assert f" {profile} " in listed["profiles"]
    assert listed["--version"] == f"simtwin, version {simtwin.__version__}\n"
    for command in ("serve", "demo", "faults", "profiles"):
        assert f"\n  {command} " in listed["--help"]


def test_a_command_that_is_none_is_told_in_one_line(
    simtwin_script: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    status = simtwin_script("swerve")

    out, err = capsys.readouterr()
    assert (status, out) == (2, "")
    assert err.startswith("simtwin: No such command 'swerve'")
    assert err.count("\n") == 1


def test_without_a_command_the_help_is_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["simtwin"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("Usage: simtwin ")


async def test_a_name_of_several_addresses_gets_one_free_port() -> None:
    """Else a twin would announce the port of one of them, and a client try another."""
    listeners = await listen(Options(host="localhost", port=0, seed=7))

    assert len(listeners) == 1
    for listener in listeners:
        await listener.aclose()

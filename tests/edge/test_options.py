"""What `simtwin serve` is told becomes settings, and what cannot be is said in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simtwin.api.tiers import Limits
from simtwin.core.in_force import InForce, in_force
from simtwin.core.settings import Settings, Vocabulary
from simtwin.edge.options import Options, OptionsError, command_line, vocabulary
from simtwin_faults import KINDS

PROFILE = """
summary = "Nothing works."
good_client = "Goes home."

[[rules]]
refuse = { status = 503 }
"""


def started(**options: Any) -> tuple[Vocabulary, Settings]:
    told: list[object] = []
    words, settings = command_line(Options(seed=7, **options), told.append)
    assert told == []
    return words, settings


def holds(**options: Any) -> InForce:
    words, settings = started(**options)
    return in_force([("command line", settings)], words)


def test_by_default_limits_are_those_of_scale_the_pace_is_real_and_nothing_fails() -> None:
    found = holds()

    assert found.limits == Limits("scale")
    assert (found.pace.name, found.seed, found.rules, found.script) == ("real", 7, (), None)


def test_each_option_is_a_field_of_the_settings() -> None:
    found = holds(
        tier="tier1", pace="instant", script="529; ok", profiles=("overloaded", "slow_morning")
    )

    assert found.limits == Limits("tier1")
    assert found.pace.name == "instant"
    assert found.script is not None
    assert found.script.text == "529; ok"
    assert [found.rules[0].name, found.rules[-1].name] == ["opening-burst", "pause"]


def test_the_vocabulary_has_every_kind_and_every_profile() -> None:
    words = vocabulary(print)

    assert set(words.kinds) >= set(KINDS)
    assert {"overloaded", "rate_limited", "flaky_stream"} <= set(words.profiles)


@pytest.mark.parametrize("relative", [True, False])
def test_a_profile_can_be_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, relative: bool
) -> None:
    (tmp_path / "mine.toml").write_text(PROFILE)
    monkeypatch.chdir(tmp_path)
    name = "mine.toml" if relative else str(tmp_path / "mine.toml")

    words, settings = started(profiles=("overloaded", name))
    found = in_force([("command line", settings)], words)

    assert found.rules[-1].fault == KINDS["refuse"](status=503)  # type: ignore[call-arg]  # its own
    assert settings.profiles == ("overloaded", name)


def test_a_profile_that_comes_with_the_package_is_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "overloaded").write_text("no profile at all")
    monkeypatch.chdir(tmp_path)

    assert holds(profiles=("overloaded",)).rules[0].name == "opening-burst"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"profiles": ("no_such",)}, "--profile: there is no profile 'no_such'; there are"),
        ({"profiles": ("no/such.toml",)}, "--profile: no/such.toml cannot be read"),
        ({"profiles": ("overloaded", "overloaded")}, "--profile: overloaded is listed already"),
        ({"script": "529; sdall"}, "--script: "),
        ({"pace": "leisurely"}, "--pace: a pace is one of "),
        ({"tier": "tier9"}, "--tier: there is no tier 'tier9'"),
    ],
)
def test_what_cannot_be_is_told_by_the_name_of_its_option(
    options: dict[str, Any], words: str
) -> None:
    with pytest.raises(OptionsError) as refused:
        started(**options)

    assert str(refused.value).replace('"', "'").startswith(words)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("summary = 1", "--profile: profile bad.toml: "),
        (PROFILE + "stall = { seconds = 1 }\n", "--profile: profile bad.toml, rule 1: "),
    ],
)
def test_a_file_that_is_no_profile_is_told_with_its_name_and_rule(
    tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)

    with pytest.raises(OptionsError) as refused:
        started(profiles=(str(path),))

    assert str(refused.value).startswith(words)


def test_a_file_that_is_no_text_is_told_too(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(OptionsError, match="cannot be read"):
        started(profiles=(str(path),))


def test_the_operators_token_is_in_no_picture_of_the_options() -> None:
    options = Options(seed=7, admin_token="a-token-of-the-operator")

    assert "a-token-of-the-operator" not in repr(options)


@pytest.mark.parametrize(
    ("options", "allowed"),
    [
        ({}, True),
        ({"host": "localhost"}, True),
        ({"host": "10.0.0.1"}, False),
        ({"host": "10.0.0.1", "allow_raw": True}, True),
    ],
)
def test_off_loopback_faults_write_what_is_no_http_only_if_they_may(
    options: dict[str, Any], allowed: bool
) -> None:
    def garbled() -> None:
        command_line(Options(seed=7, script="ok; garbage", **options), print)

    if allowed:
        garbled()
    else:
        with pytest.raises(OptionsError, match="--script: garbage: it writes what is no HTTP"):
            garbled()

"""The demo runs, quickly, and shows what really happened."""

from __future__ import annotations

import gc
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import trio
import trio.testing
from click.testing import CliRunner

from simtwin import demo
from simtwin.cli import commands


def waits(call: demo.Call) -> list[float]:
    """Seconds between the end of an attempt and the beginning of the next."""
    pairs = zip(call.attempts, call.attempts[1:], strict=False)
    return [after["first_byte_at"] - before["last_byte_at"] for before, after in pairs]


@contextmanager
def untidy_sdk() -> Iterator[None]:
    """The SDK leaves generators unfinished where a stream breaks; trio warns of it when they go."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


@pytest.fixture(scope="module")
def calls() -> list[demo.Call]:
    clock = trio.testing.MockClock(autojump_threshold=0)
    with untidy_sdk():
        return trio.run(partial(demo._play, 7), clock=clock)


def statuses(call: demo.Call) -> list[Any]:
    return [attempt["status"] for attempt in call.attempts]


def test_the_sdk_waits_as_long_as_it_is_told(calls: list[demo.Call]) -> None:
    assert statuses(calls[0]) == [429, 200]
    assert waits(calls[0])[0] >= 20


def test_the_sdk_backs_off_on_529s_and_then_gets_its_answer(calls: list[demo.Call]) -> None:
    assert statuses(calls[1]) == [529, 529, 200]
    assert 0 < waits(calls[1])[0] < waits(calls[1])[1]
    assert calls[1].outcome.startswith("a message of")


def test_a_trickle_takes_its_time(calls: list[demo.Call]) -> None:
    attempt = calls[2].attempts[0]
    took = attempt["last_byte_at"] - attempt["first_byte_at"]

    # 2 s of latency, then 8 tokens a second.
    assert took == pytest.approx(2.3 + attempt["sent_tokens"] / 8, abs=0.01)


def test_what_breaks_in_a_stream_is_raised_and_not_retried(calls: list[demo.Call]) -> None:
    assert [call.outcome for call in calls[3:5]] == ["raised APIStatusError", "raised ReadError"]
    assert [len(call.attempts) for call in calls[3:5]] == [1, 1]


def test_the_sdk_gives_up_after_three_attempts(calls: list[demo.Call]) -> None:
    assert statuses(calls[5]) == [529, 529, 529]
    assert calls[5].outcome == "raised OverloadedError"


def test_the_command_prints_a_row_for_every_attempt() -> None:
    with untidy_sdk():
        result = CliRunner().invoke(commands, ["demo"])

    assert result.exit_code == 0, result.output
    assert result.output.count("tries again") == 5
    assert "for the client" in result.output


def test_without_the_sdk_the_demo_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "anthropic", None)

    with pytest.raises(SystemExit) as ended:
        commands.main(["demo"], standalone_mode=False)

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "simtwin: the demo needs the SDK: pip install 'anthropic-simtwin[demo]'\n"
    )

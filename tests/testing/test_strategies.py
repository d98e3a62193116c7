"""Strategies draw what there can be, all of it, and shrink towards less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st

from simtwin.core import script as scripts_
from simtwin.core.fault import as_settings
from simtwin.core.settings import parse
from simtwin.testing import VirtualTwin, run, strategies
from simtwin.testing.front import words
from simtwin_faults import KINDS


@pytest.mark.parametrize("kind", strategies.ALL)
@given(data=st.data())
def test_any_fault_of_any_kind_can_be(kind: str, data: st.DataObject) -> None:
    text = data.draw(strategies.faults((kind,), max_seconds=60))

    (item,) = scripts_.parse(text, KINDS).items
    (fired,) = item.faults
    assert fired.kind == kind
    waits = [
        value
        for name, value in as_settings(fired.fault).items()
        if name.endswith("seconds") or name == "retry_after"
    ]
    assert all(0 < wait <= 60 for wait in waits)


@given(script=strategies.scripts(strategies.ALL, max_faults=5))
def test_any_script_can_be_read(script: str) -> None:
    assert 1 <= len(scripts_.parse(script, KINDS).items) <= 5


@given(rules=strategies.profiles(strategies.ALL), replies=st.lists(strategies.replies()))
def test_any_rules_and_replies_are_settings(
    rules: list[dict[str, Any]], replies: list[dict[str, Any]]
) -> None:
    assert parse({"rules": rules, "replies": replies}, words()).rules


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind"):
        strategies.faults(("stahl",))


def smallest(strategy: st.SearchStrategy[str], wanted: Callable[[str], bool]) -> str:
    return find(strategy, wanted, settings=settings(max_examples=100, database=None))


def test_scripts_shrink_to_few_faults_early_and_short() -> None:
    some = strategies.scripts(("refuse", "stall"), max_faults=2)

    assert smallest(some, lambda text: "stall" in text) == "stall(seconds=1)"
    assert smallest(strategies.faults(("refuse",)), lambda text: "retry" in text).startswith("500(")


@given(request=strategies.requests(), reply=strategies.replies())
def test_the_api_takes_every_request_and_says_every_reply(
    request: dict[str, Any], reply: dict[str, Any]
) -> None:
    async def main() -> None:
        async with VirtualTwin(replies=[reply]) as twin:
            await twin.anthropic(max_retries=0).messages.create(**request)
            assert [attempt.status for attempt in twin.attempts] == [200]

    run(main)


@given(when=strategies.interleavings(clients=2, calls=3, max_seconds=9))
def test_interleavings_are_pauses_of_each_client(when: tuple[tuple[float, ...], ...]) -> None:
    assert len(when) == 2
    assert all(1 <= len(pauses) <= 3 for pauses in when)
    assert all(0 <= pause <= 9 for pauses in when for pause in pauses)

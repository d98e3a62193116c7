"""The scripts of a table put on the wire what it was measured with: the SDK does the same.

In virtual time, so that a silence of a minute costs nothing; tests/live has sockets.
"""

from __future__ import annotations

from collections import Counter

import pytest
from edge.sdk_outcome import outcome
from live.matrix_body import RETRIES, TIMEOUT, told
from live.matrix_wire import OTHERS, ROWS, TEXT, Other
from trio.testing import MockClock
from virtual import HELLO, OPERATOR, staged

from simtwin.core.script import parse
from simtwin_faults import KINDS

# The SDK and its transport leave generators behind where a stream fails or is given up.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")


async def test_the_sdk_does_on_each_script_what_it_did_on_the_wire(
    autojump_clock: MockClock,
) -> None:
    found, expected = {}, {}
    async with staged("asgi", settings=TEXT) as stage:
        for row in ROWS:
            for way, came in row.outcomes.items():
                expected[row.name, way] = (came, row.requests)
                found[row.name, way] = await outcome(stage, row, way)
        reached = {each["outcome"] for entry in await stage.entries() for each in entry["fired"]}

    assert {key: value for key, value in found.items() if value != expected[key]} == {}
    assert len(found) > 55
    assert reached == {"reached"}


@pytest.mark.parametrize("other", OTHERS, ids=lambda other: other.name)
async def test_the_sdk_does_the_same_where_no_script_makes_it(
    autojump_clock: MockClock, other: Other
) -> None:
    outcomes = []
    async with staged("asgi", settings=TEXT) as stage:
        await stage.configure(rules=list(other.rules))
        rules = {"connections": list(other.connections)}
        await stage.control("PUT", "/settings", OPERATOR, rules)
        async with stage.anthropic(timeout=TIMEOUT, max_retries=RETRIES) as sdk:
            for _ in other.outcomes:
                try:
                    await sdk.messages.create(**HELLO)
                    outcomes.append("OK")
                except Exception as error:  # noqa: BLE001  # whatever it is, is what came of it
                    outcomes.append(told(error))
        await stage.control("DELETE", "/settings", OPERATOR)
        entries = await stage.entries()

    assert tuple(outcomes) == other.outcomes
    assert len(entries) == other.requests


def test_no_way_of_a_scenario_is_there_twice_and_every_script_is_one() -> None:
    ways = Counter((row.name, way) for row in ROWS for way in row.outcomes)

    assert [key for key, count in ways.items() if count > 1] == []
    for row in ROWS:
        parse(row.script, KINDS)

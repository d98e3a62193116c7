"""The scripts of a table put on the wire what it was measured with: the SDK does the same.

In virtual time, so that a wait of a minute costs nothing; tests/live has sockets.
"""

from __future__ import annotations

from collections import Counter
from contextlib import aclosing
from typing import Any

import pytest
import trio
from live.matrix_body import CALL, HANG, PATIENCE, RETRIES, ROWS, TEXT, TIMEOUT, TOOLS, Row, told
from trio.testing import MockClock, wait_all_tasks_blocked
from virtual import HELLO, Stage, staged

from simtwin.core.script import parse
from simtwin_faults import KINDS


def of_the_wall(row: Row) -> bool:
    """Whether it has a date, which the SDK reads by the clock of the wall and not by ours."""
    return "retry_after_form=date" in row.script or "retry_after_form=rfc850" in row.script


# The SDK and its transport leave generators behind where a stream fails or is given up.
pytestmark = pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")


async def outcome(stage: Stage, row: Row, way: str) -> tuple[str, int]:
    """What came of one call in one of the SDK's ways, and how many requests it made."""
    asked: dict[str, Any] = {**HELLO, "extra_headers": {"x-simtwin-script": row.script}}
    if row.calls:
        asked |= {"tools": TOOLS, "tool_choice": {"type": "any"}}
    before, came = stage.twin.entries.next_id, HANG
    async with stage.anthropic(timeout=TIMEOUT, max_retries=RETRIES) as sdk:
        with trio.move_on_after(PATIENCE):
            try:
                match way:
                    case "create":
                        await sdk.messages.create(**asked)
                        came = "OK"
                    case "raw":
                        stream = await sdk.messages.create(**asked, stream=True)
                        async with aclosing(aiter(stream)) as events:
                            async for _ in events:
                                pass
                        came = "OK"
                    case _:
                        async with sdk.messages.stream(**asked) as helper:
                            message = await helper.get_final_message()
                        came = f"OK {message.stop_reason}"
            except Exception as error:  # noqa: BLE001  # whatever it is, is what came of it
                came = told(error)
    # What was given up is booked once its connection is closed.
    await wait_all_tasks_blocked()
    return came, stage.twin.entries.next_id - before


@pytest.mark.parametrize("calls", [False, True])
async def test_the_sdk_does_on_each_script_what_it_did_on_the_wire(
    autojump_clock: MockClock, calls: bool
) -> None:
    found, expected = {}, {}
    async with staged("asgi", settings=CALL if calls else TEXT) as stage:
        for row in ROWS:
            if row.calls is calls and not of_the_wall(row):
                for way, came in row.outcomes.items():
                    expected[row.name, way] = (came, row.requests)
                    found[row.name, way] = await outcome(stage, row, way)

    assert {key: value for key, value in found.items() if value != expected[key]} == {}
    assert len(found) > (5 if calls else 150)


async def test_the_sdk_waits_what_it_is_told_or_a_backoff_of_its_own(
    autojump_clock: MockClock,
) -> None:
    took = {}
    async with staged("asgi", settings=TEXT) as stage:
        for row in ROWS:
            if row.name.startswith("ra_") and row.requests == 2 and not of_the_wall(row):
                began = stage.elapsed
                await outcome(stage, row, "create")
                took[row.name] = (row.waits, stage.elapsed - began)

    for name, (told_to, seconds) in took.items():
        least, most = (0.375, 0.5) if told_to is None else (told_to, told_to)
        # What the clock adds up has the error of floats.
        assert least - 1e-6 <= seconds <= most + 1e-6, name
    assert len(took) == 16


def test_no_way_of_a_scenario_is_there_twice_and_every_script_is_one() -> None:
    ways = Counter((row.name, way) for row in ROWS for way in row.outcomes)

    assert [key for key, count in ways.items() if count > 1] == []
    for row in ROWS:
        parse(row.script, KINDS)

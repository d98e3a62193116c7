"""What comes of one call of the SDK, by the rows of its measured table."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import trio
from live.matrix_body import HANG, PATIENCE, RETRIES, TIMEOUT, TOOLS, Row, told
from trio.testing import wait_all_tasks_blocked
from virtual import HELLO, Stage


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

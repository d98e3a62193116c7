"""One event of five megabytes, which nobody else has to wait for."""

from __future__ import annotations

import trio
from virtual import HELLO, staged


async def test_others_are_answered_while_a_huge_event_is_on_its_way(front: str) -> None:
    rule = {"match": {"stream": True}, "edit_events": {"edit": "grow", "bytes": 5_000_000}}
    over: list[str] = []
    begun = trio.Event()
    async with staged(front, settings={"rules": [rule]}) as stage:

        async def huge() -> int:
            size = 0
            asked = {**HELLO, "stream": True}
            async with stage.client.stream(
                "POST", "/v1/messages", headers=stage.headers(), json=asked
            ) as response:
                async for data in response.aiter_bytes():
                    size += len(data)
                    begun.set()
            over.append("huge" if size > 5_000_000 else "cut")
            return size

        async def small() -> None:
            await begun.wait()
            await stage.create()
            over.append("small")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(huge)
            nursery.start_soon(small)
        entry = next(entry for entry in await stage.entries() if entry["stream"])

    assert over == ["small", "huge"]
    assert entry["fired"][0]["outcome"] == "reached"
    assert entry["sent_bytes"] > 5_000_000

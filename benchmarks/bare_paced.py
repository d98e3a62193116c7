"""The yardstick of pacing: bare Hypercorn, and an app that sleeps until each event is due.

Its streams look like the twin's to whoever measures them: the same times, as many tokens, deltas
of 1 to 6. Started by pacing.py as `bare_paced.py TTFT TOKENS_PER_SECOND TOKENS`; prints
`{"port": N}` once it accepts.
"""

from __future__ import annotations

import json
import sys
from random import Random
from typing import Any

import trio
from bare_hypercorn import accept, lifespan


class App:
    """Answers every request with a stream at one pace."""

    def __init__(self, ttft: float, tokens_per_second: float, tokens: int) -> None:
        self._ttft = ttft
        self._rate = tokens_per_second
        self._tokens = tokens
        # As irregular as the twin's, and the same in every run.
        self._rng = Random(7)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        first = trio.current_time() + self._ttft
        await trio.sleep_until(first)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await self._event(send, "message_start", {})
        said = 0
        while said < self._tokens:
            now = min(self._rng.randint(1, 6), self._tokens - said)
            said += now
            await trio.sleep_until(first + said / self._rate)
            await self._event(send, "content_block_delta", {"delta": {"text": " word" * now}})
        await self._event(send, "message_delta", {"usage": {"output_tokens": said}})
        await send({"type": "http.response.body", "body": b""})

    async def _event(self, send: Any, name: str, doc: dict[str, Any]) -> None:
        frame = f"event: {name}\ndata: {json.dumps(doc)}\n\n".encode()
        await send({"type": "http.response.body", "body": frame, "more_body": True})


if __name__ == "__main__":
    trio.run(accept, App(float(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))

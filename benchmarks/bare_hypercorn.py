"""The yardstick: Hypercorn on trio, as it comes, under an ASGI app that does nothing else.

    POST /json        one JSON body
    POST /stream/N    a body without a length, in N messages

Started by throughput.py as `bare_hypercorn.py JSON_BYTES STREAM_BYTES`; prints `{"port": N}` once
it accepts.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import trio
from hypercorn.config import Config
from hypercorn.trio import serve


class App:
    """Reads the whole request, then answers with bytes made beforehand."""

    def __init__(self, json_bytes: int, stream_bytes: int) -> None:
        self._json = json.dumps({"text": "x" * (json_bytes - 12)}).encode()
        self._stream = b"x" * stream_bytes
        self._json_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self._json)).encode()),
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
            return
        while (await receive()).get("more_body"):
            pass
        path: str = scope["path"]
        if path == "/json":
            await send(
                {"type": "http.response.start", "status": 200, "headers": self._json_headers}
            )
            await send({"type": "http.response.body", "body": self._json})
            return
        pieces = int(path.removeprefix("/stream/"))
        size = -(-len(self._stream) // pieces)
        headers = [(b"content-type", b"text/event-stream; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for start in range(0, len(self._stream), size):
            piece = self._stream[start : start + size]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def lifespan(receive: Any, send: Any) -> None:
    """Agree to start and to stop."""
    kind = ""
    while kind != "lifespan.shutdown":
        kind = (await receive())["type"]
        await send({"type": f"{kind}.complete"})


async def accept(app: Any) -> None:
    """Serve an ASGI app until the process is ended; say the port."""
    config = Config()
    config.bind = ["127.0.0.1:0"]
    config.loglevel = "WARNING"
    # Its default closes a connection after 1,000 requests, which would measure connecting.
    config.keep_alive_max_requests = sys.maxsize
    # Where a client asks again at once, its timer of 5 s can run on under the next answer.
    config.keep_alive_timeout = 60.0
    async with trio.open_nursery() as nursery:
        binds = await nursery.start(serve, app, config)
        print(json.dumps({"port": int(binds[0].rpartition(":")[2])}), flush=True)


if __name__ == "__main__":
    trio.run(accept, App(int(sys.argv[1]), int(sys.argv[2])))

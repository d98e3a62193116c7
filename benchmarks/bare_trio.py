"""The floor: a POST answered by trio and h11 with nothing between them.

Started by throughput.py as `bare_trio.py BYTES`; prints `{"port": N}` once it accepts.
"""

from __future__ import annotations

import json
import sys
from functools import partial

import h11
import trio

RECEIVE_BYTES = 65_536


async def answer(stream: trio.SocketStream, *, body: bytes) -> None:
    """Answer every request on one connection with the same JSON."""
    connection = h11.Connection(h11.SERVER)
    head = h11.Response(
        status_code=200,
        headers=[
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ],
    )
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await stream.receive_some(RECEIVE_BYTES))
        elif isinstance(event, h11.EndOfMessage):
            parts = [connection.send(head), connection.send(h11.Data(data=body))]
            parts.append(connection.send(h11.EndOfMessage()))
            await stream.send_all(b"".join(part for part in parts if part))
            connection.start_next_cycle()
        elif isinstance(event, h11.ConnectionClosed):
            return


async def main(size: int) -> None:
    """Serve until the process is ended."""
    body = json.dumps({"text": "x" * (size - 12)}).encode()
    listeners = await trio.open_tcp_listeners(0, host="127.0.0.1", backlog=512)
    print(json.dumps({"port": listeners[0].socket.getsockname()[1]}), flush=True)
    await trio.serve_listeners(partial(answer, body=body), listeners)


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]))

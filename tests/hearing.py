"""What a client hears of one answer, piece by piece and when."""

from __future__ import annotations

from typing import Any

import attrs
import httpx2
from virtual import HELLO, Stage


@attrs.define
class Heard:
    """One answer, as far as it came.

    Attributes:
        status: None where no head came.
        headers: those of the head.
        pieces: what came, and when (seconds after the request was made).
        error: what the client's HTTP library raised in the end.
        over: when there was nothing more to hear.
    """

    status: int | None = None
    headers: httpx2.Headers = attrs.field(factory=httpx2.Headers)
    pieces: list[tuple[float, bytes]] = attrs.field(factory=list)
    error: httpx2.TransportError | None = None
    over: float = 0.0

    @property
    def body(self) -> bytes:
        return b"".join(data for _, data in self.pieces)

    @property
    def times(self) -> list[float]:
        """When pieces came; each time once."""
        return sorted({time for time, _ in self.pieces})

    @property
    def events(self) -> list[str]:
        """The names of the events that came whole."""
        frames = self.body.decode().split("\n\n")[:-1]
        return [frame.partition("\n")[0].removeprefix("event: ") for frame in frames]


async def hear(
    stage: Stage, *, key: str | None = None, path: str = "/v1/messages", **fields: Any
) -> Heard:
    """Ask for HELLO with `fields` in it, and listen to the end."""
    heard = Heard()
    began = stage.elapsed
    body = {**HELLO, **fields}
    try:
        async with stage.client.stream(
            "POST", path, headers=stage.headers(key), json=body
        ) as response:
            heard.status, heard.headers = response.status_code, response.headers
            async for data in response.aiter_raw():
                heard.pieces.append((round(stage.elapsed - began, 6), data))
    except httpx2.TransportError as error:
        heard.error = error
    heard.over = round(stage.elapsed - began, 6)
    return heard

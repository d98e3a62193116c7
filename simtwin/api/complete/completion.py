"""A reply as a text completion, whole and as a stream, byte for byte as recorded in 2024.

A stream has lines that end by CRLF, a token an event, and a last event with nothing but the reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

import msgspec

from simtwin.api.answer import Form
from simtwin.api.reply.blocks import Text
from simtwin.api.reply.message import Ids
from simtwin.api.reply.reply import Reply
from simtwin.api.sse import PADDINGS, PING, frame
from simtwin.core.plan import Chunk

#: What ends every completion that nothing else does.
_TURN = "\n\nHuman:"
_NOISE = 64

_encode = msgspec.json.Encoder().encode


def completion(reply: Reply, ids: Ids) -> dict[str, Any]:
    """The whole completion of an answer that is not streamed."""
    return _completion(reply, ids, "".join(_pieces(reply)), *_ending(reply))


def events(reply: Reply, ids: Ids, rng: Random) -> Iterator[Chunk]:
    """The events of a completion, whose tokens add up to its output tokens."""
    noise = cycle(rng.randbytes(_NOISE))
    left = reply.output_tokens
    for number, piece in enumerate(_pieces(reply)):
        # As recorded: after the second event.
        if number == 2:
            yield _PING
        tokens = min(left, 1)
        left -= tokens
        yield _event(_completion(reply, ids, piece, None, None), next(noise), tokens)
    yield _event(_completion(reply, ids, "", *_ending(reply)), next(noise), left)


_PING = Chunk(PING.replace(b"\n", b"\r\n"), "ping")
COMPLETE = Form(completion, events, _PING)


def _pieces(reply: Reply) -> Iterator[str]:
    """The text, a piece a token; it goes on after a colon, so it begins with a space."""
    space = " "
    for block in reply.blocks:
        if isinstance(block, Text):
            for piece in block.pieces:
                yield space + piece
                space = ""


def _completion(
    reply: Reply, ids: Ids, text: str, reason: str | None, stop: str | None
) -> dict[str, Any]:
    id_ = "compl_" + ids.message.partition("_")[2]
    return {
        "type": "completion",
        "id": id_,
        "completion": text,
        "stop_reason": reason,
        "model": reply.model,
        "stop": stop,
        "log_id": id_,
    }


def _ending(reply: Reply) -> tuple[str, str | None]:
    """Why it ends, and the text that it ends before."""
    if reply.stop_reason in ("max_tokens", "model_context_window_exceeded"):
        return "max_tokens", None
    return "stop_sequence", reply.stop_sequence or _TURN


def _event(doc: dict[str, Any], noise: int, tokens: int) -> Chunk:
    data = frame("completion", _encode(doc), PADDINGS[noise])
    return Chunk(data.replace(b"\n", b"\r\n"), "completion", tokens)

"""An answer as a stream of events: the frames, byte for byte, without the time between them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from random import Random
from typing import Any

import msgspec

from simtwin.api.reply.blocks import Block, Call, Redacted, Result, Summary, Text, Thoughts, Use
from simtwin.api.reply.form.block_json import empty_block
from simtwin.api.reply.form.fragments import fragments
from simtwin.api.reply.message import Ids, block_ids, closing, opening
from simtwin.api.reply.reply import Reply
from simtwin.api.sse import PADDINGS, PING, frame
from simtwin.core.plan import Chunk

_encode = msgspec.json.Encoder().encode

#: How many tokens are in a delta, by a random byte: recorded streams have 1 to 6.
_SIZES = tuple(1 + number * 6 // 256 for number in range(256))
#: What ends a delta's line, by a random byte.
_DELTA_ENDS = tuple(b"}%s}\n\n" % (b" " * spaces) for spaces in PADDINGS)
#: Random bytes for the padding of a stream; a longer one uses them again.
_NOISE = 64

_PING = Chunk(PING, "ping")


def frames(reply: Reply, ids: Ids, rng: Random) -> Iterator[Chunk]:
    """The events of an answer, whose tokens add up to its output tokens.

    Args:
        reply: the answer; it alone decides how it is cut into deltas.
        ids: the ids in it.
        rng: for the padding, which says nothing.
    """
    return _Stream(reply, ids, rng).frames()


class _Stream:
    def __init__(self, reply: Reply, ids: Ids, rng: Random) -> None:
        self._reply = reply
        self._ids = ids
        self._noise = cycle(rng.randbytes(_NOISE))
        self._rhythm = cycle(reply.rhythm)

    def frames(self) -> Iterator[Chunk]:
        reply = self._reply
        begun = min(reply.output_tokens, _SIZES[reply.rhythm[0]])
        message = opening(reply, self._ids, begun)
        yield self._frame("message_start", {"type": "message_start", "message": message})
        named = block_ids(reply, self._ids)
        for index, block in enumerate(reply.blocks):
            yield self._start(block, index, *named[index])
            # Recorded after the first start, and after that of every redacted block.
            if index == 0 or isinstance(block, Redacted):
                yield _PING
            yield from self._deltas(block, index)
            yield self._frame("content_block_stop", {"type": "content_block_stop", "index": index})
        yield self._frame("message_delta", closing(reply, self._ids))
        yield self._frame("message_stop", {"type": "message_stop"})

    def _start(self, block: Block, index: int, id_: str, caller: str) -> Chunk:
        data = {
            "type": "content_block_start",
            "index": index,
            "content_block": empty_block(block, id_, caller, self._ids.date),
        }
        tokens = 0
        if isinstance(block, (Call, Use)):
            tokens = block.opening
        elif isinstance(block, Redacted):
            tokens = block.tokens
        return self._frame("content_block_start", data, tokens)

    def _deltas(self, block: Block, index: int) -> Iterator[Chunk]:
        match block:
            case Text():
                return self._cited(block, index)
            case Thoughts():
                return self._thoughts(block, index)
            case Call() | Use():
                return self._fragments(block, _begin(index, b"input_json_delta", b"partial_json"))
            case Summary() if block.signature is None:
                begin = _begin(index, b"compaction_delta", b"content")
                return iter((self._delta(begin, block.text, 0),))
            case Redacted() | Result() | Summary():
                return iter(())

    def _cited(self, block: Text, index: int) -> Iterator[Chunk]:
        for citation in block.citations:
            delta = {"type": "citations_delta", "citation": citation}
            data = {"type": "content_block_delta", "index": index, "delta": delta}
            yield self._frame("content_block_delta", data)
        yield from self._texts(block.pieces, _begin(index, b"text_delta", b"text"))

    def _thoughts(self, block: Thoughts, index: int) -> Iterator[Chunk]:
        hidden = len(block.pieces)
        if block.shown:
            hidden = 0
            yield from self._texts(block.pieces, _begin(index, b"thinking_delta", b"thinking"))
        begin = _begin(index, b"signature_delta", b"signature")
        yield self._delta(begin, block.signature, hidden)

    def _fragments(self, block: Call | Use, begin: bytes) -> Iterator[Chunk]:
        # The first fragment is always recorded empty.
        yield self._delta(begin, "", 0)
        if isinstance(block, Call) and block.eager:
            yield from self._texts(block.pieces, begin)
            return
        for text, tokens in fragments(block.input, block.pieces, self._rhythm):
            yield self._delta(begin, text, tokens)

    def _texts(self, pieces: tuple[str, ...], begin: bytes) -> Iterator[Chunk]:
        """Deltas of a few pieces each."""
        done, total = 0, len(pieces)
        while done < total:
            group = pieces[done : done + _SIZES[next(self._rhythm)]]
            done += len(group)
            yield self._delta(begin, "".join(group), len(group))

    def _delta(self, begin: bytes, text: str, tokens: int) -> Chunk:
        data = begin + _encode(text) + _DELTA_ENDS[next(self._noise)]
        return Chunk(data, "content_block_delta", tokens)

    def _frame(self, event: str, data: dict[str, Any], tokens: int = 0) -> Chunk:
        return Chunk(frame(event, _encode(data), PADDINGS[next(self._noise)]), event, tokens)


def _begin(index: int, kind: bytes, field: bytes) -> bytes:
    """A delta's frame up to its text: deltas are the bulk of a stream, so this is made once."""
    return (
        b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
        b'"delta":{"type":"%s","%s":' % (index, kind, field)
    )

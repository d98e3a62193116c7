"""Say something else of where an answer ends than where it does."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import and_, in_, max_len, optional

from simtwin.core.cursor import Cursor
from simtwin.core.framing import Framing as Form
from simtwin.core.plan import Arrival, Chunk, End, Hangup, Head, Mark, Plan, Raw, Step
from simtwin_faults.bounds import Number, count, header_value, latin_1

Body = Literal["chunked", "content_length", "both", "both_chunked", "eof"]
Version = Literal["1.1", "1.0", "0.9"]

_BODIES: tuple[Body, ...] = ("chunked", "content_length", "both", "both_chunked", "eof")
_VERSIONS: tuple[Version, ...] = ("1.1", "1.0", "0.9")
_SAID: tuple[Body, ...] = ("content_length", "both", "both_chunked")
_CHUNKED: tuple[Body, ...] = ("chunked", "both_chunked")

_off = Number(
    "a whole number from -1000000 to 1000000",
    lambda value: -1_000_000 <= value <= 1_000_000,
    whole=True,
)


@attrs.frozen(kw_only=True)
class Framing:
    """Frame the answer in another way, right or wrong. The body itself is what it was.

    A stream has no length before its end: of one, `content_length` has to be given.

    Args:
        body: how the body is framed: in chunks, by its length, by the end of the connection, by
            `both` headers with a body that is not in chunks, or is (`both_chunked`). By default as
            `version` and the other settings have it, or as it was.
        version: of HTTP; 1.0 has no chunks, and 0.9 no head.
        content_length: the length that is announced.
        content_length_off: by how much the announced length is off, above the real one or below.
        second_content_length: what a further `content-length` says.
        chunk_size: what every chunk says its size is, such as `ZZ`.
        chunk_size_off: by how much every such size is off.
        extra: what comes after the end of the body, a character each byte.
        close: end the connection after the answer, by FIN; else it goes on, if the client does.
    """

    replaces: ClassVar[bool] = False

    body: Body | None = attrs.field(default=None, validator=optional(in_(_BODIES)))
    version: Version = attrs.field(default="1.1", validator=in_(_VERSIONS))
    content_length: int | None = attrs.field(default=None, validator=optional(count))
    content_length_off: int = attrs.field(default=0, validator=_off)
    second_content_length: int | None = attrs.field(default=None, validator=optional(count))
    chunk_size: str | None = attrs.field(
        default=None, validator=optional(and_(header_value, max_len(100)))
    )
    chunk_size_off: int = attrs.field(default=0, validator=_off)
    extra: str | None = attrs.field(default=None, validator=optional(latin_1))
    close: bool = False

    def __attrs_post_init__(self) -> None:
        if self.content_length is not None and self.content_length_off:
            raise ValueError("content_length_off is off the real length, and content_length given")
        if self._lengths and self._mode not in _SAID:
            raise ValueError(f"{self._lengths[0]} means nothing where the body is {self._mode}")
        if self._sizes and self._mode not in _CHUNKED:
            raise ValueError(f"{self._sizes[0]} means nothing where the body is {self._mode}")
        if self.version != "1.1" and self._mode in _CHUNKED:
            raise ValueError(f"body must be without chunks in HTTP/{self.version}")

    @property
    def raw(self) -> bool:
        """Whether it writes what is no part of an answer."""
        return self.extra is not None

    @property
    def _lengths(self) -> list[str]:
        """The settings that are about a length and are given."""
        given = {
            "content_length": self.content_length is not None,
            "content_length_off": self.content_length_off,
            "second_content_length": self.second_content_length is not None,
        }
        return [name for name, is_given in given.items() if is_given]

    @property
    def _sizes(self) -> list[str]:
        """The settings that are about sizes of chunks and are given."""
        given = {
            "chunk_size": self.chunk_size is not None,
            "chunk_size_off": self.chunk_size_off,
        }
        return [name for name, is_given in given.items() if is_given]

    @property
    def _mode(self) -> Body | None:
        """How the body is framed; None is as it was."""
        if self.body is not None:
            return self.body
        if self._lengths:
            return "content_length"
        if self.version != "1.1":
            return "eof"
        return "chunked" if self._sizes else None

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        cursor = Cursor(plan)
        head = yield from cursor.head()
        if head is None:
            return
        next(cursor)
        lead: list[Step] = []
        length = self.content_length
        if self._mode in _SAID and length is None:
            if head.streams:
                yield head
                yield from cursor
                return
            lead, measured = yield from _measured(cursor)
            length = max(
                0, int(head.header("content-length") or measured) + self.content_length_off
            )
        yield Mark()
        yield self._framed(head, length)
        for step in chain(lead, cursor):
            if self.close and isinstance(step, End) and step.hangup is None:
                yield attrs.evolve(step, hangup=Hangup())
            else:
                yield step

    def _framed(self, head: Head, length: int | None) -> Head:
        mode = self._mode
        if mode is None:
            head = head.framed()
            assert head.framing is not None, "a framed head has a framing"  # noqa: S101
            return attrs.evolve(head, framing=attrs.evolve(head.framing, extra=self._extra))
        headers: list[tuple[str, str]] = []
        if mode in _SAID:
            headers.append(("content-length", str(length)))
            if self.second_content_length is not None:
                headers.append(("content-length", str(self.second_content_length)))
        if mode in ("chunked", "both", "both_chunked"):
            headers.append(("transfer-encoding", "chunked"))
        if mode == "eof" and self.version == "1.1":
            headers.append(("connection", "close"))
        others = head.without("content-length", "transfer-encoding", "connection").headers
        before = head.framing or Form()
        form = attrs.evolve(
            before,
            version=None if self.version == "0.9" else f"HTTP/{self.version}",
            chunked=mode in _CHUNKED,
            chunk_size=self.chunk_size,
            chunk_size_off=self.chunk_size_off,
            closes=mode == "eof" or before.closes,
            extra=self._extra,
        )
        return Head(head.status, (*headers, *others), form)

    @property
    def _extra(self) -> bytes:
        return (self.extra or "").encode("latin-1")


def _measured(cursor: Cursor) -> Generator[Step, None, tuple[list[Step], int]]:
    """The steps up to the last piece of a body that is no stream, and its length."""
    lead: list[Step] = []
    length = 0
    for step in cursor:
        if isinstance(step, Arrival):
            yield step
            continue
        lead.append(step)
        if isinstance(step, Chunk):
            length += len(step.data)
        if isinstance(step, End | Hangup | Raw) or (isinstance(step, Chunk) and step.ends):
            break
    return lead, length

"""One recorded exchange, without what is secret in it or of its own connection alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode

import attrs
import msgspec

from simtwin.core.redact import without_secrets

#: Neither changes what is said: a streamed answer says the same, whoever it is for.
UNSAID = frozenset(("stream", "metadata"))

_encode = msgspec.json.Encoder(order="deterministic").encode


class RecordingError(ValueError):
    """A recording cannot be read; the text says which, and why."""


@attrs.frozen
class Times:
    """When an answer came, in seconds since it was asked for.

    Args:
        head: when the head did.
        events: when each event of a stream did, as many as there are; empty where nobody knows.
        end: when it was whole.
    """

    head: float
    events: tuple[float, ...]
    end: float


@attrs.frozen
class Frame:
    """A part of a body: its event, None for a JSON body, and the output tokens it brings."""

    data: bytes
    event: str | None = None
    tokens: int = 0


@attrs.frozen(eq=False)
class Recording:
    """A recorded exchange.

    Args:
        source: the file and the number in it, for people.
        method: in capitals.
        path: with what matters of the query.
        asked: the request's body; empty for none.
        status: of the answer.
        headers: of the answer, those that another answer may have as well; names in lower case.
        frames: the body.
        usage: as the answer tells it.
        times: None where they were not recorded.
    """

    source: str
    method: str
    path: str
    asked: Mapping[str, Any]
    status: int
    headers: tuple[tuple[str, str], ...]
    frames: tuple[Frame, ...]
    usage: Mapping[str, Any] = attrs.field(factory=dict)
    times: Times | None = None

    @property
    def streams(self) -> bool:
        """Whether a stream was asked for."""
        return self.asked.get("stream") is True

    def without(self, headers: Collection[str]) -> Recording:
        """The same without some of its headers."""
        kept = tuple(each for each in self.headers if each[0] not in headers)
        return attrs.evolve(self, headers=kept)

    @property
    def output_tokens(self) -> int:
        """What the answer cost, by what it says itself."""
        return sum(frame.tokens for frame in self.frames)


def fingerprint(asked: Mapping[str, Any]) -> bytes:
    """What requests have in common that ask the same: as that of the journal.

    The SHA-256 of the body in canonical JSON, but for who asks and how, and for secrets, which are in
    no recording that the twin made.
    """
    said = _encode({k: v for k, v in asked.items() if k not in UNSAID})
    return sha256(without_secrets(said)).digest()


def parts(asked: Mapping[str, Any]) -> Iterator[bytes]:
    """What a request is made of: its fields, and each of its messages, as short hashes."""
    for name, value in asked.items():
        if name == "messages" and isinstance(value, list):
            for at, message in enumerate(value):
                yield sha256(b"%d" % at + _encode(message)).digest()[:8]
        else:
            yield sha256(_encode([name, value])).digest()[:8]


def same_path(path: str, query: str) -> str:
    """A path with what matters of its query: betas are named in a header as well."""
    kept = sorted((name, value) for name, value in parse_qsl(query) if name != "beta")
    return f"{path}?{urlencode(kept)}" if kept else path

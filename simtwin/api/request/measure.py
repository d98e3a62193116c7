"""How many tokens a request has, and its fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

import attrs
import msgspec

from simtwin.api.errors import invalid
from simtwin.api.request.encoded import encoded
from simtwin.api.request.steps import Steps
from simtwin.api.tokens import WINDOW, count_request

#: Neither changes what is said: a streamed answer says the same, whoever it is for.
_UNSAID = frozenset(("stream", "metadata"))
#: Where the conversation of the journal's chain begins.
_ROOT = b""
#: What a piece counts for besides its bytes: many short ones take long as well.
_OVERHEAD = 64

_encode = msgspec.json.Encoder(order="deterministic").encode


@attrs.frozen
class Measured:
    """A request in numbers.

    Args:
        input_tokens: what the answer's usage says, and `count_tokens`.
        fingerprint: the SHA-256 of the request in canonical JSON, but for who asks and how.
        turns: one hash a message, each over the message and the hash before it: conversations that
            begin alike have hashes that begin alike.
    """

    input_tokens: int
    fingerprint: bytes
    turns: tuple[str, ...]


def measure(
    doc: Mapping[str, Any], size: int, read: Mapping[str, Any] | None = None
) -> Steps[Measured]:
    """Count and fingerprint a valid request.

    Args:
        doc: the request.
        size: its body in bytes; a small one is measured without a pause.
        read: what the model gets of it, where that is less.

    Raises:
        Rejected: it is nested too deeply to be read again.
    """
    try:
        tokens = 0
        for part in count_request(doc if read is None else read):
            tokens += part
            if size > WINDOW:
                yield
        said = {name: value for name, value in doc.items() if name not in _UNSAID}
        if size <= WINDOW:
            turns = _turns(said["messages"])
            return Measured(tokens, sha256(_encode(said)).digest(), turns)
        fingerprint, turns = yield from _in_windows(said)
    except RecursionError:
        raise invalid("The request body is nested too deeply.") from None
    return Measured(tokens, fingerprint, turns)


def _turns(messages: list[Any]) -> tuple[str, ...]:
    link = _ROOT
    links = []
    for message in messages:
        link = sha256(link + _encode(message)).digest()
        links.append(_shown(link))
    return tuple(links)


def _in_windows(said: Mapping[str, Any]) -> Steps[tuple[bytes, tuple[str, ...]]]:
    """The same hashes from pieces of at most a window each."""
    whole = sha256()
    turn = sha256()
    link = _ROOT
    links = []
    since = 0
    for part in _top(said):
        if part is None:
            link = turn.digest()
            links.append(_shown(link))
            turn = sha256(link)
            continue
        data, of_turn = part
        whole.update(data)
        if of_turn:
            turn.update(data)
        since += len(data) + _OVERHEAD
        if since >= WINDOW:
            since = 0
            yield
    return whole.digest(), tuple(links)


def _shown(link: bytes) -> str:
    return link[:8].hex()


def _top(said: Mapping[str, Any]) -> Iterator[tuple[bytes, bool] | None]:
    """The request in canonical JSON: pieces, whether of a message, and None where a message ends."""
    before = b"{"
    for name in sorted(said):
        yield before + _encode(name) + b":", False
        before = b","
        if name == "messages":
            between = b"["
            for message in said[name]:
                yield between, False
                between = b","
                for data in encoded(message, by_name=True):
                    yield data, True
                yield None
            yield b"]", False
        else:
            for data in encoded(said[name], by_name=True):
                yield data, False
    yield b"}", False

"""The head of a request as the upstream gets it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from simtwin.edge.upstream.target import Target

Pairs = Iterable[tuple[bytes, bytes]]

#: RFC 9110, 7.6.1: of one connection, and not passed on. `Expect` was answered by us, and where the
#: body ends we say again.
_OF_THE_CONNECTION = frozenset(
    (
        b"connection",
        b"content-length",
        b"expect",
        b"host",
        b"http2-settings",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
# RFC 9113, 8.2.1: what HTTP/2 frames may carry, and would be another line here.
_NO_TARGET = re.compile(rb"[\x00-\x20\x7f]")
_NO_VALUE = re.compile(rb"[\r\n\0]")
_OURS = b"x-simtwin-"
_CREDENTIALS = (b"x-api-key", b"authorization")
#: The codings that an answer is read in as it passes.
_READ = frozenset(("gzip", "deflate", "identity"))


def can_be_written(path: bytes, headers: Pairs) -> bool:
    """Whether a head that came in another version of HTTP says the same in HTTP/1.1."""
    values = b"".join(name + value for name, value in headers)
    return _NO_TARGET.search(path) is None and _NO_VALUE.search(values) is None


def forwarded(
    target: Target,
    method: str,
    path: bytes,
    headers: Pairs,
    *,
    key: str | None,
    length: int | None,
    plain: bool,
) -> bytes:
    """The request line and headers.

    Args:
        target: the upstream.
        method: as it was asked.
        path: path and query, as they were written.
        headers: those of the request, names in lower case.
        key: goes in the place of the caller's, in the same header; None leaves that.
        length: of the body in bytes; None is a body in chunks.
        plain: whether the answer must not be compressed, because a fault will look into it.
    """
    pairs = [pair for pair in headers if not pair[0].startswith(_OURS)]
    named = {
        name.strip().lower()
        for header, value in pairs
        if header == b"connection"
        for name in value.split(b",")
    }
    left_out = _OF_THE_CONNECTION | named
    kept = [pair for pair in pairs if pair[0] not in left_out and pair[0] != b"accept-encoding"]
    if key is not None:
        kept = _with_key(kept, key.encode("latin-1"))
    codings = [value.decode("latin-1") for name, value in pairs if name == b"accept-encoding"]
    # Without the header any coding would do (RFC 9110, 12.5.3).
    kept.append((b"accept-encoding", b"identity" if plain else _readable(codings)))
    if b"close" in named:
        # The two connections live and end together.
        kept.append((b"connection", b"close"))
    if length is None:
        kept.append((b"transfer-encoding", b"chunked"))
    elif length or method in ("POST", "PUT", "PATCH"):
        kept.append((b"content-length", b"%d" % length))
    line = b"%b %b%b HTTP/1.1\r\n" % (method.encode(), target.prefix.encode(), path)
    lines = [b"%b: %b\r\n" % pair for pair in [(b"host", target.authority.encode()), *kept]]
    return line + b"".join(lines) + b"\r\n"


def _with_key(pairs: list[tuple[bytes, bytes]], key: bytes) -> list[tuple[bytes, bytes]]:
    """The headers with that key, in the header that the caller's was taken from, and no other."""
    names = {name for name, _ in pairs}
    others = [pair for pair in pairs if pair[0] not in _CREDENTIALS]
    if b"x-api-key" in names:
        return [*others, (b"x-api-key", key)]
    return [*others, (b"authorization", b"Bearer " + key)]


def _readable(codings: list[str]) -> bytes:
    asked = [each.strip() for coding in codings for each in coding.split(",")]
    kept = [each for each in asked if each.partition(";")[0].strip().lower() in _READ]
    return ", ".join(kept).encode("latin-1") or b"identity"

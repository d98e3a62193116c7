"""The head of a plain request: what nearly all clients send, and nothing that needs judgement.

Whatever is left open by the grammar here, from a folded header to a chunked body, is not plain. It
is not refused either: it is somebody else's to read.
"""

from __future__ import annotations

import re

import attrs

Headers = list[tuple[bytes, bytes]]

_TOKEN = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]++"
# RFC 9112, 3 and 5: no other line ends, no space before a colon, no folded lines; and no control
# characters in a value, which h11 lets through.
_VALUE = rb"[\t -~\x80-\xff]*+"
_HEAD = re.compile(
    rb"(%b) (/[!-~]*+) HTTP/1\.1\r\n((?:%b:%b\r\n)*+)\r\n" % (_TOKEN, _TOKEN, _VALUE)
)
_FIELD = re.compile(rb"(%b):[\t ]*+(%b)\r\n" % (_TOKEN, _VALUE))
_LENGTH = re.compile(rb"[0-9]{1,15}")
_SPACES = b" \t"

#: They change what follows the head, or whom it is for.
_NOT_PLAIN = frozenset((b"transfer-encoding", b"expect", b"upgrade", b"http2-settings"))
#: More than one of them would have to be judged.
_ONCE = frozenset((b"host", b"content-length", b"connection"))


@attrs.frozen
class RequestHead:
    """A request's line and headers.

    Args:
        method: as it was sent.
        target: path and query.
        headers: names in lower case, in the order in which they came.
        length: bytes of the body.
        keeps_alive: whether the connection may go on after the answer.
    """

    method: bytes
    target: bytes
    headers: Headers
    length: int
    keeps_alive: bool


def plain(head: bytes) -> RequestHead | None:
    """Read a head, its blank line included; None where it is not plain."""
    found = _HEAD.fullmatch(head)
    if found is None:
        return None
    method, target, fields = found.groups()
    headers = [(name.lower(), value.rstrip(_SPACES)) for name, value in _FIELD.findall(fields)]
    names = [name for name, _ in headers]
    if not _NOT_PLAIN.isdisjoint(names) or method == b"CONNECT":
        return None
    once = {name: value for name, value in headers if name in _ONCE}
    if b"host" not in once or sum(name in _ONCE for name in names) != len(once):
        return None
    length = once.get(b"content-length", b"0")
    connection = once.get(b"connection", b"keep-alive").lower()
    if connection not in {b"keep-alive", b"close"} or _LENGTH.fullmatch(length) is None:
        return None
    return RequestHead(method, target, headers, int(length), connection == b"keep-alive")

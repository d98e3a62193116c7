"""What of the measured table of the SDK is made on the wire: for each row, what makes it here.

The names are those of the rows. A row is a script for one key, unless it is a rule or something of
the operator's; `again` says whether the script is to be met by every request, as most rows were.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import attrs

#: A reply with characters of two, three and four bytes.
_WORDS = "h\u00e9llo \u5317\U0001f600"


@attrs.frozen
class Making:
    """How a row is made.

    Args:
        script: for the key, unless there are `rules`.
        again: whether every request meets it, rather than the first alone.
        stream: for a stream, where that differs from the script.
        rules: for the key.
        replies: for the key, where the row is about what is said.
        connections: for the operator.
    """

    script: str = "ok"
    again: bool = True
    stream: str | None = None
    rules: tuple[Mapping[str, Any], ...] = ()
    replies: tuple[Mapping[str, Any], ...] = ()
    connections: tuple[Mapping[str, Any], ...] = ()

    def settings(self, *, stream: bool = False) -> dict[str, Any]:
        """The settings of the key."""
        script = self.stream if stream and self.stream is not None else self.script
        made: dict[str, Any] = {"script": f"{script}; loop" if self.again else script}
        if self.rules:
            made = {"rules": list(self.rules)}
        if self.replies:
            made["replies"] = list(self.replies)
        return made


def _later_requests(**disconnect: Any) -> tuple[Mapping[str, Any], ...]:
    """Every request but the first of its connection is cut."""
    match = {"endpoint": "messages", "request_on_connection": [2, 1_000_000]}
    return ({"match": match, "disconnect": disconnect},)


#: The bytes are those of `tests/live/test_wire_kinds.py`.
MAKINGS: Mapping[str, Making] = MappingProxyType(
    {
        "accept_close": Making(connections=({"close": {}},)),
        "accept_rst": Making(connections=({"close": {"reset": True}},)),
        "refuse": Making(connections=({"when": {"window": [0, 60]}, "refuse": {}},)),
        "read_close": Making("disconnect"),
        "read_rst": Making("disconnect(reset=true)"),
        "hang": Making("hang(seconds=40)"),
        "hdr_partial_close": Making("disconnect(at_head_byte=27)"),
        "hdr_partial_hang": Making("hang(at_head_byte=27, seconds=40)"),
        "hdr_drip": Making("drip(bytes=1, seconds=0.2, part=head)"),
        "body_drip": Making(
            "framing(body=content_length)+drip(bytes=1, seconds=0.2, part=body)",
            stream="slice(bytes=1, seconds=0.2)",
        ),
        "body_hang": Making(
            "framing(body=content_length)+hang(at_byte=100, seconds=40)",
            stream="hang(after_events=0, seconds=40)",
        ),
        "garbage_status": Making("garbage"),
        "http09": Making('garbage(text="<html>hi</html>")'),
        "http10": Making('framing(version="1.0")'),
        "cl_short": Making("framing(body=content_length)+disconnect(at_byte=100)"),
        "cl_long": Making('framing(body=content_length, extra="EXTRA JUNK")'),
        "dup_cl": Making("framing(second_content_length=5)"),
        "te_and_cl": Making("framing(body=both)"),
        "chunk_trunc": Making("disconnect(at_byte=50)"),
        "chunk_bad": Making("framing(chunk_size=ZZ, close=true)"),
        "eof_delim_trunc": Making("framing(body=eof)+truncate(at_byte=100)"),
        "hints103": Making("interim(status=103)"),
        "cont100": Making("interim(status=100)"),
        "sw101": Making("interim(status=101)"),
        "rst_body": Making(
            "framing(body=content_length)+disconnect(at_byte=100, after_seconds=0.2, reset=true)",
            stream="disconnect(after_events=3, after_seconds=0.2, reset=true)",
        ),
        "early_close_ok": Making("close(announce=true)"),
        "stale_keepalive": Making(rules=_later_requests(reset=True)),
        "stale_keepalive_fin": Making(rules=_later_requests()),
        "resp_before_body": Making("413+close(announce=true, reset=true)"),
        "redir_302": Making('redirect(status=302, location="/v1/models")'),
        "redir_307loop": Making("redirect"),
        "gzip_ok": Making("encoding"),
        "gzip_garbage": Making("encoding(body=garbage)"),
        "gzip_trunc": Making("encoding(missing_bytes=12)"),
        "enc_unknown": Making("encoding(name=zzip)"),
        "hdr_20k": Making("big_head(bytes=20000)"),
        "hdr_200k": Making("big_head(bytes=200000)"),
        "hdr_500n": Making("big_head(bytes=1, count=500)"),
        "hdr_nonascii": Making('header(name=x-n, value="h\\u00c3\\u00a9llo")'),
        "hdr_ctl": Making('raw_header(line="x-n: a\\u0001b")'),
        "sse_bytewise": Making("slice"),
        "sse_utf8split": Making(
            "slice(inside=character, seconds=0.05)", replies=({"text": _WORDS},)
        ),
        "sse_crlfsplit": Making("sse_format(line_ending=crlf)+slice"),
        "sse_nofin": Making("close(last_chunk=false, seconds=40)"),
    }
)

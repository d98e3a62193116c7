"""What anthropic 2.12.0 does on faults of transport and framing, and how to make each.

The rows are as those of `matrix_body`. What no script of a key can make, because it happens to
connections or depends on which request of its connection is asked, is in OTHERS.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from live.matrix_body import HANG, SAID, Row

#: What the twin is to say: characters of two, three and four bytes, and then enough of it that a
#: byte every fifth of a second takes longer than patience lasts.
TEXT = {"replies": [{"text": f"h\u00e9llo \u5317\U0001f600 {SAID}"}]}

_LOST = "anthropic.APIConnectionError"
_LATE = "anthropic.APITimeoutError"
_ALL = ("create", "raw", "helper")


def _create(name: str, script: str, outcome: str = "OK", requests: int = 1) -> Row:
    return Row(name, f"{script}; loop", {"create": outcome}, requests)


def _again(name: str, script: str, outcome: str = _LOST, *ways: str) -> Row:
    """What is asked again, as often as ever; by a call unless `ways` are given."""
    return Row(name, f"{script}; loop", dict.fromkeys(ways or ("create",), outcome), 3)


def _streams(name: str, script: str, outcome: str | None = None) -> Row:
    """What a stream comes to: that, or the whole message."""
    raw, helper = (outcome, outcome) if outcome else ("OK", "OK end_turn")
    return Row(name, f"{script}; loop", {"raw": raw, "helper": helper})


ROWS: tuple[Row, ...] = (
    _again("read_close", "disconnect", _LOST, *_ALL),
    _again("read_rst", "disconnect(reset=true)", _LOST, *_ALL),
    _again("hang", "hang(seconds=40)", _LATE, *_ALL),
    _again("hdr_partial_close", "disconnect(at_head_byte=27)"),
    _again("hdr_partial_hang", "hang(at_head_byte=27, seconds=40)", _LATE),
    Row(
        "hdr_drip",
        "drip(bytes=1, seconds=0.2, part=head); loop",
        dict.fromkeys(_ALL, HANG),
    ),
    _create(
        "body_drip",
        "framing(body=content_length)+drip(bytes=1, seconds=0.2, part=body)",
        HANG,
    ),
    _streams("body_drip", "slice(bytes=1, seconds=0.2)", HANG),
    _again("body_hang", "framing(body=content_length)+hang(at_byte=100, seconds=40)", _LATE),
    _streams("body_hang", "hang(after_events=0, seconds=40)", "httpx2.ReadTimeout"),
    _again("garbage_status", "garbage"),
    _again("http09", 'garbage(text="<html>hi</html>")'),
    _create("http10", 'framing(version="1.0")'),
    _again("cl_short", "framing(body=content_length)+disconnect(at_byte=100)"),
    _create("cl_long", 'framing(body=content_length, extra="EXTRA JUNK")'),
    _again("dup_cl", "framing(second_content_length=5)"),
    _again("te_and_cl", "framing(body=both)", _LATE),
    _again("chunk_trunc", "disconnect(at_byte=50)"),
    _again("chunk_bad", "framing(chunk_size=ZZ, close=true)"),
    _create("eof_delim_trunc", "framing(body=eof)+truncate(at_byte=100)", "json.JSONDecodeError"),
    _create("hints103", "interim(status=103)"),
    _create("cont100", "interim(status=100)"),
    _again("sw101", "interim(status=101)"),
    _again(
        "rst_body",
        "framing(body=content_length)+disconnect(at_byte=100, after_seconds=0.2, reset=true)",
    ),
    _streams(
        "rst_body",
        "disconnect(after_events=4, after_seconds=0.2, reset=true)",
        "httpx2.ReadError",
    ),
    _create("early_close_ok", "close(announce=true)"),
    _create(
        "resp_before_body",
        "413+close(announce=true, reset=true)",
        "anthropic.ContentTooLargeError",
    ),
    Row(
        "redir_302",
        'redirect(status=302, location="/v1/models"); loop',
        {"create": "OK"},
        requests=2,
    ),
    _create("redir_307loop", "redirect", _LOST, 63),
    _create("gzip_ok", "encoding"),
    _again("gzip_garbage", "encoding(body=garbage)"),
    _streams("gzip_garbage", "encoding(body=garbage)", "httpx2.DecodingError"),
    _create("gzip_trunc", "encoding(missing_bytes=12)", "json.JSONDecodeError"),
    _create("enc_unknown", "encoding(name=zzip)"),
    _create("hdr_20k", "big_head(bytes=20000)"),
    _again("hdr_200k", "big_head(bytes=200000)"),
    _create("hdr_500n", "big_head(bytes=1, count=500)"),
    _create("hdr_nonascii", 'header(name=x-n, value="h\\u00c3\\u00a9llo")'),
    _create("hdr_ctl", 'raw_header(line="x-n: a\\u0001b")'),
    _streams("sse_bytewise", "slice"),
    _streams("sse_utf8split", "slice(inside=character, seconds=0.05)"),
    _streams("sse_crlfsplit", "sse_format(line_ending=crlf)+slice"),
    _streams("sse_nofin", "close(last_chunk=false, seconds=40)", "httpx2.ReadTimeout"),
)


@attrs.frozen
class Other:
    """A scenario that no script makes.

    Args:
        name: as in the table.
        outcomes: what came of one call after the other.
        requests: how many of them reached the twin, on how many connections.
        rules: of the key.
        connections: of the operator.
    """

    name: str
    outcomes: tuple[str, ...]
    requests: int
    rules: tuple[Mapping[str, Any], ...] = ()
    connections: tuple[Mapping[str, Any], ...] = ()


def _later_requests(**disconnect: Any) -> tuple[Mapping[str, Any], ...]:
    """Every request but the first of its connection is cut."""
    match = {"endpoint": "messages", "request_on_connection": [2, 1_000_000]}
    return ({"match": match, "disconnect": disconnect},)


_STALE = {"match": {"endpoint": "messages"}, "stale": {}}

OTHERS: tuple[Other, ...] = (
    Other("accept_close", (_LOST,), 0, connections=({"close": {}},)),
    Other("accept_rst", (_LOST,), 0, connections=({"close": {"reset": True}},)),
    Other("refuse", (_LOST,), 0, connections=({"when": {"window": [0, 60]}, "refuse": {}},)),
    Other("black_hole", (_LATE,), 0, connections=({"black_hole": {}},)),
    Other("stale_keepalive", ("OK", "OK"), 3, rules=_later_requests(reset=True)),
    Other("stale_keepalive_fin", ("OK", "OK"), 3, rules=_later_requests()),
    Other("stale_unread", ("OK", "OK"), 2, rules=(_STALE,)),
)

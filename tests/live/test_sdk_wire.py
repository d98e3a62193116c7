"""Rows of transport and framing, by the SDK itself: that each is made at all, and to what effect.

The class of each outcome and the number of requests are those that were measured against a stub of
raw sockets; waits are told apart where they are the point.
"""

from __future__ import annotations

import json

import anthropic
import attrs
import httpx2
import pytest
from live.matrix_wire import MAKINGS
from live.served import Key
from live.ways import Outcome, ask, client

from simtwin.core.connections import connection_rules
from simtwin.core.script import parse as parse_script
from simtwin.core.settings import parse
from simtwin.edge.options import vocabulary

WORDS = vocabulary(print)
RETRIED = 3

LOST = anthropic.APIConnectionError
LATE = anthropic.APITimeoutError


@attrs.frozen
class Row:
    """A row of the table.

    Args:
        name: what it is called there, and `way` how the SDK was asked.
        error: what is raised, None where it is answered.
        cause: of an error of the SDK's own, what that was raised from.
        requests: how many reach the twin.
    """

    name: str
    way: str
    error: type[BaseException] | None = None
    cause: type[BaseException] | None = None
    requests: int = 1


#: Rows that end in a timeout have to wait for it, and are for others.
ROWS = [
    Row("read_close", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("read_rst", "create", LOST, httpx2.ReadError, RETRIED),
    Row("hdr_partial_close", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("garbage_status", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("http09", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("http10", "create"),
    Row("cl_short", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("cl_long", "create"),
    Row("dup_cl", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("chunk_trunc", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("chunk_bad", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("eof_delim_trunc", "create", json.JSONDecodeError),
    Row("hints103", "create"),
    Row("cont100", "create"),
    Row("sw101", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("rst_body", "create", LOST, httpx2.ReadError, RETRIED),
    Row("rst_body", "raw", httpx2.ReadError),
    Row("early_close_ok", "create"),
    Row("resp_before_body", "create", anthropic.APIStatusError),
    Row("gzip_ok", "create"),
    Row("gzip_ok", "raw"),
    Row("gzip_garbage", "create", LOST, httpx2.DecodingError, RETRIED),
    Row("gzip_trunc", "create", json.JSONDecodeError),
    Row("enc_unknown", "create"),
    Row("hdr_20k", "create"),
    Row("hdr_200k", "create", LOST, httpx2.RemoteProtocolError, RETRIED),
    Row("hdr_500n", "create"),
    Row("hdr_nonascii", "create"),
    Row("hdr_ctl", "create"),
    Row("sse_bytewise", "raw"),
    Row("sse_utf8split", "raw"),
    Row("sse_crlfsplit", "raw"),
]


@pytest.mark.parametrize("name", MAKINGS)
def test_what_makes_a_row_can_be_set(name: str) -> None:
    making = MAKINGS[name]

    for stream in (False, True):
        assert parse(making.settings(stream=stream), WORDS)
    assert parse_script(making.script, WORDS.kinds).items
    assert len(connection_rules(list(making.connections), "")) == len(making.connections)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name}-{row.way}")
def test_the_sdk_does_what_was_measured(key: Key, row: Row) -> None:
    key.set(**MAKINGS[row.name].settings(stream=row.way != "create"))

    with client(key) as sdk:
        outcome, _ = ask(sdk, row.way)

    if row.error is None:
        assert (outcome.error, outcome.stop_reason is None) == (None, False)
    else:
        assert outcome.error is not None
        assert issubclass(outcome.error, row.error)
        assert outcome == Outcome(outcome.error, row.cause, events=outcome.events)
    fired = [entry["fired"] for entry in key.requests()]
    assert len(fired) == row.requests
    assert {each["outcome"] for faults in fired for each in faults} == {"reached"}


def test_round_in_circles_the_sdk_makes_63_requests(key: Key) -> None:
    key.set(**MAKINGS["redir_307loop"].settings())

    with client(key) as sdk:
        outcome, _ = ask(sdk, "create")

    assert outcome == Outcome(LOST, httpx2.TooManyRedirects)
    assert len(key.requests()) == 63


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("stale_keepalive", httpx2.ReadError),
        ("stale_keepalive_fin", httpx2.RemoteProtocolError),
    ],
)
def test_a_used_connection_that_is_lost_costs_one_retry(
    key: Key, name: str, cause: type[Exception]
) -> None:
    key.set(**MAKINGS[name].settings())

    with client(key) as sdk:
        first, _ = ask(sdk, "create")
        second, _ = ask(sdk, "create")
    with client(key, max_retries=0) as impatient:
        ask(impatient, "create")
        third, _ = ask(impatient, "create")

    entries = key.requests()
    assert (first.error, second.error) == (None, None)
    assert [entry["request_on_connection"] for entry in entries[:3]] == [1, 2, 1]
    assert third == Outcome(LOST, cause)

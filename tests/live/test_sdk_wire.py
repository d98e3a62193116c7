"""Connections that die at rest, as the SDK has them on real sockets."""

from __future__ import annotations

import anthropic
import httpx2
import pytest
from live.matrix_wire import OTHERS
from live.served import Key
from live.ways import Outcome, ask, client


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("stale_keepalive", httpx2.ReadError),
        ("stale_keepalive_fin", httpx2.RemoteProtocolError),
        # Bytes that nobody reads are reset by the system, which the SDK may meet as it still writes.
        ("stale_unread", None),
    ],
)
def test_a_used_connection_that_is_lost_costs_one_retry(
    key: Key, name: str, cause: type[Exception] | None
) -> None:
    (other,) = (each for each in OTHERS if each.name == name)
    key.set(rules=list(other.rules))

    with client(key) as sdk:
        first, _ = ask(sdk, "create")
        second, _ = ask(sdk, "create")
    with client(key, max_retries=0) as impatient:
        ask(impatient, "create")
        third, _ = ask(impatient, "create")

    entries = key.requests()[: other.requests]
    assert (first.error, second.error) == (None, None)
    assert [entry["request_on_connection"] for entry in entries] in ([1, 2, 1], [1, 1])
    assert third.error is anthropic.APIConnectionError
    if cause is not None:
        assert third == Outcome(anthropic.APIConnectionError, cause)

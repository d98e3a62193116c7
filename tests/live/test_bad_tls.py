"""TLS that is not as it should be, by the operator's rules for connections."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from live.served import SLACK, Served

#: One connection after the other, each of which meets its own.
RULES = """
summary = "bad TLS, once each"
good_client = "never retries a certificate"
[[connections]]
when = {nth = 1}
tls = {certificate = "expired"}
[[connections]]
when = {nth = 2}
tls = {certificate = "wrong_host"}
[[connections]]
when = {nth = 3}
tls = {certificate = "unknown_ca"}
[[connections]]
when = {nth = 4}
tls = {handshake = "close"}
[[connections]]
when = {nth = 5}
tls = {handshake = "reset"}
[[connections]]
when = {nth = 6}
tls = {handshake = "stall", seconds = 0.5}
[[connections]]
when = {nth = 7}
tls = {spoken = false}
[[connections]]
when = {nth = 8}
tls = {certificate = "expired"}
[[connections]]
when = {nth = 9}
tls = {certificate = "unknown_ca"}
"""


def met(served: Served) -> str:
    """What a client makes of one more connection."""
    try:
        with socket.create_connection(("127.0.0.1", served.port), timeout=20) as plain:
            plain.settimeout(20)
            with served.trusting().wrap_socket(plain, server_hostname="127.0.0.1") as secure:
                return str(secure.version())
    except ssl.SSLCertVerificationError as error:
        return error.verify_message
    except ssl.SSLError as error:
        return str(error.reason)
    except OSError as error:
        return type(error).__name__


def test_each_connection_meets_what_its_rule_says_and_the_next_one_is_served(
    own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    rules = tmp_path / "bad_tls.toml"
    rules.write_text(RULES)
    served = own_twin("--tls", "--profile", str(rules), "--pace", "instant")

    seen = [met(served) for _ in range(5)]
    began = time.monotonic()
    stalled = met(served)
    waited = time.monotonic() - began
    in_the_clear = met(served)
    for _ in ("expired", "of nobody"):
        with served.plane() as plane, pytest.raises(httpx2.ConnectError, match="verify failed"):
            plane.get("/_twin/usage")
    with served.plane() as plane:
        after = plane.get("/_twin/usage").status_code

    assert seen[0] == "certificate has expired"
    assert "not valid for '127.0.0.1'" in seen[1] or "mismatch" in seen[1]
    assert seen[2] == "unable to get local issuer certificate"
    assert seen[3:] == ["UNEXPECTED_EOF_WHILE_READING", "ConnectionResetError"]
    assert stalled == "UNEXPECTED_EOF_WHILE_READING"
    assert 0.5 <= waited < 0.5 + SLACK
    assert in_the_clear == "WRONG_VERSION_NUMBER"
    assert after == 200

"""An authority for tests, and contexts of clients that trust it."""

from __future__ import annotations

import ssl
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from simtwin.edge.tls.certificates import Authority

NAMES = ("localhost", "127.0.0.1")


@cache
def authority() -> Authority:
    """One for a whole test run: keys take milliseconds."""
    return Authority(NAMES)


@cache
def trusting(*protocols: str) -> ssl.SSLContext:
    """A client that trusts it, and asks for these protocols."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "ca.pem")
        authority().write(path)
        context = ssl.create_default_context(cafile=path)
    if protocols:
        context.set_alpn_protocols(protocols)
    return context

"""Secrets in bodies, taken out before anything is kept.

Known are fields that carry other services' secrets: `mcp_servers[].authorization_token` of the MCP
connector (platform.claude.com/docs, 2026-08-22), and the header of the OpenAI-style gateways.
"""

from __future__ import annotations

import re

REDACTED = b'"[redacted]"'

_NAMES = (b"authorization_token", b"X-Provider-Key", b"x-provider-key")
#: What each of them has in it: two looks at every body instead of three.
_TOKENS, _KEYS = b"authorization_token", b"rovider-"

# A name in that form ends only where a JSON string ends, so text that quotes JSON is left alone. A
# head may end inside the value.
_FIELD = re.compile(
    rb'("(?:' + b"|".join(_NAMES) + rb')"\s*+:\s*+)"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)', re.DOTALL
)


def without_secrets(body: bytes) -> bytes:
    """JSON text, or its beginning, with something else in the place of its secrets."""
    if not (_TOKENS in body or _KEYS in body):
        return body
    return _FIELD.sub(rb"\1" + REDACTED, body)

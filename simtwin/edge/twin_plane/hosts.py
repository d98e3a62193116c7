"""Who may talk to the twin at all: checks of `Host` and `Origin`, over plain values.

A web page can make a browser send requests to any address. One that has its own name point at this
machine (DNS rebinding) is known by its `Host`, any other by its `Origin`. The twin sends no CORS
headers, so no page can read an answer either way.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_address

import attrs

#: The longest name in DNS (RFC 1035, section 2.3.4), a port, and brackets.
_HOST_LENGTH = 255 + 8
# Few names are ever in use; an attacker's inventions push one another out.
_CACHED = 256

_DEFAULT_PORTS = {"http": "80", "https": "443"}


@attrs.frozen
class Refused:
    """Why a request is not even looked at."""

    status: int
    message: str


_MISDIRECTED = Refused(
    421, "this twin does not answer for that Host; name it with --allowed-host if it is yours"
)
_OTHER_SITE = Refused(403, "requests from pages of other sites are refused")


def refusal(host: str | None, origin: str | None, allowed: frozenset[str]) -> Refused | None:
    """What speaks against a request, None where nothing does.

    Args:
        host: its `Host` header.
        origin: its `Origin` header.
        allowed: names beside IP addresses and localhost, lower case and without ports.
    """
    if host is None or not host_allowed(host, allowed):
        return _MISDIRECTED
    if origin is not None and not origin_allowed(origin, host):
        return _OTHER_SITE
    return None


@lru_cache(maxsize=_CACHED)
def host_allowed(host: str, allowed: frozenset[str]) -> bool:
    """Whether a `Host` header is an IP address, localhost or one of `allowed`; the port is free."""
    parts = _split(host)
    if parts is None:
        return False
    name, _ = parts
    return name == "localhost" or name in allowed or _is_address(name)


@lru_cache(maxsize=_CACHED)
def origin_allowed(origin: str, host: str) -> bool:
    """Whether an `Origin` header is the site that the request went to.

    The scheme is left out of account: a proxy in front may speak TLS for the twin.
    """
    scheme, _, rest = origin.partition("://")
    default = _DEFAULT_PORTS.get(scheme)
    theirs, ours = _split(rest), _split(host)
    if default is None or theirs is None or ours is None:
        return False
    return (theirs[0], theirs[1] or default) == (ours[0], ours[1] or default)


def _split(host: str) -> tuple[str, str] | None:
    """Name in lower case and port (may be empty) of `name[:port]`; None where it is no such thing.

    An IPv6 address keeps its brackets, without which it is none here (RFC 3986, section 3.2.2).
    """
    if not host.isascii() or len(host) > _HOST_LENGTH:
        return None
    if host.startswith("["):
        name, bracket, port = host.partition("]")
        name += bracket
        if not bracket or (port and not port.startswith(":")):
            return None
        port = port[1:]
    else:
        name, _, port = host.partition(":")
    if not name or (port and not port.isdigit()):
        return None
    return name.lower(), port


def _is_address(name: str) -> bool:
    bare = name.removeprefix("[").removesuffix("]")
    try:
        address = ip_address(bare)
    except ValueError:
        return False
    # A zone (`fe80::1%eth0`) means something on the client's machine alone.
    return "%" not in bare and (address.version == 6) == name.startswith("[")

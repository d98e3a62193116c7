"""Where the upstream is."""

from __future__ import annotations

from urllib.parse import urlsplit

import attrs

_PORTS = {"http": 80, "https": 443}


class TargetError(ValueError):
    """A URL that no upstream can have; the text says why."""


@attrs.frozen
class Target:
    """An upstream by its URL.

    Args:
        scheme: "http" or "https".
        host: a name or an address.
        port: of it.
        prefix: what goes before the path of a request, without a slash at its end; may be empty.
    """

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @property
    def secure(self) -> bool:
        """Whether TLS is spoken."""
        return self.scheme == "https"

    @property
    def authority(self) -> str:
        """The `Host` of requests: without a port where that is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        """As people write it."""
        return f"{self.scheme}://{self.authority}{self.prefix}"


def parse_target(url: str) -> Target:
    """The upstream of a URL such as `https://api.anthropic.com` or `http://127.0.0.1:4000/gateway`.

    Raises:
        TargetError: it is no such URL.
    """
    try:
        split = urlsplit(url)
        port = split.port
    except ValueError as error:
        raise TargetError(str(error)) from None
    if split.scheme not in _PORTS:
        raise TargetError("begins with neither http:// nor https://")
    if split.username is not None or split.password is not None:
        raise TargetError("has credentials in it, which belong into ANTHROPIC_API_KEY")
    if not split.hostname:
        raise TargetError("names no host")
    if split.query or split.fragment:
        raise TargetError("has more than a path after the host")
    prefix = split.path.rstrip("/")
    if prefix == "/v1" or prefix.endswith("/v1"):
        raise TargetError("ends with /v1, with which the paths of requests begin")
    if not (split.hostname + prefix).isascii() or not (split.hostname + prefix).isprintable():
        raise TargetError("is not written in ASCII")
    return Target(split.scheme, split.hostname, port or _PORTS[split.scheme], prefix)

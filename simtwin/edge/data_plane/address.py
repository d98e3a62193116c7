"""What the path of a request says before `/v1`: its lane, the script that addresses it, a gateway.

    /_lane/{name}/_script/{script}/anthropic/v1/…

Each may be left out. A base URL is all that such a path needs, so it works from any client.
Prefixes reach the API alone: what does not lead to `/v1` is a path like any other, and not found.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import attrs

from simtwin.core.fault import SettingsError
from simtwin.core.lanes import lane_name
from simtwin.edge.connection import App

#: How a path begins that may have such a prefix.
PREFIXES = ("/_lane/", "/_script/")
#: Under what the address of a request is in its ASGI scope, where it has one.
ADDRESS = "simtwin.address"

_NO_GATEWAYS: Mapping[bytes, str] = MappingProxyType({})


@attrs.frozen
class Address:
    """A lane and a gateway by name, a script as it was written; None is what is not said.

    `mistake` is why the lane cannot be: nothing is known of such a request but that. `prefix` is all
    that stood before the path of the API, as it was sent.
    """

    lane: str | None = None
    script: bytes | None = None
    mistake: str | None = None
    gateway: str | None = None
    prefix: bytes = b""


#: That of every request whose path says nothing.
PLAIN = Address()


@attrs.frozen
class Addressed:
    """ASGI middleware that takes the prefixes off a path; who follows sees a path under `/v1`.

    Args:
        app: who follows.
        gateways: the names of gateways, by what their paths begin with.
    """

    app: App
    gateways: Mapping[bytes, str] = _NO_GATEWAYS
    _prefixes: tuple[str, ...] = attrs.field(init=False)

    @_prefixes.default
    def _all_prefixes(self) -> tuple[str, ...]:
        return (*PREFIXES, *(f"{prefix.decode()}/" for prefix in self.gateways))

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["path"].startswith(self._prefixes):
            scope = without_prefix(scope, self.gateways)
        await self.app(scope, receive, send)


def without_prefix(
    scope: Mapping[str, Any], gateways: Mapping[bytes, str] = _NO_GATEWAYS
) -> Mapping[str, Any]:
    """The scope of what the prefixes lead to, with its address; the same where they lead nowhere.

    Read from `raw_path`, as only there a slash inside a script differs from one that ends it.
    """
    lane, rest = _segment(scope["raw_path"], b"/_lane/")
    script, rest = _segment(rest, b"/_script/")
    gateway, rest = _gateway(rest, gateways)
    if rest != b"/v1" and not rest.startswith(b"/v1/"):
        return scope
    path = unquote(rest.decode("latin-1"))
    address = _address(lane, script, gateway)
    prefix = scope["raw_path"][: -len(rest)]
    address = attrs.evolve(address, prefix=prefix)
    return {**scope, "path": path, "raw_path": rest, ADDRESS: address}


def _gateway(path: bytes, gateways: Mapping[bytes, str]) -> tuple[str | None, bytes]:
    """The gateway that a path goes through, and the path after its prefix."""
    for prefix, name in gateways.items():
        if path.startswith(prefix + b"/"):
            return name, path.removeprefix(prefix)
    return None, path


def _segment(path: bytes, prefix: bytes) -> tuple[bytes | None, bytes]:
    """The segment that follows a prefix, percent-decoded once, and the path after it."""
    if not path.startswith(prefix):
        return None, path
    segment, slash, rest = path.removeprefix(prefix).partition(b"/")
    return unquote_to_bytes(segment), slash + rest


def _address(lane: bytes | None, script: bytes | None, gateway: str | None) -> Address:
    if lane is None:
        return Address(None, script, gateway=gateway)
    try:
        return Address(lane_name(lane.decode("latin-1")), script, gateway=gateway)
    except SettingsError as error:
        return Address(mistake=error.message, gateway=gateway)

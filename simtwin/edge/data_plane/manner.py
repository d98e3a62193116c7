"""How a request wants to be understood, and what an endpoint makes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs

from simtwin.api.request.betas import QUERY
from simtwin.api.version import resolve
from simtwin.core.plan import Plan
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.request import Request
from simtwin.edge.twin import Twin

Doc = Mapping[str, Any]


@attrs.frozen
class Manner:
    """An edition of the API, and names of betas."""

    version: str
    betas: frozenset[str]


#: The plan of a valid request: of which twin, what is known of it, its document, its manner.
#: Raises `Rejected` where it is not valid, or a limit refuses it.
Answer = Callable[[Twin, Exchange, Doc, Manner], Awaitable[Plan]]


def manner(request: Request, *, strict: bool) -> Manner:
    """What the headers of a request say of it.

    Args:
        request: the request.
        strict: whether an edition that is not known is refused.

    Raises:
        Rejected: it names no edition, or one that is refused.
    """
    version = resolve(request.header(b"anthropic-version"), strict=strict)
    betas = names_of_betas(request)
    if request.query and b"beta=true" in request.query.split(b"&"):
        betas |= {QUERY}
    return Manner(version, betas)


def names_of_betas(request: Request) -> frozenset[str]:
    """The names in `anthropic-beta`."""
    header = request.header(b"anthropic-beta")
    return frozenset(name.strip() for name in header.split(",")) if header else frozenset()

"""An answer that is one JSON document, at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from simtwin.core.plan import Chunk, End, Head, Plan
from simtwin.edge.data_plane.exchange import Exchange, Headers

JSON: Headers = (("content-type", "application/json"),)

_encode = msgspec.json.Encoder().encode


def json_plan(exchange: Exchange, doc: Mapping[str, Any], limits: Headers = ()) -> Plan:
    """A 200 with a document; `limits` are the headers of the limits that it was held against."""
    return (Head(200, (*JSON, *limits, *exchange.headers())), Chunk(_encode(doc)), End())

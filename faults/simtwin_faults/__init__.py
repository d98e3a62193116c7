"""The kinds of fault, one small file each, in the order of the catalogue (faults/README.md)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType

from simtwin.core.fault import Fault
from simtwin_faults.account import Account
from simtwin_faults.big_head import BigHead
from simtwin_faults.body import Body
from simtwin_faults.clock_skew import ClockSkew
from simtwin_faults.close import Close
from simtwin_faults.corrupt import Corrupt
from simtwin_faults.disconnect import Disconnect
from simtwin_faults.drip import Drip
from simtwin_faults.edit_events import EditEvents
from simtwin_faults.encoding import Encoding
from simtwin_faults.error_event import ErrorEvent
from simtwin_faults.field import Field
from simtwin_faults.framing import Framing
from simtwin_faults.garbage import Garbage
from simtwin_faults.goaway import Goaway
from simtwin_faults.hang import Hang
from simtwin_faults.header import Header
from simtwin_faults.interim import Interim
from simtwin_faults.latency import Latency
from simtwin_faults.model_retired import ModelRetired
from simtwin_faults.pace import Pace
from simtwin_faults.page import Page
from simtwin_faults.pings import Pings
from simtwin_faults.raw_header import RawHeader
from simtwin_faults.redirect import Redirect
from simtwin_faults.refuse import Refuse
from simtwin_faults.slice import Slice
from simtwin_faults.sse_format import SseFormat
from simtwin_faults.stale import Stale
from simtwin_faults.stall import Stall
from simtwin_faults.third_party import with_installed
from simtwin_faults.tool_json import ToolJson
from simtwin_faults.truncate import Truncate

KINDS: Mapping[str, type[Fault]] = MappingProxyType(
    {
        "refuse": Refuse,
        "account": Account,
        "model_retired": ModelRetired,
        "page": Page,
        "header": Header,
        "clock_skew": ClockSkew,
        "body": Body,
        "field": Field,
        "corrupt": Corrupt,
        "error_event": ErrorEvent,
        "edit_events": EditEvents,
        "sse_format": SseFormat,
        "tool_json": ToolJson,
        "pings": Pings,
        "disconnect": Disconnect,
        "latency": Latency,
        "pace": Pace,
        "stall": Stall,
        "hang": Hang,
        "truncate": Truncate,
        "drip": Drip,
        "slice": Slice,
        "close": Close,
        "stale": Stale,
        "goaway": Goaway,
        "framing": Framing,
        "garbage": Garbage,
        "interim": Interim,
        "redirect": Redirect,
        "big_head": BigHead,
        "raw_header": RawHeader,
        "encoding": Encoding,
    }
)


def all_kinds(tell: Callable[[str], object] = warnings.warn) -> Mapping[str, type[Fault]]:
    """Our own kinds, then those that installed packages bring.

    This imports what they name, so call it once, at the start.

    Args:
        tell: hears one sentence about each kind that cannot be loaded, and is left out.
    """
    return with_installed(KINDS, tell)

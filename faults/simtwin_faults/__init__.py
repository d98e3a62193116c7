"""The kinds of fault, one small file each, in the order of the catalogue (faults/README.md)."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module

from simtwin.core.fault import Fault
from simtwin.core.late import Late
from simtwin_faults.third_party import with_installed


def _kind(name: str) -> type[Fault]:
    """The class of a kind: it and the module are both called like the kind."""
    kind: type[Fault] = getattr(import_module(f"{__name__}.{name}"), name.title().replace("_", ""))
    return kind


#: Who starts a twin waits for none of them: each is imported when a rule or a script first names it.
KINDS: Mapping[str, type[Fault]] = Late(
    {
        name: partial(_kind, name)
        for name in (
            "refuse",
            "account",
            "model_retired",
            "page",
            "header",
            "clock_skew",
            "body",
            "field",
            "corrupt",
            "error_event",
            "edit_events",
            "sse_format",
            "tool_json",
            "pings",
            "disconnect",
            "latency",
            "pace",
            "stall",
            "hang",
            "truncate",
            "drip",
            "slice",
            "close",
            "stale",
            "goaway",
            "framing",
            "garbage",
            "interim",
            "redirect",
            "big_head",
            "raw_header",
            "encoding",
        )
    }
)


def all_kinds(tell: Callable[[str], object] = warnings.warn) -> Mapping[str, type[Fault]]:
    """Our own kinds, then those that installed packages bring.

    This imports what they name, so call it once, at the start.

    Args:
        tell: hears one sentence about each kind that cannot be loaded, and is left out.
    """
    return with_installed(KINDS, tell)

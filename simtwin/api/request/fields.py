"""The fields of a request, held against the tables in their order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.request.content import check_messages
from simtwin.api.request.phrases import EXTRA, MISSING, shown
from simtwin.api.request.shape.check import Check
from simtwin.api.request.shape.pieces import in_pieces
from simtwin.api.request.steps import Steps

_MESSAGES = "messages"


def check_fields(
    doc: Mapping[str, Any],
    table: Mapping[str, Check],
    needed: frozenset[str],
    version: str,
    *,
    compacted: bool = True,
) -> Steps[None]:
    """Hold every field against its check, and see that there is none besides.

    Args:
        doc: the body.
        table: the checks of all fields but the turns, in the order in which they are told of.
        needed: the fields that must be there; the turns always must.
        version: the edition, on which the shape of the turns depends.
        compacted: whether there may be summaries among the turns.

    Raises:
        Rejected: with the first fault.
    """
    for name, check in table.items():
        if name in doc:
            fault = yield from in_pieces(check, doc[name])
            if fault is not None:
                raise invalid(f"{name}{fault}")
        elif name in needed:
            raise invalid(f"{name}: {MISSING}")
        if name == "model":
            if _MESSAGES not in doc:
                raise invalid(f"{_MESSAGES}: {MISSING}")
            yield from check_messages(doc[_MESSAGES], version, compacted=compacted)
    for name in doc:
        if name not in table and name != _MESSAGES:
            raise invalid(f"{shown(name)}: {EXTRA}")

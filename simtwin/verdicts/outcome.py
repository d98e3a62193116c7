"""What a client, or who tests it, tells of a call: something that no server can see."""

from __future__ import annotations

from typing import Literal

import msgspec


class Outcome(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """What became of a call in the program that made it.

    Args:
        call: what the client sent as `x-simtwin-call`, or the id of one of its requests.
        outcome: "raised" an error, "returned" an answer, or was "cancelled".
        at: when, in Unix seconds; of "cancelled" the moment from which the connection is to close.
    """

    call: str
    outcome: Literal["raised", "returned", "cancelled"]
    at: float | None = None

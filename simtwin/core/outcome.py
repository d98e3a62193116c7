"""What a client, or who tests it, tells of a call: something that no server can see."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, Literal, cast, get_args

import attrs
import msgspec

from simtwin.core.quote import quote

Became = Literal["raised", "returned", "cancelled"]
_BECAME = get_args(Became)

#: As long as a name or an id is at most that anybody gives a call.
LONGEST_CALL = 200


class OutcomeError(ValueError):
    """What was told is no outcome; the text says why."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of a call in the program that made it.

    Args:
        call: what the client sent as `x-simtwin-call`, or the id of one of its requests.
        outcome: "raised" an error, "returned" an answer, or was "cancelled".
        at: when, in Unix seconds; of "cancelled" the moment from which the connection is to close.
        key: whose call it was, by the id of the API key; None is anybody's.
    """

    call: str
    outcome: Became
    at: float | None = None
    key: str | None = None


class ToldOutcome(Outcome, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An outcome as it stands in the journal, among the requests by its id.

    `lane` is None where whoever told it may use every lane; that of requests which name none is "".
    """

    id: int
    tenant: str
    lane: str | None = None


@attrs.frozen
class Teller:
    """Whose outcomes somebody may tell: of a key, and of one lane of it or, with None, of all."""

    tenant: str
    key: str
    lane: str | None = None


def outcome_of(doc: Mapping[str, Any], now: float) -> Outcome:
    """The outcome that a document tells.

    Args:
        doc: `{"call": ID, "outcome": "raised"}`, and maybe `at` in Unix seconds.
        now: when it was told, which is `at` where that is not said.

    Raises:
        OutcomeError: it tells none.
    """
    for name in doc:
        if name not in ("call", "outcome", "at"):
            raise OutcomeError(f"there is no {quote(name)}; an outcome has call, outcome and at")
    call, became, at = doc.get("call"), doc.get("outcome"), doc.get("at")
    if not isinstance(call, str) or not 0 < len(call) <= LONGEST_CALL:
        raise OutcomeError(f"call: must be a text of 1 to {LONGEST_CALL} characters")
    if became not in _BECAME:
        raise OutcomeError(f"outcome: must be {', '.join(_BECAME)}, not {quote(became)}")
    if at is None:
        at = round(now, 6)
    elif isinstance(at, bool) or not isinstance(at, int | float) or not isfinite(at):
        raise OutcomeError(f"at: must be Unix seconds, not {quote(at)}")
    return Outcome(call=call, outcome=cast("Became", became), at=float(at))

"""What came of it as JSON, for programs: the same bytes for the same options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from simtwin.core.storm.storm import Storm
from simtwin.storm.result import Result

VERSION = 1


def document(results: Sequence[Result]) -> bytes:
    """`{"version", "runs": [{"policy", "storm", "outcome"}]}`.

    What the fields of a storm mean is said in `simtwin/core/storm/storm.py`, those of an outcome in
    `outcome.py` beside it.
    """
    runs = [
        {"policy": each.name, "storm": _storm(each.storm), "outcome": each.outcome}
        for each in results
    ]
    return msgspec.json.format(msgspec.json.encode({"version": VERSION, "runs": runs})) + b"\n"


def _storm(storm: Storm) -> dict[str, Any]:
    return {
        "populations": [
            {
                "name": each.name,
                "clients": each.clients,
                "timeout_seconds": each.policy.timeout_seconds,
            }
            for each in storm.populations
        ],
        "serving": storm.serving,
        "seed": storm.seed,
        "seconds": storm.seconds,
        "every_seconds": storm.every_seconds,
        "rest_spread": storm.rest_spread,
        "round_trip_seconds": storm.round_trip_seconds,
        "causes": [
            {"kind": type(each).__name__.lower(), **msgspec.to_builtins(each)}
            for each in storm.causes
        ],
    }

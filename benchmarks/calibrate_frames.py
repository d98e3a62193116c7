"""What stands around texts in a prompt, learned from some recordings and tried on others.

    python benchmarks/calibrate_frames.py RECORDINGS

Counts are linear in these numbers, so how often one is in a request is what the count grows by when
it is one more. Recordings are dealt into folds by their file, as those of one file are alike. For
each fold the numbers are learned anew from the others, without those that simtwin ships, by what
leaves the least relative error; the errors on the fold are what is told. Needs `numpy`.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import attrs
from calibrate_recordings import Counted, recorded

from simtwin.api.tokens import blocks, count_request, definitions, media, prompt, turns
from simtwin.api.tokens.family import DEFINED, family

FOLDS = 10
#: Rounds in which rows are weighed anew so that errors count as such, not as their squares.
_ROUNDS, _LEAST = 30, 0.002
#: How strongly a number that few recordings tell about is held to nothing.
_PULL = 1e-9
_OF_FAMILIES = (
    "turn",
    "opening",
    "enabled",
    "adaptive",
    "format",
    "calls",
    "call",
    "argument",
    "deferred",
)
_OF_MODULES: Mapping[Any, tuple[str, ...]] = {
    blocks: (
        "_JOINED",
        "_RESULTS",
        "_NAMED_RESULT",
        "_FAILED",
        "_REFERENCE",
        "_ADDITION",
        "_WRITTEN_DOCUMENT",
    ),
    definitions: ("_DEFINITION",),
    media: ("_IMAGE", "_PAGE"),
    prompt: ("_HIDDEN", "_NAMED", "_BUDGET", "_SERVER"),
    turns: ("_SYSTEM_TURN", "_JOINED", "_EMPTY_TURN"),
}
#: Those whose numbers are from recordings; the others' are documented.
_OF_TOOLS = ("web_search", "web_fetch", "code_execution", "memory")


def numbers(newer: bool) -> Iterator[tuple[str, Any, str, Any]]:
    """The name of each number, where it is, and what it is when it is one more."""
    for field in _OF_FAMILIES:
        yield (
            f"{field} {newer}",
            prompt,
            "family",
            lambda name, field=field: _one_more(family(name), field),
        )
    for module, names in _OF_MODULES.items():
        for name in names:
            yield f"{module.__name__} {name}", module, name, getattr(module, name) + 1
    for tool in _OF_TOOLS:
        older, later = DEFINED[tool]
        more = {**DEFINED, tool: (older + 1, later + 1)}
        yield f"{tool} {newer}", definitions, "DEFINED", more


def _one_more(kind: Any, field: str) -> Any:
    return attrs.evolve(kind, **{field: getattr(kind, field) + 1})


@contextmanager
def replaced(place: Any, name: str, value: Any) -> Iterator[None]:
    """A name in a module stands for something else for a while."""
    before = getattr(place, name)
    setattr(place, name, value)
    try:
        yield
    finally:
        setattr(place, name, before)


def shipped(name: str, newer: bool) -> int:
    """The number of that name as simtwin has it."""
    for known, place, field, more in numbers(newer):
        if known == name:
            if field == "family":
                model = "claude-opus-4-8" if newer else "claude-sonnet-4-5"
                return int(getattr(family(model), name.split(" ", maxsplit=1)[0]))
            if field == "DEFINED":
                return int(DEFINED[name.split(" ", maxsplit=1)[0]][newer])
            return int(more) - 1 if place else 0
    raise KeyError(name)


def row(doc: Mapping[str, Any], newer: bool) -> dict[str, int]:
    """How often each number is in a request."""
    base = sum(count_request(doc))
    found = {}
    for name, place, field, more in numbers(newer):
        with replaced(place, field, more):
            times = sum(count_request(doc)) - base
        if times:
            found[name] = times
    return found


def main() -> None:
    path = Path(sys.argv[1])
    docs = {
        each["id"]: each for each in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    }
    counted = list(recorded(path))
    rows = []
    for each in counted:
        newer = each.kind.endswith("newer")
        rows.append(row(json.loads(docs[each.id]["request_body"]), newer))
    names = sorted({name for found in rows for name in found})
    rest = [
        each.guess
        - sum(times * shipped(name, name.endswith("True")) for name, times in found.items())
        for each, found in zip(counted, rows, strict=True)
    ]
    fold = [int(sha256(docs[each.id]["file"].encode()).hexdigest(), 16) % FOLDS for each in counted]
    errors = []
    for held_out in range(FOLDS):
        learned = _learned(
            [n for n, of in enumerate(fold) if of != held_out], counted, rows, rest, names
        )
        for n, each in enumerate(counted):
            if fold[n] == held_out:
                guess = rest[n] + sum(times * learned[name] for name, times in rows[n].items())
                errors.append(abs(guess - each.real) / each.real)
    errors.sort()
    print(
        f"{len(errors)} recordings in {FOLDS} folds: median {median(errors):.1%}, "
        f"90th percentile {errors[int(len(errors) * 0.9)]:.1%}"
    )
    print("learned from all, and shipped:")
    for name, value in _learned(list(range(len(counted))), counted, rows, rest, names).items():
        print(f"  {name:44} {value:8.1f} {shipped(name, name.endswith('True')):6}")


def _learned(
    used: list[int],
    counted: list[Counted],
    rows: list[dict[str, int]],
    rest: list[int],
    names: list[str],
) -> dict[str, float]:
    """The numbers that leave the least relative error in the recordings that are used."""
    numpy = importlib.import_module("numpy")
    real = numpy.array([counted[n].real for n in used], float)
    values = numpy.array([[rows[n].get(name, 0) for name in names] for n in used], float)
    values /= real[:, None]
    wanted = (real - numpy.array([rest[n] for n in used], float)) / real
    matter = numpy.ones(len(used))
    found = numpy.zeros(len(names))
    for _ in range(_ROUNDS):
        kept = values.T * matter
        found = numpy.linalg.solve(kept @ values + _PULL * numpy.eye(len(names)), kept @ wanted)
        matter = 1 / numpy.maximum(_LEAST, abs(wanted - values @ found))
    return dict(zip(names, map(float, found), strict=True))


if __name__ == "__main__":
    main()

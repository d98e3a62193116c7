"""Findings that are known, and do not fail a run.

    {"version": 1, "known": ["V9/messages", "V5/messages"]}

A finding is known as its rule and what was asked for. A report of a run is a baseline as well: what
it found is known.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import msgspec

from simtwin.chaos.judgement import Finding
from simtwin.chaos.saved import SavedError, content

VERSION = 1


class BaselineError(Exception):
    """There is no baseline in a file; the text says why."""


class _Found(msgspec.Struct):
    known_as: str


class _Run(msgspec.Struct):
    findings: list[_Found]


class _Doc(msgspec.Struct):
    version: int
    known: list[str] | None = None
    runs: list[_Run] | None = None


def known_as(rule: str, finding: Finding) -> str:
    """What a finding is called in a baseline: the same in every run."""
    return f"{rule}/{finding.endpoint}"


def read(path: Path) -> frozenset[str]:
    """The findings that a file calls known.

    Raises:
        BaselineError: it does not.
    """
    try:
        doc = msgspec.json.decode(content(path), type=_Doc)
    except SavedError as error:
        raise BaselineError(str(error)) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"{path}: {error}") from None
    if doc.version != VERSION:
        raise BaselineError(f"{path}: version must be {VERSION}, not {doc.version}")
    if doc.known is None and doc.runs is None:
        raise BaselineError(f"{path}: has neither known findings nor the runs of a report")
    reported = (found.known_as for run in doc.runs or () for found in run.findings)
    return frozenset((*(doc.known or ()), *reported))


def unseen(known: Collection[str], seen: Collection[str]) -> list[str]:
    """What is known and was not found: it may be over."""
    return sorted(set(known) - set(seen))

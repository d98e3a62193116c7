"""Recordings, found by the request that they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from simtwin.api.replay.difference import differences
from simtwin.api.replay.recording import Recording, fingerprint, parts

#: A megabyte of bookkeeping; a miss is held against all of them.
MOST_RECORDINGS = 10_000
#: So many differences are told, the first ones: more than one line is not read.
_TOLD = 3


@attrs.frozen
class Found:
    """The answers that a request was given, one time after the other."""

    name: str
    fingerprint: bytes
    answers: Sequence[Recording]

    def answer(self, time: int) -> Recording:
        """The answer of the time, from 1; the last one for all that come after it."""
        return self.answers[min(time, len(self.answers)) - 1]


class Shelf:
    """Recordings by what they answer, each group in the order in which it was recorded."""

    def __init__(self, recordings: Iterable[Recording]) -> None:
        self._groups: dict[tuple[str, str, bytes, bool], list[Recording]] = {}
        self._parts: dict[int, frozenset[bytes]] = {}
        self._all: list[Recording] = []
        self._paths: set[tuple[str, str]] = set()
        for each in recordings:
            key = (each.method, each.path, fingerprint(each.asked), each.streams)
            self._groups.setdefault(key, []).append(each)
            self._all.append(each)
            self._paths.add((each.method, each.path))

    def __len__(self) -> int:
        return len(self._all)

    def find(self, method: str, path: str, asked: Mapping[str, Any]) -> Found | None:
        """The answers to a request, None where it was never recorded.

        Args:
            method: in capitals.
            path: with what matters of the query.
            asked: the body; empty for none.
        """
        if (method, path) not in self._paths:
            return None
        print_, stream = fingerprint(asked), asked.get("stream") is True
        answers = self._groups.get((method, path, print_, stream))
        if answers is None:
            return None
        return Found(f"replay/{print_.hex()[:32]}/{stream:d}", print_, answers)

    def miss(self, method: str, path: str, asked: Mapping[str, Any]) -> str:
        """Why a request was not found: which recorded one is nearest, and what differs."""
        alike = [each for each in self._all if (each.method, each.path) == (method, path)]
        if not alike:
            known = sorted({f"{each.method} {each.path}" for each in self._all})
            told = ", ".join(known[:_TOLD]) or "nothing"
            return f"No recorded exchange is for {method} {path}; recorded are {told}."
        wanted = frozenset(parts(asked))
        nearest = max(alike, key=lambda each: self._likeness(each, wanted))
        differs: list[str] = []
        for each in differences(nearest.asked, asked):
            if len(differs) == _TOLD:
                differs.append("and more")
                break
            differs.append(each)
        return (
            f"No recorded exchange answers this request. The nearest of {len(alike):,} is"
            f" {nearest.source}, which differs: {'; '.join(differs)}."
        )

    def _likeness(self, recording: Recording, wanted: frozenset[bytes]) -> int:
        """How much two requests have in common, less what only one of them has."""
        have = self._parts.get(id(recording))
        if have is None:
            have = self._parts[id(recording)] = frozenset(parts(recording.asked))
        return len(have & wanted) * 2 - len(have ^ wanted)


@attrs.frozen
class Replay:
    """How a twin plays recordings: from which shelf, and whether it answers what is not on it."""

    shelf: Shelf
    answers_misses: bool = False

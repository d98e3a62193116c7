"""Work in pieces.

What may take long for a large body is a generator: it yields where others may have a turn, about
once a millisecond, and returns its result. `run` does it all at once; the edge goes on with `next`
and a checkpoint between, until the result comes as `StopIteration.value`.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

_T = TypeVar("_T")

Steps = Generator[None, None, _T]


def run(steps: Steps[_T]) -> _T:
    """The result of `steps`, without a pause."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            result: _T = done.value
            return result

"""The memory of a process that is all ours: what the collector looks at, and what large blocks cost."""

from __future__ import annotations

import ctypes
import gc
import sys

#: Allocations, collections and collections again after which the collector looks at young, older and
#: old objects; Python's own 700, 10, 10 are for programs that keep less.
_COLLECTED_AFTER = (10_000, 10, 10)
#: Blocks from this size on, in bytes, are asked of the system one by one. Such a block grows by moving
#: its pages, any other by being copied, where 32 MB take some 20 ms.
_LARGE = 1024 * 1024
#: `M_MMAP_THRESHOLD` of glibc's malloc.h.
_THRESHOLD = -3


def collect_less() -> None:
    """Let the collector look less often; best said before there is much to look at."""
    gc.set_threshold(*_COLLECTED_AFTER)


def settle_memory() -> None:
    """Take what is there for good out of the collector's sight.

    Else it walks through all modules again and again while streams wait: pauses of 100 ms were
    measured, where a paced stream is to be late by no more than 20. Nothing is collected before,
    which would take 40 ms of the start: what imports leave behind is mostly gone by then, and the
    rest some 5,000 objects of 70,000, whose memory would not go back to the system.

    Large blocks get pages of their own. By itself glibc stops that for blocks of up to 32 MB once
    one was given back, and then copies a large request several times while it is put together.
    """
    gc.freeze()
    if sys.platform == "linux":
        # Other libraries for C have no such setting, or none to change.
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_THRESHOLD, _LARGE)

"""Whether processes are gone that hold a lock on a file: a lock ends with its last holder."""

from __future__ import annotations

import fcntl
import time
from pathlib import Path

#: Those that are left sleep for a minute. The system takes milliseconds to end one that was killed.
SECONDS = 30


def let_go(file: Path) -> bool:
    """Whether nobody holds it, or nobody that was not killed just now."""
    began = time.monotonic()
    with file.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
    return time.monotonic() - began < SECONDS

"""All benchmarks, one after the other, each in a process of its own. About nine minutes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime

from child import script

SCRIPTS = (
    "throughput.py",
    "stages.py",
    "pacing.py",
    "large.py",
    "steps.py",
    "startup.py",
    "upstream.py",
    "memory.py",
    "tokens.py",
    "examples.py",
    "schedules.py",
    "storm.py",
)
#: Several times what the longest of them takes.
PATIENCE = 900.0


def main() -> int:
    """Run them; 1 where one failed. A missed target is told and fails nothing."""
    today = datetime.now(UTC).date()
    version = ".".join(map(str, sys.version_info[:3]))
    print(f"{today}, Python {version}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    failed = 0
    for name in SCRIPTS:
        print(f"\n## {name}\n", flush=True)
        began = time.perf_counter()
        failed |= subprocess.run(script(name), check=False, timeout=PATIENCE).returncode != 0
        print(f"\n({time.perf_counter() - began:.0f} s)", flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())

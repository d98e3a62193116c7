"""An hour of ten thousand clients: how many events, how much CPU, how much memory?

    python benchmarks/storm.py [--clients 10000]

Each policy has a process of its own, with the options that `simtwin storm` has by default. CPU is of
the simulation and its figures, without the start of Python; memory is what the process had at most,
less what it had before. Some clients are refused for the rest of the hour: that is the worst case.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import time
from pathlib import Path
from typing import Any

from child import script
from table import table, verdict

from simtwin.core.storm.loop import run
from simtwin.core.storm.outcome import outcome
from simtwin.storm.command import FILES, storm
from simtwin.storm.function import function
from simtwin.storm.options import Options, storms
from simtwin.storm.result import after

POLICIES = ("sdk", "no-backoff", "constant", "full-jitter", "budget", "aimd")
#: CPU seconds of one core.
TARGET = 60.0
PATIENCE = 600.0


def most_resident() -> float:
    """MB that this process ever had in RAM."""
    # Not `ru_maxrss`, which begins with that of the process that started this one.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def measured(policy: str, clients: str) -> dict[str, Any]:
    """One storm, in this process."""
    options = storm.make_context("storm", ["--clients", clients, "--policy", policy]).params
    before, began = most_resident(), time.process_time()
    (named,) = storms(Options(**{name: options[name] for name in options.keys() - FILES}), function)
    found = outcome(named.storm, run(named.storm))
    return {
        "seconds": time.process_time() - began,
        "mb": most_resident() - before,
        "events": found.events,
        "attempts": found.all.attempts,
        "simulated": found.seconds,
        "after": after(found),
    }


def main() -> None:
    """Measure every policy and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", default="10000")
    parser.add_argument("--policy", help="this one alone, in this process, as JSON")
    asked = parser.parse_args()
    if asked.policy:
        print(json.dumps(measured(asked.policy, asked.clients)))
        return
    rows = []
    for policy in POLICIES:
        command = script("storm.py", "--clients", asked.clients, "--policy", policy)
        done = subprocess.run(command, check=True, capture_output=True, timeout=PATIENCE)
        found = json.loads(done.stdout)
        rows.append(
            [
                policy,
                f"{found['events']:,}",
                f"{found['simulated'] / 60:.0f}",
                f"{found['seconds']:.1f}",
                f"{1e6 * found['seconds'] / found['events']:.1f}",
                f"{found['mb']:.0f}",
                found["after"],
                f"< {TARGET:.0f} s",
                verdict(found["seconds"] < TARGET),
            ]
        )
    columns = [
        "",
        "events",
        "minutes",
        "CPU, s",
        "CPU µs an event",
        "MB",
        "recovered",
        "target",
        "",
    ]
    print(table([f"{int(asked.clients):,} clients", *columns[1:]], rows))


if __name__ == "__main__":
    main()

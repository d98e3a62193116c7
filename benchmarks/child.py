"""A process that a benchmark starts, watches from outside, and ends by its pid. Linux only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, cast

import attrs

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")
#: A server that is told to stop lets its answers end; none of ours lasts longer.
GRACE_SECONDS = 15.0
#: Of what a process that failed had to say, the beginning is enough.
ERROR_BYTES = 4_000

CORES = sorted(os.sched_getaffinity(0))
#: Servers and clients never share a core where there are two.
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


@attrs.frozen
class Child:
    """A running process and the line of JSON that it began with."""

    process: subprocess.Popen[bytes]
    said: dict[str, Any]
    started: float

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def port(self) -> int:
        """Where it serves."""
        if "port" in self.said:
            return int(self.said["port"])
        return int(self.said["base_url"].rstrip("/").rpartition(":")[2])


@contextmanager
def running(
    command: Sequence[str], core: int = SERVER_CORE, env: Mapping[str, str] | None = None
) -> Iterator[Child]:
    """The process of `command` on one core, from its first line on until the block is left.

    `env` is its environment, this process's own where it is None. Where something in it crashed,
    even behind an answer, what was measured is worth nothing.

    Raises:
        RuntimeError: it ended without a line, or something in it crashed.
    """
    started, line = time.perf_counter(), b""
    with TemporaryFile() as errors:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=env
        )
        try:
            os.sched_setaffinity(process.pid, {core})
            line = cast("Any", process.stdout).readline()
            if line:
                yield Child(process, json.loads(line), started)
        finally:
            _end(process)
            errors.seek(0)
            said = errors.read(ERROR_BYTES).decode(errors="replace")
            if not line or "Traceback" in said:
                raise RuntimeError(f"{' '.join(command)} failed:\n{said}")
            sys.stderr.write(said)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def script(name: str, *arguments: object) -> list[str]:
    """The command of a script of this folder."""
    return [sys.executable, str(HERE / name), *(str(argument) for argument in arguments)]


def twin(*flags: str) -> list[str]:
    """The command of a twin that refuses nobody, as people start it."""
    simtwin = str(Path(sys.executable).parent / "simtwin")
    fixed = ["serve", "--port", "0", "--json", "--tier", "unlimited", "--seed", "7"]
    return [simtwin, *fixed, *flags]


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used, with all its threads; to one tick."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident_bytes(pid: int) -> int:
    """The memory that a process has in RAM."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

"""The longest single steps of the loop while a request of 32 MB is read and answered.

A task that keeps the loop for long makes every stream late by as much, whatever else the machine
does; CPU time tells that apart from a core that others have. A twin in this process answers one
large request of each kind of `large.py`, nothing else, and a trio instrument times every step.
"""

from __future__ import annotations

import gc
import inspect
import os
import subprocess
import sys
import time
from functools import partial
from typing import Any

import trio
from child import CLIENT_CORE, SERVER_CORE, script
from large import KINDS
from stages import a_twin
from table import table, verdict

from simtwin.edge.memory import settle_memory

#: What a stream may be late for one request; half of a paced stream's target.
TARGET_MS = 15.0
#: The step that lasted longest, and the next ones.
SHOWN = 3
#: A shorter step is not looked at.
NOTED_NS = 1_000_000


class Steps(trio.abc.Instrument):
    """CPU time of every step of every task, with where the task stood when it was over."""

    def __init__(self) -> None:
        self.taken: list[tuple[int, str]] = []
        self._began: int | None = None
        self._collecting = 0
        self._collected = 0

    def collecting(self, phase: str, _info: object) -> None:
        """A callback of the garbage collector: its share of a step is told apart."""
        if phase == "start":
            self._collecting = time.thread_time_ns()
        else:
            self._collected += time.thread_time_ns() - self._collecting

    def before_task_step(self, task: trio.lowlevel.Task) -> None:  # noqa: ARG002  # trio's
        self._collected = 0
        self._began = time.thread_time_ns()

    def after_task_step(self, task: trio.lowlevel.Task) -> None:
        if self._began is None:
            return
        passed = time.thread_time_ns() - self._began
        if passed > NOTED_NS:
            share = f" ({self._collected / 1e6:.0f} of it gc)" if self._collected else ""
            self.taken.append((passed, _where(task) + share))


def _where(task: trio.lowlevel.Task) -> str:
    """Where a task stands: the innermost function of ours, or of the work that it does in pieces."""
    names = [task.name.rpartition(".")[2]]
    for frame, _ in task.iter_await_frames():
        if "/simtwin/" in frame.f_code.co_filename:
            names.append(f"{frame.f_code.co_name}:{frame.f_lineno}")
            work = frame.f_locals.get("work")
            while inspect.isgenerator(work):
                if work.gi_frame is not None:
                    names.append(f"{work.__name__}:{work.gi_frame.f_lineno}")
                work = work.gi_yieldfrom
    return " > ".join(names[-3:])


async def one(kind: str) -> tuple[tuple[str, ...], ...]:
    """The rows of one large request."""
    async with a_twin() as (port, tenant):
        command = script("large.py", kind, port, tenant.api_key)
        steps = Steps()
        sender: Any = partial(
            trio.run_process,
            command,
            stdin=b"\n\n",
            capture_stdout=True,
            preexec_fn=partial(os.sched_setaffinity, 0, {CLIENT_CORE}),
        )
        settle_memory()
        trio.lowlevel.add_instrument(steps)
        gc.callbacks.append(steps.collecting)
        done: subprocess.CompletedProcess[bytes] = await sender()
        trio.lowlevel.remove_instrument(steps)
        gc.callbacks.remove(steps.collecting)
    said = done.stdout.decode().splitlines()[-1]
    worst = sorted(steps.taken, reverse=True)[:SHOWN]
    return tuple(
        (
            kind if place == 0 else "",
            said if place == 0 else "",
            f"{ns / 1e6:.1f}",
            where,
            verdict(ns / 1e6 < TARGET_MS) if place == 0 else "",
        )
        for place, (ns, where) in enumerate(worst)
    )


def main() -> None:
    """Measure and print."""
    os.sched_setaffinity(0, {SERVER_CORE})
    rows: list[tuple[str, ...]] = []
    for kind in sys.argv[1:] or KINDS:
        rows += trio.run(one, kind)
    print(table(("beside 32 MB of", "answered", "CPU ms", "where it stood", ""), rows))


if __name__ == "__main__":
    main()

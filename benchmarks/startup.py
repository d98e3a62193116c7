"""From the start of the process to the first answer, and the memory that it rests in.

Beside it, in turn, the time until Python has imported what the twin stands on, and no more. Both
end with a sign of life from the process: a line that it prints, or a 200 that it answers. Modules
are compiled beforehand, as pip does when it installs.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping

from asks import ask_once, body
from child import resident_bytes, running, twin
from table import table, verdict

RUNS = 9
MB = 1_000_000
IMPORTS = [
    sys.executable,
    "-c",
    "import quart_trio, hypercorn.trio; print('{}', flush=True)",
]
TARGET_SECONDS, TARGET_OVER_IMPORTS, TARGET_MB = 0.8, 0.25, 60


def imports(env: Mapping[str, str]) -> float:
    """Seconds until quart-trio and Hypercorn are imported."""
    with running(IMPORTS, env=env) as child:
        return time.perf_counter() - child.started


def first_answer(env: Mapping[str, str]) -> tuple[float, float, float, float]:
    """Seconds until the twin accepts and until it has answered; MB at both of these times."""
    with running(twin("--pace", "instant"), env=env) as child:
        accepts = time.perf_counter() - child.started
        fresh = resident_bytes(child.pid)
        ask_once(child, body(0, stream=False))
        answers = time.perf_counter() - child.started
        return accepts, answers, fresh / MB, resident_bytes(child.pid) / MB


def main() -> None:
    """Measure and print."""
    alone, twins = [], []
    with tempfile.TemporaryDirectory() as compiled:
        env = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        imports(env), first_answer(env)
        for _ in range(RUNS):
            alone.append(imports(env))
            twins.append(first_answer(env))
    accepts, answers, fresh, rested = zip(*twins, strict=True)
    over = [twin_ - import_ for twin_, import_ in zip(answers, alone, strict=True)]
    rows = [
        seconds("quart_trio and hypercorn.trio imported", alone),
        seconds("the twin accepts", accepts),
        seconds("the twin has answered", answers, TARGET_SECONDS),
        seconds("answered, over the imports of the same round", over, TARGET_OVER_IMPORTS),
    ]
    print(table(("seconds from the start", "best", "median", "target", ""), rows))
    rows = [
        ("at the start", f"{statistics.median(fresh):.1f}", "", ""),
        (
            "after the first answer",
            f"{statistics.median(rested):.1f}",
            f"< {TARGET_MB}",
            verdict(statistics.median(rested) < TARGET_MB),
        ),
    ]
    print("\n" + table(("resident, MB", "median", "target", ""), rows))


def seconds(
    name: str, values: list[float] | tuple[float, ...], target: float | None = None
) -> tuple[str, ...]:
    """A row of the table; the median is what meets a target."""
    median = statistics.median(values)
    against = ("", "") if target is None else (f"<= {target}", verdict(median <= target))
    return (name, f"{min(values):.3f}", f"{median:.3f}", *against)


if __name__ == "__main__":
    main()

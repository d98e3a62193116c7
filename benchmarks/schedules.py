"""A thousand made-up schedules, three times over: does every one of them repeat, byte for byte?

    python benchmarks/schedules.py [--schedules 1000] [--rounds 3]

Each is a script of up to twenty faults with waits of up to an hour, met by the real SDK in virtual
time: half of them by a plain answer, half by a stream. Of every round the whole transcript is
digested, so that one byte, one id or one microsecond that differs shows. What is not shown: clients
in threads, and real sockets, which no seed decides.
"""

from __future__ import annotations

import argparse
import time
import warnings
from hashlib import blake2b
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from table import table, verdict

from simtwin.testing import VirtualTwin, run, strategies

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "Hello"}],
}


def drawn(count: int) -> list[str]:
    """As many scripts, the same on every run."""
    scripts: list[str] = []

    @seed(7)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(script=strategies.scripts())
    def collect(script: str) -> None:
        scripts.append(script)

    while len(scripts) < count:
        collect()
    return scripts[:count]


async def played(script: str, *, stream: bool) -> tuple[bytes, float, int]:
    """The transcript of one call under a script, its virtual seconds, and its attempts."""
    async with VirtualTwin(script=script, seed=7) as twin:
        client = twin.anthropic(max_retries=20)
        try:
            if stream:
                async with client.messages.stream(**HELLO) as events:
                    await events.get_final_message()
            else:
                await client.messages.create(**HELLO)
        except Exception as error:  # noqa: BLE001  # what the SDK raises is part of the transcript
            ended = f"{type(error).__name__}: {error}"
        else:
            ended = "whole"
        lines = list(twin.lines())
        return b"\n".join([*lines, ended.encode()]), twin.now, len(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schedules", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    scripts = drawn(asked.schedules)
    streams = Random(7)
    modes = [streams.random() < 0.5 for _ in scripts]
    rows, digests = [], []
    for number in range(asked.rounds):
        began = time.perf_counter()
        told = [
            run(lambda script=script, stream=stream: played(script, stream=stream), seed=7)
            for script, stream in zip(scripts, modes, strict=True)
        ]
        digests.append([blake2b(each, digest_size=8).hexdigest() for each, _, _ in told])
        rows.append(
            [
                f"round {number + 1}",
                f"{sum(attempts for _, _, attempts in told):,}",
                f"{sum(seconds for _, seconds, _ in told) / 3600:,.0f}",
                f"{time.perf_counter() - began:.1f}",
                f"{sum(a != b for a, b in zip(digests[0], digests[-1], strict=True))}",
            ]
        )
    columns = ["", "attempts", "virtual hours", "seconds", "unlike round 1"]
    print(f"{len(scripts):,} schedules\n")
    print(table(columns, rows))
    same = all(each == digests[0] for each in digests)
    print(f"\nevery transcript repeats: {verdict(same)}")


if __name__ == "__main__":
    main()

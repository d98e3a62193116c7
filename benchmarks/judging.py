"""What it takes to judge a journal of 100,000 attempts: CPU time, and memory of a fresh process.

The attempts are 50,000 calls of a client that is refused once each, with a body of half a kilobyte;
they are read from a file, as `simtwin judge` does. Beside it: reading the same lines as JSON, and
doing nothing with them.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from simtwin.judging import judged

ATTEMPTS = 100_000
MOST_SECONDS = 5.0
MOST_MEGABYTES = 300.0


def main() -> int:
    """Write the journal, judge it in a process of its own, and compare with what was promised."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal.jsonl"
        with journal.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines())
        ran = subprocess.run(
            [sys.executable, __file__, str(journal)], check=True, capture_output=True, text=True
        )
    told = json.loads(ran.stdout)
    print(f"{told['attempts']} attempts of {told['calls']} calls")
    print(f"{told['cpu']:.2f} s of CPU (at most {MOST_SECONDS:g}), {told['seconds']:.2f} s in all")
    ratio = told["cpu"] / told["bare"]
    print(f"{ratio:.1f} times what json.loads of the lines takes ({told['bare']:.2f} s of CPU)")
    print(f"{told['megabytes']:.0f} MB (at most {MOST_MEGABYTES:g})")
    return int(told["cpu"] > MOST_SECONDS or told["megabytes"] > MOST_MEGABYTES)


def lines() -> Iterator[str]:
    """The journal's lines."""
    for number in range(1, ATTEMPTS + 1):
        call, retry = divmod(number - 1, 2)
        at = 1_795_000_000 + call * 0.05 + retry * 0.6
        said = f"Question {call}: " + "why is it so, and not otherwise? " * 12
        entry = {
            "id": number,
            "request": f"req_011C{number:020d}",
            "tenant": "0b6f7a1e-9a52-4f0e-a9f4-1d1f6f1a7e11",
            "key": "key_01",
            "lane": None,
            "ordinal": number,
            "connection": number % 64,
            "request_on_connection": 1 + number // 64,
            "protocol": "1.1",
            "method": "POST",
            "path": "/v1/messages",
            "endpoint": "messages",
            "model": "claude-sonnet-4-6",
            "stream": False,
            "user_agent": "AsyncAnthropic/Python 2.12.0",
            "stainless": {
                "retry-count": str(retry),
                "timeout": "600",
                "lang": "python",
                "package-version": "2.12.0",
                "os": "Linux",
                "arch": "x64",
                "runtime": "CPython",
                "runtime-version": "3.11.2",
            },
            "call": None,
            "first_byte_at": at,
            "body_at": at + 0.001,
            "head_at": at + 0.05,
            "last_byte_at": at + 0.05,
            "closed_at": None,
            "closed_by": None,
            "body_bytes": 500,
            "body": {
                "model": "claude-sonnet-4-6",
                "max_tokens": 64,
                "messages": [{"role": "user", "content": said}],
            },
            "fingerprint": f"{call:032x}",
            "messages": [f"{call:016x}"],
            "emitted": None,
            "tool_uses": [],
            "fired": [],
            "script": None,
            "status": 200 if retry else 529,
            "told": {} if retry else {"x-should-retry": "true"},
            "ended": "end",
            "whole": True,
            "planned_tokens": 40 * retry,
            "sent_events": 0,
            "sent_bytes": 600,
            "wire_bytes": 1_400,
            "sent_tokens": 40 * retry,
            "undelivered": 0,
            "usage": {"input_tokens": 100 * retry, "output_tokens": 40 * retry},
            "cause": None,
        }
        yield json.dumps(entry)


def measure(journal: str) -> None:
    """Judge a journal in this process and print what it took."""
    began, cpu = time.perf_counter(), time.process_time()
    verdict = judged(journal)
    told = {
        "attempts": verdict.attempts,
        "calls": verdict.calls,
        "seconds": time.perf_counter() - began,
        "cpu": time.process_time() - cpu,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    cpu = time.process_time()
    with Path(journal).open("rb") as file:
        for line in file:
            json.loads(line)
    print(json.dumps({**told, "bare": time.process_time() - cpu}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        sys.exit(main())

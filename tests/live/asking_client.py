"""A client that starts in a twentieth of a second: no SDK, no `site`.

    python -S asking_client.py MODE QUESTION …

It asks one question after the other and prints each answer. What is no whole answer it asks again
once, and then it fails. MODE has words with commas between: `stream` asks for streams; `careless`
takes the end of the last stream for the end of its answer, whole or not; `threads` asks all at once
in an order that nobody knows; `fails` has an exit status of 1; `drifts` asks something else each
time; `late` leaves
a child behind that holds a lock on the file `HELD`.
"""

from __future__ import annotations

import fcntl
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import urllib.parse

BASE = urllib.parse.urlsplit(os.environ["ANTHROPIC_BASE_URL"])
HEADERS = {
    "x-api-key": os.environ["ANTHROPIC_API_KEY"],
    "anthropic-version": "2023-06-01",
    "content-type": "application/json",
}
MODE = set(sys.argv[1].split(","))
QUESTIONS = sys.argv[2:]


def asked(question: str) -> bytes:
    doc = {
        "model": "claude-sonnet-4-6",
        "max_tokens": 16,
        "stream": "stream" in MODE,
        "messages": [{"role": "user", "content": question}],
    }
    line = http.client.HTTPConnection(BASE.hostname or "", BASE.port)
    line.request("POST", f"{BASE.path}/v1/messages", json.dumps(doc), HEADERS)
    answer = line.getresponse()
    body = answer.read()
    if answer.status != http.client.OK:
        raise OSError(answer.status)
    return body


def text_of(body: bytes, *, careless: bool) -> str:
    if "stream" not in MODE:
        return str(json.loads(body)["content"][0]["text"])
    events = [json.loads(line[5:]) for line in body.splitlines() if line.startswith(b"data:")]
    if not careless and events[-1]["type"] != "message_stop":
        raise ValueError("cut")
    return "".join(
        each["delta"].get("text", "") for each in events if each["type"] == "content_block_delta"
    )


def answer(question: str, *, careless: bool) -> str:
    for _ in range(2):
        try:
            return text_of(asked(question), careless=careless)
        except (OSError, ValueError, LookupError, http.client.HTTPException):
            continue
    sys.stderr.write(f"no answer to {question}\n")
    # Of a thread, `sys.exit` would end only the thread.
    os._exit(1)


def say(question: str, *, careless: bool = False) -> None:
    sys.stdout.write(f"{answer(question, careless=careless)}\n")


if "late" in MODE:
    held = os.open(os.environ["HELD"], os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_SH)
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(60)"], pass_fds=[held])
if "threads" in MODE:
    for each in sorted(QUESTIONS, key=lambda _: os.urandom(4)):
        threading.Thread(target=say, args=[each]).start()
else:
    for at, each in enumerate(QUESTIONS):
        drift = f" at {time.time_ns()}" if "drifts" in MODE else ""
        say(each + drift, careless="careless" in MODE and at == len(QUESTIONS) - 1)
sys.exit("fails" in MODE)

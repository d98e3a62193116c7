"""The requests that a twin is asked, as bytes, and small one-off questions to a server."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

MODEL = "claude-sonnet-4-6"
#: What the issue measures: answers of exactly so many tokens.
MAX_TOKENS = 64


def body(question: int, *, stream: bool, max_tokens: int = MAX_TOKENS) -> bytes:
    """A request for a message; the number makes it another conversation with another answer."""
    content = f"Question {question}: what would you tell a new colleague about this system?"
    doc = {
        "model": MODEL,
        "max_tokens": max_tokens,
        "messages": [{"role": "user", "content": content}],
    }
    if stream:
        doc["stream"] = True
    return json.dumps(doc).encode()


def request(path: str, data: bytes, api_key: str = "none") -> str:
    """A POST as it goes over the wire, latin-1 text so that it fits into JSON."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nx-api-key: {api_key}\r\n"
        "anthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n"
        f"content-length: {len(data)}\r\n\r\n"
    )
    return head + data.decode()


def post(port: int, data: bytes, api_key: str) -> bytes:
    """The body of the answer to one request for a message.

    Raises:
        RuntimeError: it is no 200.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    headers = {"x-api-key": api_key, "content-type": "application/json"}
    connection.request("POST", "/v1/messages", data, headers | {"anthropic-version": "2023-06-01"})
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {text!r}")
    return text


def questions(port: int, api_key: str, least: int, wanted: int) -> list[int]:
    """Numbers of questions whose answer has at least so many tokens when it is not cut.

    What a twin says follows from its seed and the request, so each is the same every time.
    """

    def fits(question: int) -> bool:
        data = body(question, stream=False, max_tokens=least)
        usage: dict[str, Any] = json.loads(post(port, data, api_key))["usage"]
        return bool(usage["output_tokens"] == least)

    found: Iterator[int] = filter(fits, count())
    return [question for question, _ in zip(found, range(wanted), strict=False)]

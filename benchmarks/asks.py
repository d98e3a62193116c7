"""The requests that a twin is asked, as bytes, and small one-off questions to a server."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from child import Child

from simtwin.api.models import resolve

MODEL = "claude-sonnet-4-6"
#: What the issue measures: answers of exactly so many tokens.
MAX_TOKENS = 64
#: More conversations than any small cache would hold, so that every answer is composed.
QUESTIONS = 64

HEADERS = {
    b"host": b"127.0.0.1",
    b"anthropic-version": b"2023-06-01",
    b"content-type": b"application/json",
}


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
    """A POST as it goes over the wire; text, so that it fits into JSON."""
    headers = {**HEADERS, b"x-api-key": api_key.encode(), b"content-length": b"%d" % len(data)}
    lines = [b"%s: %s\r\n" % pair for pair in headers.items()]
    return (b"POST %s HTTP/1.1\r\n%s\r\n%s" % (path.encode(), b"".join(lines), data)).decode()


def roomy() -> dict[str, Any]:
    """Settings under which limits are kept, and nobody reaches them."""
    model = resolve(MODEL)
    assert model is not None, "the model is in the table"  # noqa: S101  # narrows a type
    limits = {"rpm": 10**9, "itpm": 10**12, "otpm": 10**12}
    return {"limits": {"tier": "scale", "pools": {model.pool: limits}}}


def make_roomy(child: Child) -> None:
    """Give a twin's first tenant those settings."""
    tenant = f"{child.said['tenant_id']}:{child.said['tenant_secret']}"
    basic = base64.b64encode(tenant.encode()).decode()
    ask(
        child.port,
        "PUT",
        "/_twin/settings",
        json.dumps(roomy()).encode(),
        {"authorization": f"Basic {basic}"},
    )


def ask_once(child: Child, data: bytes) -> bytes:
    """The body of the answer to one request for a message.

    Raises:
        RuntimeError: it is no 200.
    """
    return ask(child.port, "POST", "/v1/messages", data, {"x-api-key": child.said["api_key"]})


def ask(port: int, method: str, path: str, data: bytes, headers: dict[str, str]) -> bytes:
    """The body of an answer.

    Raises:
        RuntimeError: it is no 200.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    common = {name.decode(): value.decode() for name, value in HEADERS.items()}
    connection.request(method, path, data, common | headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {text!r}")
    return text


def questions(child: Child, least: int, wanted: int = QUESTIONS) -> list[int]:
    """Numbers of questions whose answer has at least so many tokens when it is not cut.

    What a twin says follows from its seed and the request, so each is the same every time.
    """

    def fits(question: int) -> bool:
        data = body(question, stream=False, max_tokens=least)
        usage: dict[str, Any] = json.loads(ask_once(child, data))["usage"]
        return bool(usage["output_tokens"] == least)

    found: Iterator[int] = filter(fits, count())
    return [question for question, _ in zip(found, range(wanted), strict=False)]

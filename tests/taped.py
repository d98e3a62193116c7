"""Recorded exchanges for the tests of replay."""

from __future__ import annotations

import json
from typing import Any

ASKED: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}
USAGE = {"input_tokens": 8, "output_tokens": 12}
MESSAGE: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "id": "msg_01recorded",
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "Hi, recorded."}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": USAGE,
}
SECRETS = {
    "authorization": "Bearer sk-ant-secret",
    "x-api-key": "sk-ant-secret",
    "cookie": "session=sk-ant-secret",
}
HEADERS = {
    "content-type": "application/json",
    "request-id": "req_011Crecorded",
    "retry-after": "12",
    "set-cookie": "_cfuvid=sk-ant-secret",
    "cf-ray": "8f00-EWR",
    "anthropic-organization-id": "sk-ant-secret",
    "anthropic-ratelimit-requests-remaining": "17",
    "content-length": "999",
    "date": "Sat, 01 Nov 2025 00:00:00 GMT",
}
_EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": [], "stop_reason": None}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi, "}},
    {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "recorded."},
    },
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": USAGE},
    {"type": "message_stop"},
]
#: Seven events, as they were sent: with padding that means nothing.
STREAM = "".join(
    f"event: {each['type']}\ndata: {json.dumps(each)[:-1]}    }}\n\n" for each in _EVENTS
)


def row(
    asked: dict[str, Any] | None = None, answer: Any = None, status: int = 200, **fields: Any
) -> dict[str, Any]:
    """A recorded exchange as a row."""
    asked = ASKED if asked is None else asked
    stream = asked.get("stream") is True and answer is None
    body = STREAM if stream else json.dumps(MESSAGE if answer is None else answer)
    kind = "text/event-stream; charset=utf-8" if stream else "application/json"
    return {
        "method": "POST",
        "path": "/v1/messages",
        "request_headers": SECRETS,
        "request_body": json.dumps(asked),
        "status": status,
        "response_headers": {**HEADERS, "content-type": kind},
        "response_body": body,
        **fields,
    }


def interaction(**fields: Any) -> dict[str, Any]:
    """The same as VCR for Python writes it."""
    taped = row(**fields)
    return {
        "request": {
            "method": taped["method"],
            "uri": f"https://api.anthropic.com{taped['path']}",
            "body": taped["request_body"],
            "headers": {name: [value] for name, value in SECRETS.items()},
        },
        "response": {
            "status": {"code": taped["status"], "message": "OK"},
            "headers": {name: [value] for name, value in taped["response_headers"].items()},
            "body": {"string": taped["response_body"]},
        },
    }

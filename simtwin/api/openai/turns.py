"""OpenAI's messages as the turns of a conversation and its system prompt.

What cannot be translated, as it has the wrong shape, is left as it is: the validation of turns has
the words for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from simtwin.api.errors import invalid
from simtwin.api.request.phrases import MISSING, NOT_A, shown
from simtwin.api.request.steps import Steps

_HOISTED = ("system", "developer")
#: "Ignored and stripped from input".
_STRIPPED = ("input_audio", "file", "refusal")
_ANSWERING = ("tool", "function")
#: So many turns or parts are translated between two pauses.
_AT_ONCE = 512

_decode = msgspec.json.Decoder().decode


def translating(messages: list[Any]) -> Steps[tuple[str | None, list[Any]]]:
    """The system prompt, None for none, and the turns.

    System and developer messages are hoisted from wherever they are, and joined by single line
    breaks.

    Args:
        messages: the messages as they came.

    Raises:
        Rejected: a call's arguments, or an image, cannot be read.
    """
    hoisted: list[str] = []
    turns: list[Any] = []
    results: list[Any] | None = None
    called = ""
    for index, message in enumerate(messages):
        if index % _AT_ONCE == _AT_ONCE - 1:
            yield
        role = message.get("role") if isinstance(message, dict) else None
        if role in _HOISTED:
            hoisted.append(_text(message.get("content")))
            continue
        if role in _ANSWERING:
            content = yield from _content(message.get("content"), f"messages.{index}")
            result = {
                "type": "tool_result",
                "tool_use_id": called if role == "function" else message.get("tool_call_id"),
                "content": content,
            }
            # The answers to the calls of one turn are one turn.
            if results is None:
                results = []
                turns.append({"role": "user", "content": results})
            results.append(result)
            continue
        results = None
        if role == "assistant":
            called = f"call_{index}"
            turns.append((yield from _assistant(message, f"messages.{index}", called)))
        elif isinstance(message, dict) and "content" in message:
            content = yield from _content(message["content"], f"messages.{index}")
            turns.append({"role": role, "content": content})
        else:
            turns.append(message)
    return ("\n".join(hoisted) if hoisted else None), turns


def _text(content: Any) -> str:
    """The text of a system prompt, which may come in parts."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (part.get("text") for part in parts if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


def _content(content: Any, path: str) -> Steps[Any]:
    if not isinstance(content, list):
        return content
    blocks: list[Any] = []
    for index, part in enumerate(content):
        if index % _AT_ONCE == _AT_ONCE - 1:
            yield
        kind = part.get("type") if isinstance(part, dict) else None
        if kind == "text":
            blocks.append({"type": "text", "text": part.get("text")})
        elif kind == "image_url":
            blocks.append(_image(part.get("image_url"), f"{path}.content.{index}.image_url"))
        elif kind not in _STRIPPED:
            blocks.append(part)
    return blocks


def _image(image: Any, path: str) -> dict[str, Any]:
    url = image.get("url") if isinstance(image, dict) else image
    if not isinstance(url, str):
        raise invalid(f"{path}.url: {MISSING if url is None else NOT_A[str]}")
    head, comma, data = url.partition(",")
    if not head.startswith("data:") or not comma:
        return {"type": "image", "source": {"type": "url", "url": url}}
    media_type = head.removeprefix("data:").partition(";")[0]
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": media_type, "data": data},
    }


def _assistant(message: Mapping[str, Any], path: str, called: str) -> Steps[dict[str, Any]]:
    content = yield from _content(message.get("content"), path)
    calls = message.get("tool_calls") or []
    function = message.get("function_call")
    if not calls and function is None:
        return {"role": "assistant", "content": "" if content is None else content}
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content or []
    # Clients send an empty text along with the calls, which the API has no block for.
    blocks = [block for block in blocks if block != {"type": "text", "text": ""}]
    if not isinstance(calls, list):
        raise invalid(f"{path}.tool_calls: {NOT_A[list]}")
    for index, call in enumerate(calls):
        asked = call.get("function") if isinstance(call, dict) else None
        blocks.append(_use(asked, call, f"{path}.tool_calls.{index}.function"))
    if function is not None:
        blocks.append(_use(function, {"id": called}, f"{path}.function_call"))
    return {"role": "assistant", "content": blocks}


def _use(function: Any, call: Any, path: str) -> dict[str, Any]:
    if not isinstance(function, dict):
        raise invalid(f"{path}: {MISSING if function is None else NOT_A[dict]}")
    arguments = function.get("arguments")
    if not isinstance(arguments, str):
        raise invalid(f"{path}.arguments: {MISSING if arguments is None else NOT_A[str]}")
    try:
        given = _decode(arguments)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        given = None
    if not isinstance(given, dict):
        # Seen in 2026-02 of empty arguments (yinzara/ha-config-ai-agent#5).
        raise invalid(f"Failed to parse JSON: {shown(arguments)}")
    return {
        "type": "tool_use",
        "id": call.get("id"),
        "name": function.get("name"),
        "input": given,
    }

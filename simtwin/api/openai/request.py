"""A request for a chat completion as the request for a message that it is.

Fields that are not supported are ignored, known or not: "Most unsupported fields are silently
ignored rather than producing errors".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.models import resolve
from simtwin.api.openai.turns import translating
from simtwin.api.request.phrases import MISSING, NOT_A, one_of
from simtwin.api.request.steps import Steps, run

#: Taken as they are; `thinking` is one of the API's own, which the documentation tells to add.
_SAME = ("model", "stream", "top_p", "thinking")
#: For a model that is not known, and so refused.
_MOST_TOKENS = 4_096
_CHOICES: Mapping[object, str] = {"auto": "auto", "none": "none", "required": "any"}
_NO_PARAMETERS = {"type": "object", "properties": {}}


@attrs.frozen(eq=False)
class ChatRequest:
    """A request in the words of the API.

    Args:
        doc: the request for a message, yet to be validated.
        tells_usage: whether a stream is to tell at its end what it cost.
    """

    doc: Mapping[str, Any]
    tells_usage: bool


def translate(doc: Mapping[str, Any]) -> ChatRequest:
    """The request for a message that a decoded body comes to.

    Raises:
        Rejected: it asks for what there is not, or cannot be read.
    """
    return run(reading(doc))


def reading(doc: Mapping[str, Any]) -> Steps[ChatRequest]:
    """`translate` with a pause now and then, for large bodies."""
    if doc.get("n") not in (None, 1):
        # Documented; style.
        raise invalid("n: must be exactly 1")
    asked = {name: doc[name] for name in _SAME if doc.get(name) is not None}
    asked["max_tokens"] = _max_tokens(doc)
    if "messages" in doc:
        asked["messages"] = doc["messages"]
        if isinstance(doc["messages"], list):
            system, asked["messages"] = yield from translating(doc["messages"])
            if system:
                asked["system"] = system
    temperature = doc.get("temperature")
    if temperature is not None:
        greater = isinstance(temperature, int | float) and temperature > 1
        asked["temperature"] = 1 if greater else temperature
    stop = doc.get("stop")
    if stop is not None:
        asked["stop_sequences"] = [stop] if isinstance(stop, str) else stop
    tools = _tools(doc)
    if tools:
        asked["tools"] = tools
    choice = _choice(doc, offered=bool(tools))
    if choice is not None:
        asked["tool_choice"] = choice
    options = doc.get("stream_options")
    tells = isinstance(options, dict) and options.get("include_usage") is True
    return ChatRequest(asked, tells)


def _max_tokens(doc: Mapping[str, Any]) -> Any:
    """The most output tokens; as many as the model can where the request does not say (assumed)."""
    for name in ("max_completion_tokens", "max_tokens"):
        if doc.get(name) is not None:
            return doc[name]
    asked = doc.get("model")
    model = resolve(asked) if isinstance(asked, str) else None
    return _MOST_TOKENS if model is None else model.max_tokens


def _tools(doc: Mapping[str, Any]) -> list[dict[str, Any]]:
    tools, functions = doc.get("tools") or [], doc.get("functions") or []
    for name, value in (("tools", tools), ("functions", functions)):
        if not isinstance(value, list):
            raise invalid(f"{name}: {NOT_A[list]}")
    read = []
    for index, tool in enumerate(tools):
        if isinstance(tool, dict) and tool.get("type") != "function":
            raise invalid(f"tools.{index}.type: {one_of(['function'])}")
        function = tool.get("function") if isinstance(tool, dict) else tool
        read.append(_tool(function, f"tools.{index}.function"))
    read += [_tool(each, f"functions.{index}") for index, each in enumerate(functions)]
    return read


def _tool(function: Any, path: str) -> dict[str, Any]:
    if not isinstance(function, dict):
        raise invalid(f"{path}: {MISSING if function is None else NOT_A[dict]}")
    parameters = function.get("parameters")
    tool = {"input_schema": _NO_PARAMETERS if parameters is None else parameters}
    for name in ("name", "description"):
        if function.get(name) is not None:
            tool[name] = function[name]
    return tool


def _choice(doc: Mapping[str, Any], *, offered: bool) -> dict[str, Any] | None:
    for name in ("tool_choice", "function_call"):
        if doc.get(name) is not None:
            choice = _chosen(doc[name], name)
            break
    else:
        choice = {"type": "auto"}
    one_at_a_time = doc.get("parallel_tool_calls") is False and choice["type"] != "none"
    if one_at_a_time:
        choice["disable_parallel_tool_use"] = True
    plain = choice == {"type": "auto"} or (one_at_a_time and not offered)
    return None if plain else choice


def _chosen(value: Any, name: str) -> dict[str, Any]:
    if isinstance(value, dict):
        # In `function_call` the name stands alone.
        function = value.get("function", value)
        called = function.get("name") if isinstance(function, dict) else None
        if not isinstance(called, str):
            raise invalid(f"{name}.function.name: {MISSING if called is None else NOT_A[str]}")
        return {"type": "tool", "name": called}
    if not isinstance(value, str) or value not in _CHOICES:
        raise invalid(f"{name}: {one_of(map(str, _CHOICES))}")
    return {"type": _CHOICES[value]}

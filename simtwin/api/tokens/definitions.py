"""What definitions of tools cost."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simtwin.api.tokens.family import DEFINED, Family
from simtwin.api.tokens.parts import Part

#: A definition besides its JSON, in tokens.
_DEFINITION = 6

_DATE = re.compile(r"_\d{8}$")


def definition_parts(tools: Sequence[Mapping[str, Any]], kind: Family) -> Iterator[Part]:
    """What the tools of a request cost; those that are deferred cost nothing until referred to."""
    for tool in tools:
        if tool.get("defer_loading") is not True:
            yield from one_definition(tool, kind)


def one_definition(tool: Mapping[str, Any], kind: Family) -> Iterator[Part]:
    """What one tool costs."""
    tag = tool.get("type") or "custom"
    defined = DEFINED.get(_DATE.sub("", tag))
    if defined is not None:
        yield defined[kind.is_newer]
        return
    yield _DEFINITION
    told = {"name": tool.get("name"), "parameters": tool.get("input_schema")}
    if tool.get("description"):
        told["description"] = tool["description"]
    if tool.get("input_examples"):
        told["examples"] = tool["input_examples"]
    yield json.dumps(told, ensure_ascii=False, sort_keys=True)

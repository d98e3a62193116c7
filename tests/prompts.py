"""Prompts of small requests, for the tests of what is cached."""

from __future__ import annotations

from typing import Any

from asking import TOOL, doc_of, turn

from simtwin.api.models import resolve
from simtwin.api.request.breakpoints import read_breakpoints
from simtwin.api.request.measure import measure
from simtwin.api.request.prefix import cacheable
from simtwin.api.request.steps import run
from simtwin.core.cache import Cache, Cached, Prompt, Use

MARK = {"cache_control": {"type": "ephemeral"}}
#: Over the 1,024 tokens that Sonnet 4.6 caches at the least.
LONG = "word " * 1_100
TEXT = {"type": "text", "text": LONG}
IMAGE = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBO"}}
THOUGHT = {"type": "thinking", "thinking": "Let me see.", "signature": "c2ln"}
WEB = {"type": "web_search_20250305", "name": "web_search"}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Rome"}}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "Sunny"}

BASE: dict[str, Any] = {
    "tools": [{**TOOL, "description": LONG, **MARK}],
    "system": [{"type": "text", "text": "Be brief.", **MARK}],
    "messages": [turn({"type": "text", "text": "Hi", **MARK})],
}


def prompt_of(size: int = 0, **fields: Any) -> Prompt | None:
    """The prompt of a request with `fields` in it."""
    doc = doc_of(**fields)
    model = resolve(doc["model"])
    assert model is not None
    tokens = run(measure(doc, 0)).input_tokens
    return run(cacheable(doc, model, run(read_breakpoints(doc)), tokens, size))


def the_prompt(**fields: Any) -> Prompt:
    """That of a request that is long enough."""
    prompt = prompt_of(**fields)
    assert prompt is not None
    return prompt


def read_after(first: dict[str, Any], second: dict[str, Any]) -> Cached:
    """What the second of two requests gets from the cache that the first has left."""
    before, after = the_prompt(**first), the_prompt(**second)
    cache = Cache.empty().used(Use(before, Cache.empty().find(before, 0), 0), 0)
    return cache.find(after, 1).cached

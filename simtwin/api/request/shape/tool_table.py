"""Every tool that a request may offer: those of the caller's own, and those that the API knows."""

from __future__ import annotations

import re
from typing import Any

from simtwin.api.request.phrases import MISSING, NOT_A, one_of
from simtwin.api.request.shape.check import (
    Array,
    Check,
    Maybe,
    literal,
    mapping,
    no_less,
    text,
    truth,
)
from simtwin.api.request.shape.common import (
    CACHE_CONTROL,
    CACHED,
    CITATIONS_CONFIG,
    MCP_TOOL,
    TOOL_NAME,
    maybe_text,
    maybe_truth,
    texts,
)
from simtwin.api.request.shape.record import Record, Tagged, only

#: Seen in 2026-05 (n8n-io/n8n#30590).
_PROPERTY = "^[a-zA-Z0-9_.-]{1,64}$"
_is_property = re.compile(r"[a-zA-Z0-9_.-]{1,64}", re.ASCII).fullmatch


def input_schema(value: Any) -> str | None:
    """As much of a tool's schema as is a matter of shape; the rest is `tools.read_tools`."""
    if type(value) is not dict:
        return f": {NOT_A[dict]}"
    if "type" not in value:
        return f".type: {MISSING}"
    if value["type"] != "object":
        return f".type: {one_of(['object'])}"
    properties = value.get("properties")
    if properties is not None:
        if type(properties) is not dict:
            return f".properties: {NOT_A[dict]}"
        if not all(map(_is_property, properties)):
            return f".properties: Property keys should match pattern '{_PROPERTY}'"
    required = value.get("required")
    fault = None if required is None else texts(required)
    return None if fault is None else f".required{fault}"


_CALLERS = Array(
    literal(
        "direct", "code_execution_20250825", "code_execution_20260120", "code_execution_20260521"
    )
)
_ANY: dict[str, Check] = {
    "allowed_callers": _CALLERS,
    **CACHED,
    "defer_loading": truth,
    "strict": truth,
}
_CLIENT: dict[str, Check] = {**_ANY, "input_examples": Array(mapping)}


def _named(name: str, more: dict[str, Check], **required: Check) -> Record:
    return Record({"name": literal(name), **required}, more)


_at_least_one = no_less(1)
_USES: dict[str, Check] = {"max_uses": Maybe(_at_least_one)}
_DOMAINS: dict[str, Check] = {"allowed_domains": Maybe(texts), "blocked_domains": Maybe(texts)}
_INCLUSION: dict[str, Check] = {"response_inclusion": literal("full", "excluded")}
_LOCATION = Record(
    {"type": literal("approximate")},
    dict.fromkeys(("city", "country", "region", "timezone"), maybe_text),
)
_SEARCH: dict[str, Check] = {**_ANY, **_DOMAINS, **_USES, "user_location": Maybe(_LOCATION)}

_SOME_TOOLS = Record({"tools": Array(only("tool_reference", Record({"name": text})))})
_ALL_OR_NONE: dict[str, Record] = {"all": Record({}), "none": Record({})}
_FROM_TOOLS = Tagged({**_ALL_OR_NONE, "only": _SOME_TOOLS, "except": _SOME_TOOLS})
_URL_SOURCES = Record(
    {},
    {
        "client_tool_results": _FROM_TOOLS,
        "server_tool_results": _FROM_TOOLS,
        "user_input": Tagged(_ALL_OR_NONE),
    },
)
_FETCH: dict[str, Check] = {
    **_ANY,
    **_DOMAINS,
    **_USES,
    "citations": Maybe(CITATIONS_CONFIG),
    "max_content_tokens": Maybe(_at_least_one),
    "url_sources": Maybe(_URL_SOURCES),
}
_CACHING: dict[str, Check] = {"use_cache": truth}


def _computer(**more: Check) -> Record:
    return _named(
        "computer",
        {**_CLIENT, "display_number": Maybe(no_less(0)), **more},
        display_height_px=_at_least_one,
        display_width_px=_at_least_one,
    )


_BOTH = (
    "double_click",
    "hold_key",
    "key",
    "left_click",
    "left_click_drag",
    "left_mouse_down",
    "left_mouse_up",
    "middle_click",
    "mouse_move",
    "right_click",
    "screenshot",
    "scroll",
    "triple_click",
    "type",
    "wait",
    "zoom",
)
_COMPUTER = ("cursor_position",)
_BROWSER = (
    "close_tab",
    "file_upload",
    "find",
    "form_input",
    "get_page_text",
    "hover",
    "javascript_exec",
    "list_tabs",
    "navigate",
    "new_tab",
    "read_console",
    "read_network",
    "read_page",
    "scroll_to",
    "switch_tab",
)
_SWITCHES = Record({}, {"defer_loading": maybe_truth, "enabled": maybe_truth})


def _toolset(*actions: str) -> Record:
    configs = Record({}, dict.fromkeys((*_BOTH, *actions), Maybe(_SWITCHES)))
    return Record({}, {**CACHED, "configs": Maybe(configs)})


class _Configs:
    """The configurations of an MCP server's tools, by names of its own."""

    def __call__(self, value: Any) -> str | None:
        if type(value) is not dict:
            return f": {NOT_A[dict]}"
        for name, config in value.items():
            fault = _SWITCHES(config)
            if fault is not None:
                return f".{name[:128]}{fault}"
        return None


CUSTOM = Record(
    {"name": TOOL_NAME, "input_schema": input_schema},
    {**_CLIENT, "description": text, "eager_input_streaming": maybe_truth},
)

_bash = _named("bash", _CLIENT)
_code = _named("code_execution", _ANY)
_editor = _named("str_replace_editor", _CLIENT)
_based = _named("str_replace_based_edit_tool", _CLIENT)
_bm25 = _named("tool_search_tool_bm25", _ANY)
_regex = _named("tool_search_tool_regex", _ANY)

TOOLS = Tagged(
    {
        "custom": CUSTOM,
        "advisor_20260301": _named(
            "advisor",
            {**_ANY, "caching": CACHE_CONTROL, "max_tokens": Maybe(_at_least_one), **_USES},
            model=text,
        ),
        "bash_20241022": _bash,
        "bash_20250124": _bash,
        "browser_toolset_20260801": _toolset(*_BROWSER),
        "code_execution_20250522": _code,
        "code_execution_20250825": _code,
        "code_execution_20260120": _code,
        "code_execution_20260521": _code,
        "computer_20241022": _computer(),
        "computer_20250124": _computer(),
        "computer_20251124": _computer(enable_zoom=truth),
        "computer_toolset_20260801": _toolset(*_COMPUTER),
        "mcp_toolset": Record(
            {"mcp_server_name": text},
            {
                **CACHED,
                "configs": Maybe(_Configs()),
                "default_config": _SWITCHES,
                "tools": Maybe(Array(MCP_TOOL)),
            },
        ),
        "memory_20250818": _named("memory", _CLIENT),
        "text_editor_20241022": _editor,
        "text_editor_20250124": _editor,
        "text_editor_20250429": _based,
        "text_editor_20250728": _named(
            "str_replace_based_edit_tool", {**_CLIENT, "max_characters": Maybe(_at_least_one)}
        ),
        "tool_search_tool_bm25": _bm25,
        "tool_search_tool_bm25_20251119": _bm25,
        "tool_search_tool_regex": _regex,
        "tool_search_tool_regex_20251119": _regex,
        "web_fetch_20250910": _named("web_fetch", _FETCH),
        "web_fetch_20260209": _named("web_fetch", _FETCH),
        "web_fetch_20260309": _named("web_fetch", {**_FETCH, **_CACHING}),
        "web_fetch_20260318": _named("web_fetch", {**_FETCH, **_CACHING, **_INCLUSION}),
        "web_search_20250305": _named("web_search", _SEARCH),
        "web_search_20260209": _named("web_search", _SEARCH),
        "web_search_20260318": _named("web_search", {**_SEARCH, **_INCLUSION}),
    },
    default="custom",
)

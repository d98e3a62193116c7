"""Every block that a turn may hold, by the edition of the API and whose turn it is."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from simtwin.api.request.shape.check import (
    Array,
    Check,
    Either,
    Maybe,
    anything,
    literal,
    mapping,
    matching,
    sized,
    text,
    truth,
)
from simtwin.api.request.shape.common import (
    CACHED,
    CALL_NAME,
    CALLER,
    MCP_TOOL,
    SERVER_TOOL_ID,
    TEXT,
    TOOL_ID,
    file_id,
    maybe_text,
    maybe_whole,
)
from simtwin.api.request.shape.record import Record, Tagged
from simtwin.api.request.shape.results import RESULTS, TOOL_REFERENCE
from simtwin.api.request.shape.sources import DOCUMENT, IMAGE, SEARCH_RESULT
from simtwin.api.request.shape.tool_table import TOOLS
from simtwin.api.version import NEWER, OLDER

SERVER_TOOLS = (
    "advisor",
    "web_search",
    "web_fetch",
    "code_execution",
    "bash_code_execution",
    "text_editor_code_execution",
    "tool_search_tool_regex",
    "tool_search_tool_bm25",
)

_DOWNLOAD: dict[str, Check] = {"download_id": text, "url": text}
_BROWSER_STATE = Record(
    {"tabs": Array(Record({"tab_id": text, "title": text, "url": text}, {"active": truth}))},
    {
        **CACHED,
        "state_changes": Maybe(
            Array(
                Tagged(
                    {
                        "download_completed": Record(
                            _DOWNLOAD, {"path": maybe_text, "size_bytes": maybe_whole}
                        ),
                        "download_failed": Record(_DOWNLOAD, {"error": maybe_text}),
                        "download_started": Record(_DOWNLOAD),
                        "tab_opened": Record({"tab_id": text}),
                    }
                )
            )
        ),
    },
)

#: What may stand inside the result of a tool.
_IN_RESULT = Tagged(
    {
        "browser_state": _BROWSER_STATE,
        "document": DOCUMENT,
        "image": IMAGE,
        "search_result": SEARCH_RESULT,
        "text": TEXT,
        "tool_reference": TOOL_REFERENCE,
    }
)

_REFERENCES: dict[str, Record] = {
    "mcp_tool_reference": Record({"name": text, "server_name": text}),
    "mcp_toolset_reference": Record({"server_name": text}),
    "tool_reference": Record({"name": text}),
}
TOOL_ADDITION = Record(
    {"tool": Tagged({**_REFERENCES, "tool_definition": Record({"definition": TOOLS})})}, CACHED
)
TOOL_REMOVAL = Record({"tool": Tagged(_REFERENCES)}, CACHED)
_CHANGES = Tagged({"tool_addition": TOOL_ADDITION, "tool_removal": TOOL_REMOVAL})

_INPUT: dict[str, Check] = {"input": mapping}

BLOCKS = Tagged(
    {
        **RESULTS,
        "compaction": Record(
            {},
            {
                **CACHED,
                # Null where the summary failed; empty is not allowed (SDK 2.12.0).
                "content": Maybe(sized(1, sys.maxsize)),
                "encrypted_content": maybe_text,
                "signature": maybe_text,
                "tool_changes": Maybe(Array(_CHANGES)),
            },
        ),
        "container_upload": Record({"file_id": file_id}, CACHED),
        "document": DOCUMENT,
        "fallback": Record(
            {"from": Record({"model": text}), "to": Record({"model": text})},
            {"trigger": anything},
        ),
        "image": IMAGE,
        "mcp_tool_listing": Record({"mcp_server_name": text, "tools": Array(MCP_TOOL)}),
        "mcp_tool_use": Record(
            {"id": matching(TOOL_ID), **_INPUT, "name": text, "server_name": text}, CACHED
        ),
        "redacted_thinking": Record({"data": text}),
        "search_result": SEARCH_RESULT,
        "server_tool_use": Record(
            {"id": matching(SERVER_TOOL_ID), **_INPUT, "name": literal(*SERVER_TOOLS)},
            {**CACHED, "caller": CALLER},
        ),
        "text": TEXT,
        "thinking": Record({"signature": text, "thinking": text}),
        "tool_addition": TOOL_ADDITION,
        "tool_reference": TOOL_REFERENCE,
        "tool_removal": TOOL_REMOVAL,
        "tool_result": Record(
            {"tool_use_id": matching(TOOL_ID)},
            {
                **CACHED,
                "content": Either(Array(_IN_RESULT)),
                "is_error": truth,
                "toolset_name": maybe_text,
            },
        ),
        "tool_use": Record(
            {"id": matching(TOOL_ID), **_INPUT, "name": CALL_NAME},
            {**CACHED, "caller": CALLER, "toolset_name": maybe_text},
        ),
    }
)

#: The edition of 2026-10-21 knows no documents in turns of the assistant, and no citations on text in
#: those of the user (platform.claude.com, migration to 2026-10-21). Its words for them are not known:
#: these are what pydantic says where a type or a field is gone.
CONTENT: Mapping[tuple[str, str], Tagged] = {
    (OLDER, "user"): BLOCKS,
    (OLDER, "assistant"): BLOCKS,
    (NEWER, "user"): BLOCKS.but(text=TEXT.without("citations")),
    (NEWER, "assistant"): BLOCKS.but("document"),
}

#: The same without the betas that know summaries: one that comes back is "not one of the expected
#: content block types" then (docs, compaction on demand, 2026-09).
UNCOMPACTED: Mapping[tuple[str, str], Tagged] = {
    key: known.but("compaction") for key, known in CONTENT.items()
}

_IN_SYSTEM = Array(
    Tagged({"text": TEXT, "tool_addition": TOOL_ADDITION, "tool_removal": TOOL_REMOVAL})
)
EFFORT = literal("low", "medium", "high", "xhigh", "max")

#: A turn of the system; its content is missed only where it has no `output_config`.
SYSTEM_TURN = Record(
    {"role": anything},
    {
        "content": Either(_IN_SYSTEM),
        "clear_at": Maybe(literal("next_user_message", "never")),
        "output_config": Maybe(Record({}, {"effort": Maybe(EFFORT)})),
    },
)

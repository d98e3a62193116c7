"""Parts that many blocks and tools have.

Here and in the other tables: fields and their order as in SDK 2.12.0 (types/*_param.py and
types/beta/*_param.py); what has an Optional type there may be null.
"""

from __future__ import annotations

from simtwin.api.request.shape.check import (
    Array,
    Check,
    Maybe,
    literal,
    mapping,
    matching,
    sized,
    text,
    truth,
    whole,
)
from simtwin.api.request.shape.record import Record, Tagged, only

#: Seen on the real API in 2026-06 for both ids of a pair (HKUDS/nanobot#4356).
TOOL_ID = "^[a-zA-Z0-9_-]+$"
#: Recalled.
SERVER_TOOL_ID = "^srvtoolu_[a-zA-Z0-9_]+$"
#: Ids of files as the API gives them; the words for others are in its style only.
FILE_ID = "^file_[a-zA-Z0-9_-]+$"

#: The path of a fault goes through `ephemeral`: seen in 2026-02 (anthropics/claude-code#25597).
CACHE_CONTROL: Check = Maybe(Tagged({"ephemeral": Record({}, {"ttl": literal("5m", "1h")})}))
CACHED: dict[str, Check] = {"cache_control": CACHE_CONTROL}

CITATIONS_CONFIG = Record({}, {"enabled": truth})

texts = Array(text)
maybe_text = Maybe(text)
maybe_whole = Maybe(whole)
maybe_truth = Maybe(truth)
file_id = matching(FILE_ID)

_TITLED: dict[str, Check] = {"document_title": Maybe(text)}


def _span(unit: str) -> dict[str, Check]:
    return {f"end_{unit}": whole, f"start_{unit}": whole}


_CITED: dict[str, Check] = {"cited_text": text}
_IN_DOCUMENT: dict[str, Check] = {**_CITED, "document_index": whole}

CITATIONS = Array(
    Tagged(
        {
            "char_location": Record({**_IN_DOCUMENT, **_TITLED, **_span("char_index")}),
            "page_location": Record({**_IN_DOCUMENT, **_TITLED, **_span("page_number")}),
            "content_block_location": Record({**_IN_DOCUMENT, **_TITLED, **_span("block_index")}),
            "web_search_result_location": Record(
                {**_CITED, "encrypted_index": text, "title": Maybe(text), "url": text}
            ),
            "search_result_location": Record(
                {
                    **_CITED,
                    **_span("block_index"),
                    "search_result_index": whole,
                    "source": text,
                    "title": Maybe(text),
                }
            ),
        }
    )
)

TEXT = Record({"text": text}, {**CACHED, "citations": Maybe(CITATIONS)})
TEXTS = Array(only("text", TEXT))

CALLER = Tagged(
    {
        "direct": Record({}),
        "code_execution_20250825": Record({"tool_id": matching(SERVER_TOOL_ID)}),
        "code_execution_20260120": Record({"tool_id": matching(SERVER_TOOL_ID)}),
        "code_execution_20260521": Record({"tool_id": matching(SERVER_TOOL_ID)}),
    }
)

MCP_TOOL = Record({"input_schema": mapping, "name": text}, {"description": maybe_text})
#: "at most 128 characters" seen in 2026-09 (anthropics/claude-code#96152).
LONGEST_NAME = 128
TOOL_NAME = matching(f"^[a-zA-Z0-9_-]{{1,{LONGEST_NAME}}}$", LONGEST_NAME)
CALL_NAME = sized(1, 200)

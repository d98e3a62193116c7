"""Results of tools that the API itself runs, as they come back in later requests."""

from __future__ import annotations

from simtwin.api.request.shape.check import (
    Array,
    Check,
    Either,
    Maybe,
    literal,
    matching,
    text,
    truth,
    whole,
)
from simtwin.api.request.shape.common import (
    CACHED,
    CALLER,
    SERVER_TOOL_ID,
    TEXTS,
    TOOL_ID,
    maybe_text,
    maybe_whole,
    texts,
)
from simtwin.api.request.shape.record import Record, Tagged, only
from simtwin.api.request.shape.sources import DOCUMENT

_COMMON = ("invalid_tool_input", "unavailable", "too_many_requests")
_TIMED = (*_COMMON, "execution_time_exceeded")


def _failed(*codes: str, explained: bool = False) -> Record:
    extra: dict[str, Check] = {"error_message": maybe_text} if explained else {}
    return Record({"error_code": literal(*codes)}, extra)


def _result(content: Check, *, called: bool = False) -> Record:
    caller: dict[str, Check] = {"caller": CALLER} if called else {}
    return Record(
        {"tool_use_id": matching(SERVER_TOOL_ID), "content": content}, {**CACHED, **caller}
    )


def _files(tag: str) -> Array:
    return Array(only(tag, Record({"file_id": text})))


_RAN: dict[str, Check] = {"return_code": whole, "stderr": text}
_RAN_OPENLY: dict[str, Check] = {**_RAN, "stdout": text}

TOOL_REFERENCE = Record({"tool_name": text}, CACHED)

_SEARCHED = Array(
    only(
        "web_search_result",
        Record({"encrypted_content": text, "title": text, "url": text}, {"page_age": maybe_text}),
    )
)
_NOT_SEARCHED = only(
    "web_search_tool_result_error",
    _failed(*_COMMON, "max_uses_exceeded", "query_too_long", "request_too_large"),
)


class _Found(Either):
    """What a web search found: a list of results, or the error that there was instead."""

    def __call__(self, value: object) -> str | None:
        return _NOT_SEARCHED(value) if type(value) is dict else self.other(value)


_FETCHED = Tagged(
    {
        "web_fetch_result": Record(
            {"content": only("document", DOCUMENT), "url": text},
            {"retrieved_at": maybe_text},
        ),
        "web_fetch_tool_result_error": _failed(
            *_COMMON,
            "url_too_long",
            "url_not_allowed",
            "url_not_in_prior_context",
            "url_not_accessible",
            "unsupported_content_type",
            "max_uses_exceeded",
            "content_too_large",
        ),
    }
)
_COUNTED: dict[str, Check] = {
    "lines": Maybe(texts),
    "new_lines": maybe_whole,
    "new_start": maybe_whole,
    "old_lines": maybe_whole,
    "old_start": maybe_whole,
}

RESULTS: dict[str, Record] = {
    "advisor_tool_result": _result(
        Tagged(
            {
                "advisor_redacted_result": Record(
                    {"encrypted_content": text}, {"stop_reason": maybe_text}
                ),
                "advisor_result": Record({"text": text}, {"stop_reason": maybe_text}),
                "advisor_tool_result_error": _failed(
                    "max_uses_exceeded",
                    "prompt_too_long",
                    "too_many_requests",
                    "overloaded",
                    "unavailable",
                    "execution_time_exceeded",
                    "model_not_found",
                ),
            }
        )
    ),
    "bash_code_execution_tool_result": _result(
        Tagged(
            {
                "bash_code_execution_result": Record(
                    {"content": _files("bash_code_execution_output"), **_RAN_OPENLY}
                ),
                "bash_code_execution_tool_result_error": _failed(*_TIMED, "output_file_too_large"),
            }
        )
    ),
    "code_execution_tool_result": _result(
        Tagged(
            {
                "code_execution_result": Record(
                    {"content": _files("code_execution_output"), **_RAN_OPENLY}
                ),
                "code_execution_tool_result_error": _failed(*_TIMED),
                "encrypted_code_execution_result": Record(
                    {"content": _files("code_execution_output"), "encrypted_stdout": text, **_RAN}
                ),
            }
        )
    ),
    "mcp_tool_result": Record(
        {"tool_use_id": matching(TOOL_ID)},
        {**CACHED, "content": Either(TEXTS), "is_error": truth},
    ),
    "text_editor_code_execution_tool_result": _result(
        Tagged(
            {
                "text_editor_code_execution_create_result": Record({"is_file_update": truth}),
                "text_editor_code_execution_str_replace_result": Record({}, _COUNTED),
                "text_editor_code_execution_tool_result_error": _failed(
                    *_TIMED, "file_not_found", explained=True
                ),
                "text_editor_code_execution_view_result": Record(
                    {"content": text, "file_type": literal("text", "image", "pdf")},
                    {
                        "num_lines": maybe_whole,
                        "start_line": maybe_whole,
                        "total_lines": maybe_whole,
                    },
                ),
            }
        )
    ),
    "tool_search_tool_result": _result(
        Tagged(
            {
                "tool_search_tool_result_error": _failed(*_TIMED, explained=True),
                "tool_search_tool_search_result": Record(
                    {"tool_references": Array(only("tool_reference", TOOL_REFERENCE))}
                ),
            }
        )
    ),
    "web_fetch_tool_result": _result(_FETCHED, called=True),
    "web_search_tool_result": _result(_Found(_SEARCHED), called=True),
}

"""What anthropic 2.12.0 does on faults of status, headers, bodies and streams, and how to make each.

Measured on 2026-11-21 with a raw-socket stub, a timeout of 2 s and 2 retries. Each row is a scenario
of that table with the script (`x-simtwin-script`) that puts the same on the wire, and what came of
it: by a call ("create"), by iterating a `stream=True` response ("raw"), by `messages.stream()`
("helper"). Scenarios of the transport and of framing are rows of another table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

#: What the twin is to say: some deltas, which at four tokens a second take longer than patience lasts.
SAID = " ".join(["It is a stand-in that answers as the real one does, if all goes well."] * 3)
TEXT = {"replies": [{"text": SAID}]}
#: Or to call, with a text to be cut and a number of two digits.
CALLED = {"a": "rm -rf /tmp/x", "n": 25}
CALL = {"replies": [{"calls": [{"name": "f", "input": CALLED}]}]}
TOOLS: list[dict[str, Any]] = [
    {
        "name": "f",
        "input_schema": {
            "type": "object",
            "properties": {"a": {"type": "string"}, "n": {"type": "integer"}},
        },
    }
]

#: A call that has not come to an end after that many seconds is said to hang, as in the table.
PATIENCE = 9.5
TIMEOUT, RETRIES = 2.0, 2
HANG = "HANG"


@attrs.frozen
class Row:
    """A scenario.

    Args:
        name: as in the table.
        script: what makes it; by the second request of a call that is answered, it is used up.
        outcomes: by the way of asking what came of it: "OK" and, of the helper, the stop reason; the
            class of what was raised, by the package that it is from; or HANG.
        requests: how many reached the twin.
        waits: the seconds from one request to the next that were measured, where they were told.
        calls: whether the answer is to be that of CALL.
    """

    name: str
    script: str
    outcomes: Mapping[str, str]
    requests: int = 1
    waits: float | None = None
    calls: bool = False


def _create(outcome: str) -> dict[str, str]:
    return {"create": outcome}


def _streams(raw: str, helper: str | None = None) -> dict[str, str]:
    """Of a stream: what iteration came to, and the helper where that is another thing."""
    return {"raw": raw, "helper": helper or raw}


def _always(script: str) -> str:
    return f"{script}; loop"


_BARE = "builtins.AssertionError"
_WHOLE = _streams("OK", "OK end_turn")
_ALL_BUT_THE_LAST = ("message_start", "content_*", "message_delta", "ping")
#: What is no stream of the API: nothing to iterate, and nothing to make a message of.
_NO_STREAM = _streams("OK", _BARE)
_STATUS = _streams("anthropic.APIStatusError")
_CUT = _streams("httpx2.RemoteProtocolError")

#: Status, class, and whether it is asked again.
_STATUSES = (
    (400, "BadRequestError", False),
    (401, "AuthenticationError", False),
    (402, "PaymentRequiredError", False),
    (403, "PermissionDeniedError", False),
    (404, "NotFoundError", False),
    (405, "APIStatusError", False),
    (408, "RequestTimeoutError", True),
    (409, "ConflictError", True),
    (413, "ContentTooLargeError", False),
    (418, "APIStatusError", False),
    (422, "UnprocessableEntityError", False),
    (425, "APIStatusError", False),
    (429, "RateLimitError", True),
    (499, "ClientClosedRequestError", False),
    (500, "InternalServerError", True),
    (501, "HTTPNotImplementedError", True),
    (502, "InternalServerError", True),
    (503, "ServiceUnavailableError", True),
    (504, "GatewayTimeoutError", True),
    (529, "OverloadedError", True),
    (599, "InternalServerError", True),
)
_PAGES = (
    (403, "PermissionDeniedError", False),
    (502, "InternalServerError", True),
    (503, "ServiceUnavailableError", True),
    (504, "GatewayTimeoutError", True),
    (520, "InternalServerError", True),
    (522, "InternalServerError", True),
    (524, "InternalServerError", True),
)
#: The first request is refused with these, the second is served. Waits are those measured; where
#: none is given it was a backoff of the SDK's own.
_RETRY_AFTER = (
    ("1", "429(retry_after=1)", 1.0),
    ("0", "429(retry_after=0)", None),
    ("neg", '429(retry_after_raw="-1")', None),
    ("float", "429(retry_after=1.5)", 1.5),
    ("abc", "429(retry_after_raw=abc)", None),
    ("ms300", "429(retry_after=0.3, retry_after_form=ms)", 0.3),
    ("ms_and_s", '429(retry_after=3)+header(name=retry-after-ms, value="300")', 0.3),
    ("ms_bad", "429(retry_after=1)+header(name=retry-after-ms, value=abc)", 1.0),
    ("date2", "429(retry_after=3, retry_after_form=date)", 2.9),
    ("datepast", '429(retry_after_raw="Wed, 21 Oct 2015 07:28:00 GMT")', None),
    ("rfc850", "429(retry_after=3, retry_after_form=rfc850)", 2.9),
    ("7", "429(retry_after=7)", 7.0),
    ("nan", "429(retry_after_raw=nan)", None),
    ("dup", '429(retry_after=1)+header(name=retry-after, value="2", add=true)', None),
    ("1abc", '429(retry_after_raw="1abc")', None),
    ("ms0", '429(retry_after=1)+header(name=retry-after-ms, value="0")', None),
    ("ws", '429+raw_header(line="retry-after:   1  ")', 1.0),
    ("iso", "429(retry_after=3, retry_after_form=iso)", None),
)


def _refused(name: str, script: str, error: str, retried: bool) -> Row:
    return Row(name, _always(script), _create(f"anthropic.{error}"), 3 if retried else 1)


def _of_status() -> Iterable[Row]:
    for status, error, retried in _STATUSES:
        yield _refused(f"st_{status}", str(status), error, retried)
    yield Row("st_529", "529; loop", _streams("anthropic.OverloadedError"), 3)
    for status, error, retried in _PAGES:
        yield _refused(f"html_{status}", f"page(status={status})", error, retried)
    empty = "body(form=empty)+header(name=content-type)"
    yield _refused("empty_529", f"529+{empty}", "OverloadedError", retried=True)
    yield _refused("empty_500", f"500+{empty}", "InternalServerError", retried=True)
    for name, script, wait in _RETRY_AFTER:
        yield Row(f"ra_{name}", f"{script}; ok; loop", _create("OK"), 2, wait)
    yield Row("ra_61", "429(retry_after=61); loop", _create(HANG))
    yield Row("ra_inf", "429(retry_after_raw=inf); loop", _create(HANG))
    yield _refused("sr_true_400", "400(x_should_retry=true)", "BadRequestError", retried=True)
    yield _refused("sr_false_529", "529(x_should_retry=false)", "OverloadedError", retried=False)
    script = "429(x_should_retry=false, retry_after=1)"
    yield _refused("sr_false_429ra", script, "RateLimitError", retried=False)
    script = "400+header(name=x-should-retry, value=TRUE)"
    yield _refused("sr_TRUE_400", script, "BadRequestError", retried=False)


def _of_bodies() -> Iterable[Row]:
    no_type = "header(name=content-type)"
    for name, script, create in (
        ("e204", "body(status=204)", "OK"),
        ("empty200", "body(form=empty)", "json.JSONDecodeError"),
        ("empty200noct", f"body(form=empty)+{no_type}", "OK"),
        ("html200", "body(form=html)", "OK"),
        ("err_in_200", "body(form=error)", "OK"),
    ):
        yield Row(name, _always(script), {"create": create, **_NO_STREAM})
    for name, script, create in (
        ("json_as_text", 'header(name=content-type, value="text/plain")', "OK"),
        ("json_noct", no_type, "OK"),
        ("null200", "body(form=null)", "OK"),
        ("list200", "body(form=list)", "OK"),
        ("trunc_json_cl", "truncate(at_byte=200)", "json.JSONDecodeError"),
        ("badutf8_200", "corrupt(form=utf8)", "builtins.UnicodeDecodeError"),
        ("bom200", "body(form=bom)", "OK"),
        ("s201", "body(status=201)", "OK"),
        ("s206", "body(status=206)", "OK"),
        ("missing_content", "field(path=content)", "OK"),
        ("content_null", "field(path=content, value=null)", "OK"),
        ("usage_missing", "field(path=usage)", "OK"),
        (
            "unknown_block",
            r'field(path="content.0", value="{\"type\":\"hologram\",\"x\":1}")',
            "OK",
        ),
        ("stop_null", "field(path=stop_reason, value=null)", "OK"),
        ("extra_fields", r'field(path=zz, value="{\"a\":1}")', "OK"),
        ("sse_ok", "body(form=sse)", "OK"),
        (
            "sse_as_json",
            'body(form=sse)+header(name=content-type, value="application/json")',
            "json.JSONDecodeError",
        ),
    ):
        yield Row(name, _always(script), _create(create))
    yield Row("json_for_stream", "ok; loop", _create("OK"))
    yield Row("json_for_stream", "body(form=json); loop", _NO_STREAM)


def _of_errors_in_streams() -> Iterable[Row]:
    for name, script in (
        ("err_first", "error_event"),
        ("err_after_start", "error_event(after_events=1)"),
        ("err_mid", "error_event(after_events=4)"),
        ("err_rate", "error_event(after_events=4, type=rate_limit_error)"),
        ("err_inval", "error_event(after_events=1, type=invalid_request_error)"),
        ("err_unknown", "error_event(after_events=1, type=zzz_error)"),
        ("err_nonjson", 'error_event(after_events=1, form=text, message="Internal Server Error")'),
        ("err_noerrkey", "error_event(after_events=1, form=bare)"),
        ("err_after_stop", "error_event(before_event=end)"),
    ):
        yield Row(f"sse_{name}", _always(script), _STATUS)
    script = "error_event(after_events=4, event_line=false)"
    yield Row("sse_err_dataonly", _always(script), _streams("OK", "OK None"))


def _of_ends() -> Iterable[Row]:
    for name, script, outcomes in (
        ("trunc_empty", "truncate", _NO_STREAM),
        ("trunc_start", "truncate(after_events=1)", _streams("OK", "OK None")),
        ("trunc_mid", "truncate(after_events=4)", _streams("OK", "OK None")),
        ("trunc_nostop", "truncate(before_event=message_stop)", _WHOLE),
        ("trunc_nodelta", "truncate(before_event=message_delta)", _streams("OK", "OK None")),
        ("trunc_midframe", "truncate(at_byte=900)", _streams("OK", "OK None")),
        ("trunc_lastnl", "sse_format(last_blank_line=false)", _WHOLE),
        ("cut_empty", "disconnect(after_events=0)", _CUT),
        ("cut_mid", "disconnect(after_events=4)", _CUT),
        ("cut_afterstop", "disconnect(before_event=end)", _CUT),
        ("stall", "stall(after_events=4, seconds=40)", _streams("httpx2.ReadTimeout")),
        (
            "pingforever",
            "pings(after_events=4, interval_seconds=0.5, seconds=40)",
            _streams(HANG),
        ),
        ("long", "pace(tokens_per_second=4)", _streams(HANG)),
        ("thinking_gap", "pace(tokens_per_second=10)", _WHOLE),
    ):
        yield Row(f"sse_{name}", _always(script), outcomes)


def _of_formats() -> Iterable[Row]:
    for name, script, outcomes in (
        ("ok", "ok", _WHOLE),
        ("crlf", "sse_format(line_ending=crlf)", _WHOLE),
        ("cr", "sse_format(line_ending=cr)", _WHOLE),
        ("comments", "sse_format(comment=keepalive)", _WHOLE),
        ("nospace", "sse_format(space=false)", _WHOLE),
        ("bom", "sse_format(bom=true)", _NO_STREAM),
        ("noevent", "sse_format(event_names=false)", _NO_STREAM),
        ("idretry", "sse_format(id=true, retry_seconds=3)", _WHOLE),
        ("multiline", "sse_format(multi_line=true)", _WHOLE),
        ("as_json", 'header(name=content-type, value="application/json")', _WHOLE),
        ("noct", "header(name=content-type)", _WHOLE),
        ("badjson", _first_delta("corrupt", "form=json"), _streams("json.JSONDecodeError")),
        ("badutf8", _first_delta("corrupt", "form=utf8"), _streams("builtins.UnicodeDecodeError")),
        ("nul", _first_delta("corrupt", "form=nul"), _streams("json.JSONDecodeError")),
    ):
        yield Row(f"sse_{name}", _always(script), outcomes)


def _of_sequences() -> Iterable[Row]:
    quantum = (
        r'"{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"quantum_delta\"}}"'
    )
    late = (
        r'"{\"type\":\"content_block_delta\",\"index\":0,'
        r'\"delta\":{\"type\":\"text_delta\",\"text\":\"late\"}}"'
    )
    hologram = (
        r'field(path=content_block, event=content_block_start, value="{\"type\":\"hologram\"}")'
    )
    for name, script, outcomes in (
        ("unk_event", "edit_events(edit=insert, event=solar_flare, after_events=3)", _WHOLE),
        (
            "unk_delta",
            f"edit_events(edit=insert, event=content_block_delta, data={quantum}, after_events=3)",
            _WHOLE,
        ),
        (
            "unk_block",
            f"{hologram}+edit_events(edit=drop, event=content_block_delta)",
            _WHOLE,
        ),
        ("dup_start", "edit_events(edit=duplicate)", _WHOLE),
        (
            "delta_nostart",
            "edit_events(edit=drop)+edit_events(edit=duplicate, before_event=content_block_start)",
            _NO_STREAM,
        ),
        (
            "nostop_only_stop",
            "+".join(f'edit_events(edit=drop, event="{name}")' for name in _ALL_BUT_THE_LAST),
            _NO_STREAM,
        ),
        (
            "idx_oob",
            'field(path=index, value="7", event=content_block_delta)',
            _streams("OK", "builtins.IndexError"),
        ),
        ("no_cbstop", "edit_events(edit=drop, event=content_block_stop)", _WHOLE),
        (
            "after_stop",
            f"edit_events(edit=insert, event=content_block_delta, data={late}, before_event=end)",
            _WHOLE,
        ),
        ("DONE", 'edit_events(edit=insert, data="[DONE]", before_event=end)', _WHOLE),
        ("dup_delta", _first_delta("edit_events", "edit=duplicate"), _WHOLE),
        ("reorder", _first_delta("edit_events", "edit=swap"), _WHOLE),
        ("name_mismatch", _first_delta("edit_events", "edit=rename, event=ping"), _WHOLE),
        ("big5mb", _first_delta("edit_events", "edit=grow, bytes=5000000"), _WHOLE),
    ):
        yield Row(f"sse_{name}", _always(script), outcomes)


def _of_calls() -> Iterable[Row]:
    for name, script, helper in (
        ("ok", "ok", "OK tool_use"),
        ("trunc_max", "tool_json(form=cut)", "OK max_tokens"),
        ("trunc_num", "tool_json(form=cut_number)", "OK max_tokens"),
        ("trunc_eof", "tool_json(form=cut, ends=true)", "OK None"),
        ("bad", "tool_json(form=malformed)", "builtins.ValueError"),
        ("empty", "tool_json(form=empty)", "OK tool_use"),
    ):
        yield Row(f"sse_tool_{name}", _always(script), _streams("OK", helper), calls=True)


def _first_delta(kind: str, settings: str) -> str:
    return f"{kind}({settings}, before_event=content_block_delta)"


ROWS: tuple[Row, ...] = (
    *_of_status(),
    *_of_bodies(),
    *_of_errors_in_streams(),
    *_of_ends(),
    *_of_formats(),
    *_of_sequences(),
    *_of_calls(),
)


def told(error: BaseException) -> str:
    """What was raised, as rows name it: its class by the package that it is from."""
    cls = type(error)
    return f"{cls.__module__.partition('.')[0]}.{cls.__name__}"

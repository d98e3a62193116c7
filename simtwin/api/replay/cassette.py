"""Recorded exchanges out of documents: VCR's cassettes, and rows of method, path and bodies.

    {"interactions": [{"request": {"method", "uri", "body"}, "response": {"status": {"code"}, …}}]}
    {"method", "path", "request_body", "status", "response_headers", "response_body",
     "head_seconds", "event_seconds", "seconds"}

The first is what VCR for Python writes in YAML and JSON (and, under `http_interactions`, VCR for
Ruby); the second is ours, one a line. In both the three times, seconds since the request, may be
given with an exchange. Headers of requests are never read: keys and cookies are in them.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from simtwin.api.replay.body import frames_of, inflated, usage_of
from simtwin.api.replay.recording import Recording, RecordingError, Times, same_path
from simtwin.core.tables import is_json

#: Deeper than any schema that the API takes, in a request that holds it.
_DEEPEST = 100
#: A day: what took longer was no answer.
_LONGEST = 86_400.0

#: Of one connection, one moment or one organization alone, or the edge's own, or secret.
_LEFT_OUT = frozenset(
    {
        "alt-svc",
        "anthropic-organization-id",
        "anthropic-workspace-id",
        "authorization",
        "cf-cache-status",
        "cf-ray",
        "connection",
        "content-encoding",
        "content-length",
        "cookie",
        "date",
        "keep-alive",
        "nel",
        "proxy-authorization",
        "report-to",
        "server",
        "server-timing",
        "set-cookie",
        "traceresponse",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "via",
        "x-api-key",
        "x-envoy-upstream-service-time",
    }
)

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def recordings(doc: object, source: str) -> Iterator[Recording]:
    """The exchanges in a document, without those of other APIs.

    Raises:
        RecordingError: it holds none, or one of them cannot be read.
    """
    if isinstance(doc, Mapping) and "method" in doc:
        doc = [doc]
    elif isinstance(doc, Mapping):
        doc = doc.get("interactions", doc.get("http_interactions"))
    if not isinstance(doc, list):
        raise RecordingError(f"{source} has no recorded exchanges")
    for number, each in enumerate(doc, 1):
        where = source if len(doc) == 1 else f"{source}, exchange {number}"
        try:
            found = _recording(each, where)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            told = f"it has no {error}" if isinstance(error, KeyError) else str(error)
            raise RecordingError(f"{where} cannot be read: {told}") from None
        if found is not None:
            yield found


def _recording(doc: Mapping[str, Any], source: str) -> Recording | None:
    row = _flat(doc) if "request" in doc else doc
    split = urlsplit(row["path"])
    if not split.path.startswith("/v1/"):
        return None
    asked = _asked(row.get("request_body"))
    headers = dict(_headers(row.get("response_headers") or {}))
    body = inflated(_bytes(row.get("response_body")))
    frames = frames_of(body, headers.get("content-type", ""))
    status = row["status"]
    if type(status) is not int or not 200 <= status <= 599:
        raise RecordingError(f"{status!r} is no status of an answer")
    return Recording(
        source=source,
        method=str(row["method"]).upper(),
        path=same_path(split.path, split.query),
        asked=asked,
        status=status,
        headers=tuple(headers.items()),
        frames=frames,
        usage=usage_of(frames),
        times=_times(row, len(frames)),
    )


def _flat(doc: Mapping[str, Any]) -> dict[str, Any]:
    """An interaction of VCR as a row."""
    request, response = doc["request"], doc["response"]
    status = response.get("status", response.get("status_code"))
    return {
        **{name: value for name, value in doc.items() if name.endswith("seconds")},
        "method": request["method"],
        "path": request.get("uri") or request["url"],
        "request_body": request.get("parsed_body", request.get("body")),
        "status": status.get("code") if isinstance(status, Mapping) else status,
        "response_headers": response.get("headers"),
        "response_body": response.get("parsed_body", response.get("body", response.get("content"))),
    }


def _asked(body: Any) -> dict[str, Any]:
    """A request's body, where it is a JSON object; what else there is cannot be matched."""
    if isinstance(body, Mapping) and not {"string", "base64_string"} & body.keys():
        asked: Any = body
    else:
        try:
            asked = _decode(_bytes(body) or b"{}")
        except (msgspec.DecodeError, UnicodeDecodeError):
            return {}
    if not isinstance(asked, Mapping):
        return {}
    if not is_json(asked, _DEEPEST):
        raise RecordingError(f"its request is no JSON of at most {_DEEPEST} levels")
    # A copy: what YAML's aliases share could be changed, or written out, at many places at once.
    copied: dict[str, Any] = _decode(_encode(asked))
    return copied


def _bytes(body: Any) -> bytes:
    match body:
        case None:
            return b""
        case bytes():
            return body
        case str():
            return body.encode()
        case {"string": text}:
            return _bytes(text)
        case {"base64_string": text}:
            return b64decode(text)
    if not is_json(body, _DEEPEST):
        raise RecordingError(f"a body is no JSON of at most {_DEEPEST} levels")
    return _encode(body)


def _headers(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        lower = name.lower()
        if lower in _LEFT_OUT or lower.startswith("x-simtwin-"):
            continue
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        if not (lower + text).isprintable() or not (lower + text).isascii() or " " in lower:
            raise RecordingError(f"its header {name!r} is none")
        yield lower, text.strip()


def _times(row: Mapping[str, Any], frames: int) -> Times | None:
    """When it came, as far as that was recorded."""
    end = row.get("seconds")
    if end is None:
        return None
    events = row.get("event_seconds") or []
    head = row.get("head_seconds", events[0] if events else end)
    if not isinstance(events, list) or (events and len(events) != frames):
        raise RecordingError(f"event_seconds is no list of {frames} numbers, one for each event")
    last = 0.0
    for seconds in (head, *events, end):
        if isinstance(seconds, bool) or not isinstance(seconds, int | float):
            raise RecordingError(f"{seconds!r} is no number of seconds")
        if not last <= seconds <= _LONGEST:
            raise RecordingError(f"its times go back, or are past {_LONGEST:,.0f} s: {seconds!r}")
        last = seconds
    return Times(float(head), tuple(map(float, events)), float(end))

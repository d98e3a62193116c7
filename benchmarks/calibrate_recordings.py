"""How far counts of recorded requests are from what the API counted.

Recordings are those of the fidelity check: one JSON object a line with `file`, `path`, `status`,
`request_body` and `response_body`.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from statistics import median
from typing import Any

import attrs

from simtwin.api.tokens import count_request
from simtwin.api.tokens.family import family

#: Recordings of files whose hash is below this, of 100, are held out.
_HELD_OUT = 40
_DATA = re.compile(r"^data: (.*)$", re.MULTILINE)
#: Sources that only the API has.
_ELSEWHERE = re.compile(r'"type": "(?:url|file)"')
_INPUT = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")


@attrs.frozen
class Counted:
    """A recorded request: what it is of, what the API counted, and what is counted here."""

    id: str
    kind: str
    held_out: bool
    real: int
    guess: int

    @property
    def error(self) -> float:
        """The share by which the guess is off."""
        return abs(self.guess - self.real) / max(self.real, 1)


def check(path: Path) -> None:
    """Print the errors, of the recordings that were used and of those that were held out."""
    counted = list(recorded(path))
    for held_out in (False, True):
        found = [each for each in counted if each.held_out is held_out]
        print("held out" if held_out else "used")
        by_kind: dict[str, list[Counted]] = defaultdict(list)
        for each in found:
            by_kind[each.kind].append(each)
            by_kind["all"].append(each)
        for kind, of_kind in sorted(by_kind.items()):
            errors = sorted(each.error for each in of_kind)
            bad = sum(each.error > 0.1 and abs(each.guess - each.real) > 3 for each in of_kind)
            print(
                f"  {kind:28} {len(errors):4}  median {median(errors):5.1%}  "
                f"90th percentile {errors[int(len(errors) * 0.9)]:6.1%}  over 10 % and 3: {bad}"
            )


def recorded(path: Path) -> Iterator[Counted]:
    """The recorded requests of which the count can be known."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["status"] != 200 or not re.match(r"/v1/messages(/count_tokens)?(\?|$)", row["path"]):
            continue
        doc = json.loads(row["request_body"])
        real = _real(doc, row["response_body"])
        if real is None:
            continue
        held_out = int(sha256(row["file"].encode()).hexdigest(), 16) % 100 < _HELD_OUT
        yield Counted(row["id"], _kind(doc), held_out, real, sum(count_request(doc)))


def _real(doc: Mapping[str, Any], body: str) -> int | None:
    """What the API counted; None where that holds what no request tells."""
    if body.lstrip().startswith("event:"):
        events = [json.loads(data) for data in _DATA.findall(body)]
        message = next(event["message"] for event in events if event["type"] == "message_start")
        blocks = [event["content_block"] for event in events if "content_block" in event]
    else:
        message = json.loads(body)
        blocks = message.get("content") or []
    if "usage" not in message:
        counted: int | None = message.get("input_tokens")
        return counted
    usage = message["usage"]
    brought_in = any(
        block["type"].endswith("_tool_result")
        or block["type"] in ("server_tool_use", "mcp_tool_use", "compaction")
        for block in blocks
    )
    if brought_in or "iterations" in usage or _ELSEWHERE.search(json.dumps(doc)):
        return None
    return sum(usage.get(name) or 0 for name in _INPUT)


def _kind(doc: Mapping[str, Any]) -> str:
    tags = set(_tags([message["content"] for message in doc["messages"]]))
    if tags & {"image", "document"}:
        kind = "images and documents"
    elif any(tool.get("type", "custom") != "custom" for tool in doc.get("tools") or ()):
        kind = "tools of the API"
    elif tags & {"tool_use", "tool_result"}:
        kind = "calls and results"
    elif (doc.get("output_config") or {}).get("format") or doc.get("output_format"):
        kind = "formats"
    elif doc.get("tools"):
        kind = "tools"
    elif doc.get("thinking"):
        kind = "thinking"
    else:
        kind = "text"
    return f"{kind}, {'newer' if family(doc['model']).is_newer else 'older'}"


def _tags(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _tags(each)
    elif isinstance(value, dict):
        yield value.get("type", "")
        yield from _tags(value.get("content"))

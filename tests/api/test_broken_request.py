"""A request with something broken in it is taken or refused, and never anything else."""

from __future__ import annotations

import copy
from typing import Any

from asking import RESULT, doc_of, turn
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.reply.reply import compose_reply
from simtwin.api.reply.spec import spec
from simtwin.api.request.measure import measure
from simtwin.api.request.parse import parse
from simtwin.api.request.steps import run
from simtwin.api.version import OLDER

GO: dict[str, Any] = {"name": "go", "input_schema": {"type": "object"}}

WHOLE = doc_of(
    model="claude-opus-4-8",
    system=[{"type": "text", "text": "Be brief."}],
    messages=[
        turn({"type": "text", "text": "Hi"}),
        turn({"type": "tool_use", "id": "t", "name": "go", "input": {}}, role="assistant"),
        turn(RESULT, {"type": "image", "source": {"type": "url", "url": "https://a/b"}}),
    ],
    tools=[GO, {"type": "web_search_20250305", "name": "web_search"}],
    tool_choice={"type": "auto"},
    thinking={"type": "adaptive"},
    stop_sequences=["END"],
    output_config={"effort": "high"},
)


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


@given(
    place=st.sampled_from([place for place in _places(WHOLE) if place]),
    value=st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.lists(st.integers() | st.text(max_size=3), max_size=2)
    | st.dictionaries(st.sampled_from(["type", "content", "text", "$ref"]), st.text(max_size=4)),
)
def test_a_broken_request_is_never_anything_but_taken_or_refused(
    place: tuple[Any, ...], value: object
) -> None:
    doc = copy.deepcopy(WHOLE)
    holder: Any = doc
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value

    assert _fate(doc) in (200, 400, 404)


def _fate(doc: dict[str, Any]) -> int:
    """The status that a request comes to, were it answered as well."""
    try:
        request = parse(doc, OLDER, ())
        reply = compose_reply(spec(request, 7, run(measure(doc, 0))))
    except Rejected as rejected:
        return rejected.error.status
    return 200 if reply.output_tokens <= request.max_tokens else 500

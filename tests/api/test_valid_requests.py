"""What the API takes is taken; one thing broken in it is refused, with the path to it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from valid_requests import Valid, valid_requests

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.request.content import ROLES
from simtwin.api.request.parse import parse, parse_count
from simtwin.api.request.shape.settings import COUNT

Place = tuple[str | int, ...]

#: Under these the caller may say what he likes.
FREE = frozenset(("input", "input_schema", "input_examples", "schema", "data"))
#: Fields without which the object that holds them is none, by its type.
NEEDED = {
    "text": ("text",),
    "image": ("source",),
    "document": ("source",),
    "search_result": ("content", "source", "title"),
    "tool_use": ("id", "input", "name"),
    "tool_result": ("tool_use_id",),
    "server_tool_use": ("id", "input", "name"),
    "thinking": ("signature", "thinking"),
    "web_search_tool_result": ("content", "tool_use_id"),
    "base64": ("data", "media_type"),
    "url": ("url",),
    "file": ("file_id",),
    "custom": ("name", "input_schema"),
    "enabled": ("budget_tokens",),
    "json_schema": ("schema",),
}


#: A whole request takes some 20 ms to draw.
few = settings(max_examples=30)


def _places(value: Any, place: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Everything that the API looks at, with its place."""
    yield place, value
    children: Any = ()
    if isinstance(value, dict):
        children = value.items()
    elif isinstance(value, list):
        children = enumerate(value)
    for name, child in children:
        if name not in FREE:
            yield from _places(child, (*place, name))


def _copied(doc: dict[str, Any]) -> dict[str, Any]:
    """A copy in which no two places share an object, as they may in what Hypothesis draws."""
    copied: dict[str, Any] = json.loads(json.dumps(doc))
    return copied


def _at(doc: Any, place: Place) -> Any:
    for step in place:
        doc = doc[step]
    return doc


def _refusal(doc: dict[str, Any], version: str) -> ApiError:
    with pytest.raises(Rejected) as caught:
        parse(doc, version, ())
    error = caught.value.error
    assert (error.status, error.type) == (400, "invalid_request_error")
    return error


def _leads_to(message: str, place: Place) -> bool:
    """Whether a message's path goes through all of a place, tags of unions aside."""
    steps = iter(message.partition(":")[0].split("."))
    return all(str(step) in steps for step in place)


@few
@given(valid_requests())
def test_a_valid_request_is_taken(valid: Valid) -> None:
    request = parse(valid.doc, valid.version, ())

    assert request.doc is valid.doc
    assert request.model_name == valid.doc["model"]


@few
@given(valid_requests())
def test_its_tokens_are_counted(valid: Valid) -> None:
    doc = {name: value for name, value in valid.doc.items() if name in (*COUNT, "messages")}

    assert parse_count(doc, valid.version, ()).doc is doc


@few
@given(valid_requests(), st.data())
def test_an_unknown_field_is_refused_wherever_it_is(valid: Valid, data: st.DataObject) -> None:
    doc = _copied(valid.doc)
    objects = [place for place, value in _places(doc) if isinstance(value, dict)]
    place = data.draw(st.sampled_from(objects))
    _at(doc, place)["nobody_knows_this"] = 1

    said = _refusal(doc, valid.version).message

    assert said.endswith("nobody_knows_this: Extra inputs are not permitted")
    assert _leads_to(said, place)


@few
@given(valid_requests(), st.data())
def test_a_value_of_a_wrong_type_is_refused_wherever_it_is(
    valid: Valid, data: st.DataObject
) -> None:
    doc = _copied(valid.doc)
    values = [place for place, value in _places(doc) if place and value is not None]
    place = data.draw(st.sampled_from(values))
    wrong = data.draw(st.sampled_from([7.5, [[]], {"zz": {}}]))
    if place[-1] in ("temperature", "top_p"):
        wrong = {}
    _at(doc, place[:-1])[place[-1]] = wrong

    said = _refusal(doc, valid.version).message

    # An object whose `type` is broken is refused as a whole.
    assert _leads_to(said, place[:-1] if place[-1] == "type" else place)


@few
@given(valid_requests(), st.data())
def test_a_missing_field_is_named(valid: Valid, data: st.DataObject) -> None:
    doc = _copied(valid.doc)
    needed: list[Place] = [("model",), ("messages",), ("max_tokens",)]
    for place, value in _places(doc):
        if isinstance(value, dict):
            if value.get("role") in ROLES:
                needed += [(*place, "role"), (*place, "content")]
            # A source of text is no block of text, though both are of that type.
            named = NEEDED.get(value.get("type", ""), ())
            needed += [(*place, name) for name in named if name in value]
    gone = data.draw(st.sampled_from(needed))
    del _at(doc, gone[:-1])[gone[-1]]

    said = _refusal(doc, valid.version).message

    assert said.endswith(f"{gone[-1]}: Field required")
    assert _leads_to(said, gone)


@few
@given(
    valid_requests(),
    st.sampled_from(
        [
            ("max_tokens", -1),
            ("max_tokens", 10**9),
            ("stop_sequences", [" "]),
            ("metadata", {"user_id": "x" * 257}),
            ("service_tier", "gold"),
            ("speed", "ludicrous"),
            ("tool_choice", {"type": "always"}),
            ("thinking", {"type": "enabled", "budget_tokens": 1_023}),
            ("thinking", {"type": "enabled", "budget_tokens": 1_024, "display": "loud"}),
            ("output_config", {"effort": "some"}),
            ("cache_control", {"type": "ephemeral", "ttl": "9m"}),
            ("container", {"skills": [{"skill_id": "x", "type": "anthropic"}] * 9}),
            ("messages", []),
            ("temperature", 1.5),
            ("top_p", -0.1),
            ("top_k", -1),
        ]
    ),
)
def test_a_value_out_of_range_is_refused(valid: Valid, broken: tuple[str, Any]) -> None:
    name, value = broken

    assert _refusal({**valid.doc, name: value}, valid.version).message.startswith(name)

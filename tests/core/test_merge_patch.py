"""JSON Merge Patch."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.merge_patch import merge_patch


# RFC 7396, appendix A (October 2014): original, patch, result.
@pytest.mark.parametrize(
    ("original", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"a": "foo"}, None, None),
        ({"a": "foo"}, "bar", "bar"),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_patch_does_what_the_rfc_says(original: Any, patch: Any, result: Any) -> None:
    assert merge_patch(original, patch) == result


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text("ab", max_size=2),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text("abc", max_size=1), each, max_size=3)
    ),
    max_leaves=12,
)


def by_the_rfc(target: Any, patch: Any) -> Any:
    """The pseudo-code of section 2, word for word but for what it changes in place."""
    if not isinstance(patch, dict):
        return patch
    target = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            target.pop(name, None)
        else:
            target[name] = by_the_rfc(target.get(name), value)
    return target


@given(JSON, JSON)
def test_a_patch_does_what_the_pseudo_code_does_and_changes_no_argument(
    target: Any, patch: Any
) -> None:
    before = json.dumps([target, patch])

    merged = merge_patch(target, patch)

    assert merged == by_the_rfc(target, patch)
    assert json.dumps([target, patch]) == before


def test_a_deep_patch_costs_no_stack() -> None:
    patch: dict[str, Any] = {}
    for _ in range(100_000):
        patch = {"a": patch}

    merged = merge_patch({}, patch)

    depth = 0
    while merged:
        merged = merged["a"]
        depth += 1
    assert depth == 100_000

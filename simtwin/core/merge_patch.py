"""JSON Merge Patch (RFC 7396, October 2014)."""

from __future__ import annotations

from typing import Any


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` with `patch` applied to it, as a new value; neither argument is changed.

    A null in the patch removes a member, an object is merged, anything else takes the place of what
    was there: RFC 7396, section 2. Written without recursion, so that depth costs no stack.
    """
    if not isinstance(patch, dict):
        return patch
    merged = _members(target)
    todo = [(merged, patch)]
    while todo:
        into, change = todo.pop()
        for name, value in change.items():
            if value is None:
                into.pop(name, None)
            elif isinstance(value, dict):
                into[name] = _members(into.get(name))
                todo.append((into[name], value))
            else:
                into[name] = value
    return merged


def _members(value: Any) -> dict[str, Any]:
    """A copy of an object's members; none of anything else, which an object is to replace."""
    return dict(value) if isinstance(value, dict) else {}

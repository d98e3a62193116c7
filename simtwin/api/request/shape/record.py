"""Objects: those with known fields, and those that a `type` tells apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.request.phrases import EXTRA, MISSING, NOT_A, shown, unknown_tag
from simtwin.api.request.shape.check import Check, anything, literal, object_fault

_NOT_DICT = f": {NOT_A[dict]}"
_EXTRA = f": {EXTRA}"
_MISSING = f": {MISSING}"


class Record:
    """An object with known fields, and no others.

    Of several faults the one in the field that comes first in the table is told, unknown fields
    last, as pydantic does it.

    Args:
        required: the fields that must be there, with their checks.
        optional: those that may.
    """

    def __init__(
        self, required: Mapping[str, Check], optional: Mapping[str, Check] | None = None
    ) -> None:
        self.fields: dict[str, Check] = {**required, **(optional or {})}
        self.required = frozenset(required)

    def __call__(self, value: Any) -> str | None:
        if type(value) is not dict:
            return _NOT_DICT
        faults: dict[str, str] | None = None
        fields = self.fields
        for name, item in value.items():
            check = fields.get(name)
            fault = _EXTRA if check is None else check(item)
            if fault is not None:
                if faults is None:
                    faults = {}
                faults[name] = fault
        if faults is None and self.required <= value.keys():
            return None
        return self.first(value, faults or {})

    def first(self, value: Mapping[str, Any], faults: Mapping[str, str]) -> str | None:
        """Of the faults found in an object's fields, and those of fields that are not there, one."""
        for name in self.fields:
            if name in faults:
                return f".{name}{faults[name]}"
            if name in self.required and name not in value:
                return f".{name}{_MISSING}"
        for name, fault in faults.items():
            return f".{shown(name)}{fault}"
        return None

    def without(self, name: str) -> Record:
        """The same with a field unknown."""
        same = Record({})
        same.fields = {field: check for field, check in self.fields.items() if field != name}
        same.required = self.required - {name}
        return same

    def also(self, tag: Check, *, needed: bool) -> Record:
        """The same with a `type`."""
        same = Record({})
        same.fields = {"type": tag, **self.fields}
        same.required = self.required | {"type"} if needed else self.required
        return same


class Tagged:
    """One of several kinds of object, told apart by `type`; paths into it go through the tag.

    Args:
        kinds: the kinds by tag; `type` need not be among their fields.
        default: the tag of an object without one, or with null.
    """

    def __init__(self, kinds: Mapping[str, Record], *, default: str | None = None) -> None:
        self._default = default
        self._kinds = {tag: _knowing_its_tag(kind, default is None) for tag, kind in kinds.items()}
        self._expected = tuple(sorted(kinds))

    def __call__(self, value: Any) -> str | None:
        if type(value) is not dict:
            return object_fault(value)
        tag = value.get("type", self._default)
        kind = self._kinds.get(tag) if type(tag) is str else None
        if kind is None:
            tag, kind, unknown = self.kind(value)
            if kind is None:
                return unknown
        fault = kind(value)
        return None if fault is None else f".{tag}{fault}"

    def kind(self, value: Any) -> tuple[str, Record | None, str | None]:
        """The tag and the kind of an object, or what is wrong where it has none."""
        if type(value) is not dict:
            return "", None, object_fault(value)
        tag = value.get("type")
        if tag is None:
            tag = self._default
        kind = self._kinds.get(tag) if type(tag) is str else None
        if kind is not None:
            return str(tag), kind, None
        if "type" not in value:
            return "", None, f".type{_MISSING}"
        return "", None, f": {unknown_tag(tag, self._expected)}"

    def but(self, *tags: str, **changed: Record) -> Tagged:
        """The same without some kinds, and with others changed."""
        kinds = {tag: kind for tag, kind in self._kinds.items() if tag not in tags}
        return Tagged({**kinds, **changed}, default=self._default)


def only(tag: str, kind: Record) -> Record:
    """The one kind that there is: its tag is a field like others, and in no path."""
    return kind.also(literal(tag), needed=True)


def _knowing_its_tag(kind: Record, needed: bool) -> Record:
    return kind if "type" in kind.fields else kind.also(anything, needed=needed)

"""Types of the SDK as the compact schemas of the table of resources."""

from __future__ import annotations

import collections.abc
import json
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, is_typeddict

from pydantic import BaseModel

Schema = str | int | list[Any]

_PLAIN: dict[Any, str] = {
    str: "str",
    int: "int",
    float: "num",
    bool: "bool",
    datetime: "time",
    date: "date",
}
_LISTS = (list, tuple, set, collections.abc.Iterable, collections.abc.Sequence)
_MAPS = (dict, collections.abc.Mapping)


class Schemas:
    """The types that were met so far, each once: those of the same fields are the same."""

    def __init__(self) -> None:
        self.types: list[dict[str, Schema]] = []
        self._of_class: dict[type, int] = {}
        self._known: dict[str, int] = {}

    def schema(self, annotation: Any) -> Schema:
        """The schema of a type, to its depths."""
        return self._schema(annotation, deep=True)

    def shallow(self, annotation: Any) -> Schema:
        """The schema of a type that does not look into objects and lists."""
        return self._schema(annotation, deep=False)

    def both(self, one: Schema, other: Schema) -> Schema:
        """A schema whose values are good for two readers, who look at different fields."""
        if one == other or not isinstance(one, int) or not isinstance(other, int):
            return one
        mine, theirs = self.types[one], self.types[other]
        merged = {
            name: self.both(mine[name], theirs[name])
            if name in mine and name in theirs
            else mine.get(name, theirs.get(name, "any"))
            for name in {**mine, **theirs}
        }
        return self.kept(merged)

    def _schema(self, annotation: Any, *, deep: bool) -> Schema:
        origin, arguments = get_origin(annotation), get_args(annotation)
        if annotation in _PLAIN:
            return _PLAIN[annotation]
        if origin is Annotated:
            return self._schema(arguments[0], deep=deep)
        if origin is Literal:
            return ["lit", *arguments]
        if origin in (Union, UnionType):
            return self._union(arguments, deep=deep)
        if origin in _LISTS:
            return ["list", self._schema(arguments[0], deep=deep) if deep else "any"]
        if origin in _MAPS:
            return ["map", self._schema(arguments[1], deep=deep) if deep else "any"]
        if is_typeddict(annotation):
            return ["map", "any"]
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self._object(annotation) if deep else ["map", "any"]
        return "any"

    def _union(self, arguments: tuple[Any, ...], *, deep: bool) -> Schema:
        named = [each for each in arguments if each is not NoneType and each.__name__ != "Omit"]
        found: list[Schema] = []
        for each in named:
            schema = self._schema(each, deep=deep)
            found += [one for one in _flat(schema) if one not in found]
        if "str" in found:
            # The words that an open choice names are no more than examples.
            found = [each for each in found if not (isinstance(each, list) and each[0] == "lit")]
        inner = found[0] if len(found) == 1 else ["or", *found]
        nullable = NoneType in arguments and not (isinstance(inner, list) and inner[0] == "null")
        return ["null", inner] if nullable else inner

    def _object(self, model: type[BaseModel]) -> int:
        known = self._of_class.get(model)
        if known is not None:
            return known
        # Before its fields, which may be of this very type.
        place = self._of_class[model] = len(self.types)
        self.types.append({})
        fields = {
            field.alias or name: self.schema(field.annotation)
            for name, field in model.model_fields.items()
        }
        key = json.dumps(fields)
        if key in self._known and place == len(self.types) - 1:
            self.types.pop()
            self._of_class[model] = self._known[key]
        else:
            self.types[place] = fields
            self._known.setdefault(key, place)
        return self._of_class[model]

    def kept(self, fields: dict[str, Schema]) -> int:
        """The place of a type that has these fields."""
        key = json.dumps(fields)
        if key not in self._known:
            self._known[key] = len(self.types)
            self.types.append(fields)
        return self._known[key]


def _flat(schema: Schema) -> list[Schema]:
    """A choice as its alternatives: one within another is the same as all of them."""
    return schema[1:] if isinstance(schema, list) and schema[0] == "or" else [schema]

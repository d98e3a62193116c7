"""What is kept of a thing: as its routes show it, and what a request changes in that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.resources.asked import Ask
from simtwin.api.resources.table import Schema, family
from simtwin.api.resources.values import MISFIT, Values

Doc = Mapping[str, Any]

#: A map of the caller's own: a change adds to it, and null takes out ("Set a key to null to delete
#: it": SDK 2.12.0, in every `update`).
_MERGED = "metadata"


def kept(ask: Ask, id_: str, known: Doc) -> dict[str, Any]:
    """What is kept of a new thing: all that any of its routes shows.

    What a client gave and no answer shows, secrets above all, is not kept.
    """
    values, doc = ask.values(id_), {}
    for schema in (*family(ask.collection), *_responses(ask)):
        shown = values.project(schema, known)
        if isinstance(shown, dict):
            doc.update(shown)
    return doc


def changed(ask: Ask, doc: Doc, changes: Doc) -> dict[str, Any]:
    """A document with what will do of some changes in it."""
    values, after = ask.values(str(doc.get("id", ""))), dict(doc)
    for name, given in changes.items():
        for schema in (*family(ask.collection), *_responses(ask)):
            new = _field(values, schema, name, given, after.get(name))
            if new is not MISFIT:
                after[name] = new
                break
    return after


def _responses(ask: Ask) -> tuple[Schema, ...]:
    return (ask.schema,) if ask.route.kind in ("create", "put", "set_only") else ()


def _field(values: Values, schema: Schema, name: str, given: Any, before: Any) -> Any:
    for each in _objects(schema):
        inner = values.types[each].get(name)
        if inner is None:
            continue
        if isinstance(given, Mapping) and isinstance(before, Mapping):
            if name == _MERGED:
                given = {
                    key: value for key, value in {**before, **given}.items() if value is not None
                }
            elif given.get("type", before.get("type")) == before.get("type"):
                given = {**before, **given}
        found = values.fitted(inner, given, name, f"/{name}")
        if found is not MISFIT:
            return found
    return MISFIT


def _objects(schema: Schema) -> list[int]:
    """The types of objects that a document of a schema may be of."""
    match schema:
        case int():
            return [schema]
        case ["or" | "null", *choices]:
            return [each for choice in choices for each in _objects(choice)]
    return []

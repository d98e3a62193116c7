"""Values by their schemas: an example of one, and what a given value is good for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Final

import attrs

from simtwin.api.resources.naming import made_id
from simtwin.api.resources.table import Schema
from simtwin.api.timestamp import timestamp

#: Of words for a state those that a thing begins in, the first that it has: a session is `idle` until
#: it is asked something.
_FIRST = ("idle", "pending", "queued", "active", "enabled", "unrestricted", "success", "valid")
#: And numbers, which are 0 otherwise.
_NUMBERS: Mapping[str, int] = {"expires_in": 3_600, "version": 1}
_EMPTY: Mapping[str, Any] = {"int": 0, "num": 0, "bool": False}
#: What strings say, by the names of their fields; any other says its own name.
_WORDS: Mapping[str, str] = {
    "amount": "0.00",
    "description": "",
    "disabled_reason": "",
    "currency": "USD",
    "display_color": "#6C5BB9",
    "email": "someone@example.com",
    "email_address": "someone@example.com",
    "list_amount": "0.00",
    "media_type": "text/plain",
    "mime_type": "text/plain",
    "model": "claude-opus-4-8",
    "mount_path": "/mnt/session/uploads/file",
    "name": "",
    "path": "/notes.md",
    "period_to_date_spend": "0.00",
    "timezone": "UTC",
}


class _Misfit:
    """What a value is to a schema that it is no good for."""


MISFIT: Final[Any] = _Misfit()


@attrs.frozen
class Values:
    """Makes values of schemas.

    Args:
        types: the objects that schemas speak of by number.
        wall: the present, unix time in seconds.
        chance: what ids depend on.
    """

    types: Sequence[Mapping[str, Schema]]
    wall: float
    chance: str

    def example(self, schema: Schema, name: str = "", place: str = "") -> Any:
        """A value of a schema.

        Args:
            schema: of what.
            name: what the value is called.
            place: where in the whole document it stands, for ids to differ.
        """
        match schema:
            case int():
                return self._object(schema, {}, name, place)
            case ["lit", *known]:
                return next((word for word in _FIRST if word in known), known[0])
            case ["or", *choices]:
                return self.example(choices[0], name, place)
            case ["list", _]:
                return []
            case ["map", _]:
                return {}
            case "str":
                return self._text(name, place)
            case "time":
                return timestamp(self.wall)
            case "date":
                return timestamp(self.wall)[:10]
            case "int" if name in _NUMBERS:
                return _NUMBERS[name]
        return _EMPTY.get(schema) if isinstance(schema, str) else None

    def fitted(self, schema: Schema, given: Any, name: str = "", place: str = "") -> Any:
        """What a given value comes to where one of a schema is wanted; MISFIT where it is no good.

        Of an object the fields that will do are kept, the others are made up; what the schema does
        not know is left out. A text in the place of an object is its id.
        """
        match schema:
            case int():
                return self._fit_object(schema, given, name, place)
            case ["null", inner]:
                return None if given is None else self.fitted(inner, given, name, place)
            case ["lit", *known]:
                return given if given in known and type(given) in map(type, known) else MISFIT
            case ["or", *choices]:
                return self._fit_choice(choices, given, name, place)
            case ["list", inner]:
                return self._fit_list(inner, given, name, place)
            case ["map", inner]:
                if not isinstance(given, Mapping):
                    return MISFIT
                found = {
                    key: self.fitted(inner, each, key, f"{place}/{key}")
                    for key, each in given.items()
                }
                return {key: each for key, each in found.items() if each is not MISFIT}
        return given if _is(schema, given) else MISFIT

    def project(self, schema: Schema, known: Mapping[str, Any]) -> Any:
        """The document of a schema about which this much is known."""
        found = self.fitted(schema, known)
        return self.example(schema) if found is MISFIT else found

    def _object(
        self, schema: int, known: Mapping[str, Any], name: str, place: str
    ) -> dict[str, Any]:
        made = {}
        for field, inner in self.types[schema].items():
            own = f"{place}/{field}"
            called = name if field == "id" and name else field
            value = self.fitted(inner, known[field], called, own) if field in known else MISFIT
            made[field] = self.example(inner, called, own) if value is MISFIT else value
        return made

    def _fit_object(self, schema: int, given: Any, name: str, place: str) -> Any:
        fields = self.types[schema]
        if isinstance(given, str) and self.fitted(fields.get("id"), given) == given:
            given = {"id": given}
        if not isinstance(given, Mapping):
            return MISFIT
        kind = fields.get("type")
        if "type" in given and kind is not None and self.fitted(kind, given["type"]) is MISFIT:
            return MISFIT
        return self._object(schema, given, name, place)

    def _fit_choice(self, choices: Sequence[Schema], given: Any, name: str, place: str) -> Any:
        fits = [
            found
            for each in choices
            if (found := self.fitted(each, given, name, place)) is not MISFIT
        ]
        if not isinstance(given, Mapping) or len(fits) < 2:
            return fits[0] if fits else MISFIT
        # Of several the one that keeps most of what was given.
        return max(
            fits, key=lambda found: sum(found.get(key) == each for key, each in given.items())
        )

    def _fit_list(self, inner: Schema, given: Any, name: str, place: str) -> Any:
        if not isinstance(given, list | tuple):
            return MISFIT
        found = [self.fitted(inner, each, name, f"{place}/{n}") for n, each in enumerate(given)]
        return [each for each in found if each is not MISFIT]

    def _text(self, name: str, place: str) -> str:
        if name.endswith("_at"):
            return timestamp(self.wall)
        if name.endswith("_sha256"):
            return sha256(f"{self.chance}{place}".encode()).hexdigest()
        if name.endswith(("secret", "token")):
            return made_id(name, f"{self.chance}{place}")
        if name == "id" or name.endswith("_id") or place.endswith("/id"):
            return made_id(name, f"{self.chance}{place}")
        if name.endswith(("url", "uri", "endpoint")):
            return f"https://example.com/{name}"
        return _WORDS.get(name, name.replace("_", " ") or "text")


def _is(schema: Schema, given: Any) -> bool:
    """Whether a plain value is of a plain type."""
    match schema:
        case "str":
            return isinstance(given, str)
        case "int":
            return isinstance(given, int) and not isinstance(given, bool)
        case "num":
            return isinstance(given, int | float) and not isinstance(given, bool)
        case "bool":
            return isinstance(given, bool)
        case "time":
            return isinstance(given, str) and _reads(datetime.fromisoformat, given)
        case "date":
            return isinstance(given, str) and _reads(date.fromisoformat, given)
    return True


def _reads(read: Any, text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True

"""What must be at places of a request's body.

    {"/metadata/user_id": "test-*", "/max_tokens": 64, "/system": {"has": "French"},
     "/thinking": {"exists": true}}

A text is a glob, another scalar is equal; a table says `equals`, `like` (a glob), `has` (a
substring) or `exists`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core import glob
from simtwin.core.bounds import is_number
from simtwin.core.fault import SettingsError
from simtwin.core.pointer import NOTHING, look, parse_pointer
from simtwin.core.quote import quote

#: More places of one body than anybody needs to tell requests apart.
MOST_PLACES = 16
LONGEST_TEXT = 1_000
#: How much of a text is searched, in characters.
LOOKED_AT = 50_000

_TESTS = ("equals", "like", "has", "exists")


@attrs.frozen
class BodyMatch:
    """One place, and the one test that is made of what is there.

    Args:
        pointer: the place, as a JSON pointer.
        test: one of `equals`, `like`, `has`, `exists`.
        value: what it is tested against.
    """

    pointer: str
    test: str
    value: str | float | bool
    _names: tuple[str, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_names", parse_pointer(self.pointer))

    def fits(self, body: Mapping[str, Any]) -> bool:
        """Whether a body has at that place what is wanted."""
        found = look(body, self._names)
        match self.test:
            case "exists":
                return (found is not NOTHING) is self.value
            case "equals":
                # To Python true is 1; to JSON it is not.
                return isinstance(found, bool) is isinstance(self.value, bool) and bool(
                    found == self.value
                )
            case "has":
                return isinstance(found, str) and str(self.value) in found[:LOOKED_AT]
            case _:
                return isinstance(found, str) and glob.fits(str(self.value), found, LONGEST_TEXT)


def body_matches(value: Any) -> tuple[BodyMatch, ...] | None:
    """A converter: the table of places and tests.

    Raises:
        SettingsError: it is none, or has too many or bad places.
    """
    if value is None or isinstance(value, tuple):
        return value
    if not isinstance(value, Mapping):
        raise SettingsError(f"must be a table of JSON pointers, not {quote(value)}", "body")
    if len(value) > MOST_PLACES:
        raise SettingsError(f"looks at {MOST_PLACES} places at most, not {len(value):,}", "body")
    return tuple(_one(pointer, wanted) for pointer, wanted in value.items())


def body_matches_doc(matches: tuple[BodyMatch, ...]) -> dict[str, Any]:
    """The table that `body_matches` makes these of again."""
    return {each.pointer: {each.test: each.value} for each in matches}


def _one(pointer: str, wanted: object) -> BodyMatch:
    path = f"body[{quote(pointer)}]"
    test, value = _test(wanted, path)
    if test == "exists" and not isinstance(value, bool):
        raise SettingsError(f"must be true or false, not {quote(value)}", f"{path}.exists")
    if not isinstance(value, str) and not isinstance(value, bool) and not is_number(value):
        raise SettingsError(f"must be text, a number, true or false, not {quote(value)}", path)
    if test in ("like", "has") and not isinstance(value, str):
        raise SettingsError(f"must be text, not {quote(value)}", f"{path}.{test}")
    if isinstance(value, str) and len(value) > (
        glob.LONGEST_GLOB if test == "like" else LONGEST_TEXT
    ):
        longest = glob.LONGEST_GLOB if test == "like" else LONGEST_TEXT
        raise SettingsError(f"can have {longest:,} characters, not {len(value):,}", path)
    try:
        return BodyMatch(pointer, test, value)
    except SettingsError as error:
        raise SettingsError(error.message, path) from None


def _test(wanted: object, path: str) -> tuple[str, Any]:
    if isinstance(wanted, Mapping):
        if len(wanted) != 1 or next(iter(wanted)) not in _TESTS:
            raise SettingsError(
                f'must be one of {", ".join(_TESTS)}, as in {{"has": "…"}},'
                f" not {quote(dict(wanted))}",
                path,
            )
        return next(iter(wanted.items()))
    return ("like" if isinstance(wanted, str) else "equals"), wanted

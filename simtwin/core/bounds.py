"""What a field of a rule's tables may be, and the words in which one that may not is refused.

Validators and converters of attrs; the path of what they raise is the name of the field.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import Any

from simtwin.core import glob
from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote

#: Thirty years of seconds, and more requests than any run makes: what lies beyond is a slip.
MOST = 1_000_000_000

Validator = Callable[[object, Any, Any], None]


def is_number(value: object) -> bool:
    """Whether it is a finite number. A bool is an int to Python, and to nobody who sets things."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def one_of(known: Sequence[str]) -> Validator:
    """One of some words."""

    def check(_: object, field: Any, value: object) -> None:
        if value is not None and value not in known:
            raise SettingsError(
                f"must be one of {', '.join(known)}, not {quote(value)}", field.name
            )

    return check


#: So many of a long list of words are enough to see what they are like.
_WORDS_TOLD = 8


def fits_one_of(known: Sequence[str]) -> Validator:
    """A glob that one of some words at least must fit, so that a mistake is told from a word."""

    def check(_: object, field: Any, value: object) -> None:
        if value is None or value in known:
            return
        if not isinstance(value, str) or not any(
            len(value) <= glob.LONGEST_GLOB and glob.fits(value, word) for word in known
        ):
            near = get_close_matches(str(value), known, _WORDS_TOLD) or known[:_WORDS_TOLD]
            others = "" if len(known) == len(near) else ", …"
            raise SettingsError(
                f"must be one of {', '.join(near)}{others}, or a glob that one of them fits, "
                f"not {quote(value)}",
                field.name,
            )

    return check


def globbed(what: str, *, never: str = "") -> Validator:
    """A glob that `what` (as in "the name of a model") must fit.

    Args:
        what: what it is to fit.
        never: a character that no such thing has, so that a set of other globs, which would
            silently never fit, is told from a glob.
    """

    def check(_: object, field: Any, value: object) -> None:
        if value is None:
            return
        if not isinstance(value, str):
            raise SettingsError(f"must be {what}, not {quote(value)}", field.name)
        if not 0 < len(value) <= glob.LONGEST_GLOB:
            raise SettingsError(f"must have 1 to {glob.LONGEST_GLOB} characters", field.name)
        if never and never in value:
            fits = what.rsplit(" ", 1)[-1]
            raise SettingsError(
                f"knows * and ? alone, so {quote(value)} fits no {fits}", field.name
            )

    return check


def truth(_: object, field: Any, value: object) -> None:
    """True or false."""
    if value is not None and not isinstance(value, bool):
        raise SettingsError(f"must be true or false, not {quote(value)}", field.name)


def whole(low: int, high: int = MOST) -> Validator:
    """A whole number from `low` to `high`."""

    def check(_: object, field: Any, value: object) -> None:
        if value is not None and not (type(value) is int and low <= value <= high):
            raise SettingsError(
                f"must be a whole number from {low} to {high:,}, not {quote(value)}", field.name
            )

    return check


count = whole(1)


def share(_: object, field: Any, value: Any) -> None:
    """A chance or a share: a number from 0 to 1."""
    if value is not None and not (is_number(value) and 0 <= value <= 1):
        raise SettingsError(f"must be a number from 0 to 1, not {quote(value)}", field.name)


def above_zero(_: object, field: Any, value: Any) -> None:
    """A duration or an amount: a number above 0."""
    if value is not None and not (is_number(value) and 0 < value <= MOST):
        raise SettingsError(
            f"must be a number above 0, at most {MOST:,}, not {quote(value)}", field.name
        )


def from_zero(_: object, field: Any, value: Any) -> None:
    """A delay: a number from 0."""
    if value is not None and not (is_number(value) and 0 <= value <= MOST):
        raise SettingsError(f"must be a number from 0 to {MOST:,}, not {quote(value)}", field.name)


def pair(value: Any) -> Any:
    """A converter: JSON's list is a tuple."""
    return tuple(value) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    return quote(list(value) if isinstance(value, tuple) else value)


def is_pair(value: Any) -> bool:
    """Whether it is two numbers."""
    return isinstance(value, tuple) and len(value) == 2 and all(map(is_number, value))


def window(_: object, field: Any, value: Any) -> None:
    """`[from, to]` in seconds."""
    if value is not None and not (is_pair(value) and 0 <= value[0] < value[1] <= MOST):
        raise SettingsError(
            f"must be [from, to] in seconds, with 0 <= from < to, not {_shown(value)}", field.name
        )


def shares(_: object, field: Any, value: Any) -> None:
    """`[first, last]`, two chances."""
    if value is not None and not (is_pair(value) and all(0 <= each <= 1 for each in value)):
        raise SettingsError(
            f"must be [first, last], two numbers from 0 to 1, not {_shown(value)}", field.name
        )


def threshold(_: object, field: Any, value: Any) -> None:
    """A number that is passed, or `[from, to]` between which a chance goes from one to another."""
    if value is None or (is_number(value) and 0 <= value <= MOST):
        return
    if not (is_pair(value) and 0 <= value[0] < value[1] <= MOST):
        raise SettingsError(
            f"must be a number from 0, or [from, to] with 0 <= from < to, not {_shown(value)}",
            field.name,
        )


def ordinal(_: object, field: Any, value: Any) -> None:
    """A whole number from 1, or `[from, to]`, both included."""
    if value is None or (type(value) is int and 1 <= value <= MOST):
        return
    if not (
        is_pair(value)
        and all(type(each) is int for each in value)
        and 1 <= value[0] <= value[1] <= MOST
    ):
        raise SettingsError(
            "must be a whole number from 1, or [from, to] of such, both included,"
            f" not {_shown(value)}",
            field.name,
        )


def is_at(wanted: int | tuple[int, int], value: int) -> bool:
    """Whether an ordinal is the wanted one, or one of the wanted ones."""
    if isinstance(wanted, tuple):
        return wanted[0] <= value <= wanted[1]
    return wanted == value

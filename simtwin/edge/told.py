"""Reading the fates that a replay token tells."""

from __future__ import annotations

from pathlib import Path

from simtwin.core.fates import Fates, parse
from simtwin.core.fault import SettingsError
from simtwin.core.replay_token import LONGEST_FILE, unpack, unpack_file
from simtwin_faults import all_kinds
from simtwin_faults.raw import without_raw


class TokenError(Exception):
    """What was given tells no fates; the text says why."""


def told(given: str, *, raw: bool) -> Fates:
    """The fates that a token tells, or the file of one (`@path`).

    Args:
        given: the token.
        raw: whether faults may write what is no HTTP.

    Raises:
        TokenError: there is no such file, or it tells none.
    """
    # Whoever starts the twin hears of the kinds that are left out then.
    kinds = all_kinds(lambda _: None)
    if not raw:
        kinds = without_raw(kinds)
    try:
        return parse(_read(given[1:]) if given.startswith("@") else unpack(given), kinds)
    except SettingsError as error:
        name = given if given.startswith("@") else "TOKEN"
        raise TokenError(f"{name}: {error}") from None


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            content = file.read(LONGEST_FILE + 1)
    except OSError as error:
        raise TokenError(f"@{path} cannot be read: {error.strerror}") from None
    return unpack_file(content)

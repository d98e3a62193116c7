"""Text that comes from a client, or from whoever wrote a profile, made harmless to show."""

from __future__ import annotations

import unicodedata

#: Control characters, those that turn the direction of writing, surrogates and what is unassigned:
#: a terminal obeys some, XML forbids others, and people are deceived by the rest.
_STRIPPED = ("Cc", "Cf", "Cs", "Cn", "Co")


def plain(text: str) -> str:
    """The text in one line, without characters that are not for reading."""
    return legible(" ".join(text.split()))


def legible(text: str) -> str:
    """The same, in the lines that it has."""
    return "".join(
        each for each in text if each in "\n\t" or unicodedata.category(each) not in _STRIPPED
    )

"""Text as Markdown has it, and no more of it than there is room for."""

from __future__ import annotations

from collections.abc import Iterable

from simtwin.chaos.report.plain import legible, plain

#: Half of what a step may say on GitHub, of which other steps' tools may want some.
LONGEST = 512 * 1024
_LEFT_OUT = "\n\n_More does not fit here; it is in the report as JSON._\n"
#: What Markdown or HTML takes for something else than itself.
_SPECIAL = str.maketrans({each: f"\\{each}" for each in "\\`*_[]|~"}) | str.maketrans(
    {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


def within(paragraphs: Iterable[str], longest: int) -> bytes:
    """Whole paragraphs, as many as there is room for, and a word of it where that is not all."""
    room, parts = longest - len(_LEFT_OUT.encode()), []
    for paragraph in paragraphs:
        content = paragraph.encode()
        room -= len(content)
        if room < 0:
            parts.append(_LEFT_OUT.encode())
            break
        parts.append(content)
    return b"".join(parts)


def escaped(text: str) -> str:
    return plain(text).translate(_SPECIAL)


def code(text: str, language: str) -> str:
    """A block of code, with a fence that is longer than any in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{legible(text)}\n{fence}"

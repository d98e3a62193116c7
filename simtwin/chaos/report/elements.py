"""Pieces of a page of HTML that needs nothing else: no script, no font, no other file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Literal, TypeVar

import attrs

from simtwin.chaos.report.plain import legible, plain
from simtwin.chaos.report.style import STYLE

#: What a badge, a card or a text says with its colour as well as in words.
State = Literal["good", "bad", "warn", "dim"]

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
"""

Thing = TypeVar("Thing")


def page(title: str, body: Iterable[str], style: str = "") -> str:
    """A whole page.

    Args:
        title: as text.
        body: what is in it, as HTML.
        style: what it needs beside the style of all pages.
    """
    head = f"{_HEAD}<title>{text(title)}</title>\n<style>{STYLE}{style}</style></head>"
    return f"{head}<body><main>\n{''.join(body)}</main></body></html>\n"


def text(said: str) -> str:
    """Text as HTML in one line, with nothing in it that is not for reading."""
    return escape(plain(said))


def code(said: str) -> str:
    """Text to be copied, in the lines that it has. It scrolls, so a keyboard has to reach it."""
    return f'<pre tabindex="0">{escape(legible(said))}</pre>\n'


def badge(said: str, state: State) -> str:
    """A word on the colour of a state: "good", "bad", "warn" or "dim"."""
    return f'<span class="badge {state}">{text(said)}</span>'


def items(texts: Iterable[str]) -> str:
    """A list of texts."""
    return f'<ul class="plain">{"".join(f"<li>{text(each)}</li>" for each in texts)}</ul>\n'


def tiles(figures: Iterable[tuple[str, str]]) -> str:
    """Figures to be seen at once: each what is counted, and how many."""
    told = "".join(
        f"<div><dt>{text(what)}</dt><dd>{text(much)}</dd></div>" for what, much in figures
    )
    return f'<dl class="tiles">{told}</dl>\n'


def facts(known: Iterable[tuple[str, str]]) -> str:
    """What there is to know, by name."""
    told = "".join(f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in known)
    return f'<dl class="facts">{told}</dl>\n'


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: int) -> str:
    """Rows of HTML under names; the last `numbers` columns are set as figures."""
    right = [
        "" if place < len(columns) - numbers else ' class="number"' for place in range(len(columns))
    ]

    def row(cells: Sequence[str], tag: str) -> str:
        told = (f"<{tag}{right[n]}>{cell}</{tag}>" for n, cell in enumerate(cells))
        return f"<tr>{''.join(told)}</tr>"

    return (
        f'<div class="wide" tabindex="0"><table><thead>{row(columns, "th")}</thead><tbody>'
        f"{''.join(row(each, 'td') for each in rows)}</tbody></table></div>\n"
    )


def folded(title: str, inside: str) -> str:
    """HTML that is opened by whoever wants to see it, under a title of HTML."""
    return f"<details><summary>{title}</summary>{inside}</details>\n"


@attrs.define
class Room:
    """The bytes that a page still may have."""

    left: int

    def fill(self, things: Sequence[Thing], drawn: Callable[[Thing], str]) -> tuple[str, int]:
        """As many things as there is room for, drawn one after the other, and how many are not."""
        parts: list[str] = []
        for number, thing in enumerate(things):
            part = drawn(thing)
            size = len(part.encode())
            if size > self.left:
                return "".join(parts), len(things) - number
            self.left -= size
            parts.append(part)
        return "".join(parts), 0

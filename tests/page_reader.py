"""Reads a page of HTML, to see that it is well-formed and what is in it."""

from __future__ import annotations

from html.parser import HTMLParser

#: Elements without an end.
VOID = {"meta", "!doctype"}


class Reader(HTMLParser):
    """Every element with its attributes, and whether each is closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

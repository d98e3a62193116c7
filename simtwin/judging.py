"""`simtwin judge`: the verdict on a journal that was saved, as text, on a terminal, or as JSON."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from simtwin.core.entry import Entry
from simtwin.core.journal_line import Dropped, Line, read
from simtwin.core.outcome import ToldOutcome
from simtwin.verdicts.calls import Confidence
from simtwin.verdicts.judging import judge
from simtwin.verdicts.rule import Severity
from simtwin.verdicts.text import printable, summary, text
from simtwin.verdicts.verdict import Verdict, failing

#: A body is kept up to 256 kB and escaped at worst sixfold; the rest of an entry is little.
LONGEST_LINE = 4 * 1024 * 1024
#: Ten times what is judged in five seconds.
MOST_LINES = 1_000_000

_COLORS = {"error": "bold red", "warning": "yellow", "info": "cyan"}


class JournalError(Exception):
    """There is nothing to judge; the text says why, and in which line."""


def judged(journal: str, *, key: str | None = None, lane: str | None = None) -> Verdict:
    """The verdict on a file of JSON lines, as `GET /_twin/journal` answers them; "-" is the input.

    Args:
        journal: the path.
        key: the id of the key whose requests alone are judged, None for all.
        lane: the same of a lane; that of requests which name none is "".

    Raises:
        JournalError: it cannot be read, or a line of it is no entry.
    """
    # Nothing that is made here refers to itself: looking for what does took a third of the time.
    gc.disable()
    try:
        if journal == "-":
            return judge(_of(_read(sys.stdin.buffer, "standard input"), key, lane))
        with Path(journal).open("rb") as file:
            return judge(_of(_read(file, journal), key, lane))
    except OSError as error:
        raise JournalError(f"{journal} cannot be read: {error.strerror}") from None
    finally:
        gc.enable()


def _of(lines: Iterable[Line], key: str | None, lane: str | None) -> Iterator[Line]:
    """Those of a key and a lane."""
    if key is None and lane is None:
        yield from lines
        return
    for line in lines:
        match line:
            case Entry():
                wanted = key in (None, line.key) and lane in (None, line.lane or "")
            case ToldOutcome():
                wanted = key in (None, line.key) and (lane is None or line.lane in (None, lane))
            case Dropped():
                wanted = lane is None or line.lane in (None, lane)
        if wanted:
            yield line


def _read(file: BinaryIO, name: str) -> Iterator[Line]:
    number = 0
    while line := file.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise JournalError(f"{name}, line {number}: longer than {LONGEST_LINE} bytes")
        if number > MOST_LINES:
            raise JournalError(f"{name}: more than {MOST_LINES} lines")
        if line.isspace():
            continue
        try:
            yield read(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise JournalError(f"{name}, line {number}: no entry of a journal: {error}") from None
    if not number:
        raise JournalError(f"{name}: there is nothing in it")


def show(verdict: Verdict, *, as_json: bool, fail_on: Severity, min_confidence: Confidence) -> int:
    """Print it, and say how to exit: 1 where something fails the run, else 0."""
    failed = failing(verdict, fail_on, min_confidence)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(verdict)))
    elif sys.stdout.isatty():
        _show(verdict)
    else:
        click.echo(text(verdict, min_confidence))
    return 1 if failed else 0


def _show(verdict: Verdict) -> None:
    console = Console()
    console.print(escape(printable([summary(verdict)])))
    table = Table("", "rule", "what the client did", show_lines=True)
    for rule in verdict.rules:
        if rule.severity is None:
            continue
        color = _COLORS[rule.severity]
        told = "\n".join(
            f"{each.text} ({each.confidence}: {', '.join(e.request for e in each.evidence[:2])})"
            for each in rule.findings[:3]
        )
        more = len(rule.findings) - 3 + rule.more
        told += f"\nand {more} more of these" if more > 0 else ""
        name = f"{rule.id} {rule.title}"
        cells = [escape(_lines(cell)) for cell in (name, told)]
        advice = escape(rule.advice)
        table.add_row(f"[{color}]{rule.severity}[/]", cells[0], f"{cells[1]}\n[dim]{advice}[/]")
    if table.row_count:
        console.print(table)
    for value, mark in (("pass", "[green]passed[/]"), ("not_exercised", "[dim]not exercised[/]")):
        ids = [rule.id for rule in verdict.rules if rule.value == value]
        console.print(f"{mark}: {', '.join(ids) or 'nothing'}", highlight=False)


def _lines(cell: str) -> str:
    return "\n".join(printable([line]) for line in cell.split("\n"))

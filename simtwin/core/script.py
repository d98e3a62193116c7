"""Scripts: one line that says what happens to each request in turn.

    script = item (';' item)* ['; loop']      item = part ('+' part)* ['*' n]
    part   = 'ok' | STATUS [args] | KIND [args]     args = '(' name '=' value (',' name '=' value)* ')'
    value  = number | true | false | word | JSON string

    529; 429(retry_after=2)*2; latency(seconds=3)+disconnect(after_events=3, reset=true); ok

White space may stand between any two of these. A bare status is the kind `refuse`. What `render`
writes, `parse` reads as the same script.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from hashlib import blake2b
from itertools import accumulate
from typing import Any

import attrs

from simtwin.core.fault import Fired, Kinds, SettingsError, as_settings, make
from simtwin.core.quote import quote
from simtwin.core.scanner import DIGITS, WORD, Scanner, ScriptError

#: No server takes a header of that length, so longer ones are made by machines. To read the worst
#: of this length takes a tenth of a second, in which nothing else is served.
LONGEST_SCRIPT = 100_000
#: More requests than one run makes; a larger number is a slip.
MOST_ITEMS = 100_000
#: What stands for the rule's name where a script made a fault fire.
RULE = "script"
#: A longer text is remembered by its hash, so that every place in a script is equally small.
_LONGEST_NAME = 64


@attrs.frozen
class Item:
    """What happens to one request, or to `times` in a row; no faults is `ok`."""

    faults: tuple[Fired, ...] = ()
    times: int = 1


@attrs.frozen
class Script:
    """What happens to each request in turn, and after the last one: nothing, or all again.

    `text` is how it was written; two texts that mean the same are equal scripts. `name` is one
    and the same for equal texts alone, and short.
    """

    text: str = attrs.field(eq=False)
    items: tuple[Item, ...]
    loop: bool = False
    name: str = attrs.field(init=False, eq=False, repr=False)
    _ends: tuple[int, ...] = attrs.field(init=False, eq=False, repr=False)

    @name.default
    def _named(self) -> str:
        # No script begins with a '#', so no hash is another script's text.
        if len(self.text) <= _LONGEST_NAME:
            return self.text
        return "#" + blake2b(self.text.encode(), digest_size=20).hexdigest()

    @_ends.default
    def _add_up(self) -> tuple[int, ...]:
        return tuple(accumulate(item.times for item in self.items))

    @property
    def total(self) -> int:
        """For how many requests it speaks before it is finished or starts again."""
        return self._ends[-1]

    def item(self, place: int) -> Item | None:
        """The item that a request meets, counted from 0; None once all are used."""
        if place >= self.total and not self.loop:
            return None
        return self.items[bisect_right(self._ends, place % self.total)]


def parse(text: str, kinds: Kinds) -> Script:
    """The script that `text` is.

    Raises:
        ScriptError: it is none, and shows the place.
    """
    if len(text) > LONGEST_SCRIPT:
        problem = f"a script has at most {LONGEST_SCRIPT:,} characters, not {len(text):,}"
        raise ScriptError(problem, text, LONGEST_SCRIPT)
    return _Reader(text, kinds).script()


def render(script: Script) -> str:
    """The text of a script, in one form for all that mean the same.

    Raises:
        ValueError: a fault has a setting that is neither number, truth nor text.
    """
    items = [_item(item) for item in script.items]
    return "; ".join([*items, "loop"] if script.loop else items)


def _item(item: Item) -> str:
    parts = "+".join(part(fired.kind, as_settings(fired.fault)) for fired in item.faults) or "ok"
    return parts if item.times == 1 else f"{parts}*{item.times}"


def part(kind: str, settings: Mapping[str, Any]) -> str:
    """One fault as a script says it.

    Raises:
        ValueError: a setting is neither number, truth nor text.
    """
    name, said = kind, dict(settings)
    if kind == "refuse" and 100 <= said.get("status", 0) <= 999:
        name = str(said.pop("status"))
    args = ", ".join(f"{key}={_value(value)}" for key, value in said.items())
    return f"{name}({args})" if args else name


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case int() | float():
            return repr(value)
        case str() if WORD.fullmatch(value) and value not in {"true", "false"}:
            return value
        case str():
            return json.dumps(value)
    raise ValueError(f"a script cannot say {quote(value)}")


class _Reader:
    """Reads one script, item by item."""

    def __init__(self, text: str, kinds: Kinds) -> None:
        self._scanner = Scanner(text)
        self._kinds = kinds
        # Scripts repeat themselves, and making a fault takes longer than reading it.
        self._made: dict[str, Fired] = {}

    def script(self) -> Script:
        scanner = self._scanner
        items = [self._item()]
        total = items[0].times
        loop = False
        while not (loop or scanner.done):
            if not scanner.take(";"):
                scanner.fail("expected ';' or the end here")
            start = scanner.at
            if scanner.token(WORD) == "loop":
                loop = True
                continue
            scanner.at = start
            items.append(self._item())
            total += items[-1].times
            if total > MOST_ITEMS:
                scanner.fail(f"a script speaks for at most {MOST_ITEMS:,} requests", start)
        if not scanner.done:
            scanner.fail("expected the end here, after loop")
        return Script(scanner.text, tuple(items), loop)

    def _item(self) -> Item:
        faults = [*self._faults()]
        while self._scanner.take("+"):
            faults += self._faults()
        return Item(tuple(faults), self._times() if self._scanner.take("*") else 1)

    def _times(self) -> int:
        start = self._scanner.at
        digits = self._scanner.token(DIGITS) or ""
        # Never reads a number that is longer than the longest one allowed.
        times = int(digits) if 0 < len(digits) <= len(str(MOST_ITEMS)) else 0
        if not 0 < times <= MOST_ITEMS:
            self._scanner.fail(f"expected how often, from 1 to {MOST_ITEMS:,}, here", start)
        return times

    def _faults(self) -> tuple[Fired, ...]:
        """One part: no fault for `ok`, else one."""
        scanner = self._scanner
        start = scanner.at
        settings: dict[str, Any] = {}
        kind = scanner.token(WORD)
        if kind == "ok":
            return ()
        if kind is None:
            status = scanner.token(DIGITS)
            if status is None:
                scanner.fail("expected ok, a status or a kind of fault here")
            if len(status) != 3:
                scanner.fail(f"a status has three digits, not {quote(status)}", start)
            kind, settings = "refuse", {"status": int(status)}
        elif kind == "loop":
            scanner.fail("loop stands at the end, after at least one item", start)
        places = dict.fromkeys(settings, start)
        if scanner.take("("):
            self._args(settings, places)
        source = scanner.text[start : scanner.at]
        made = self._made.get(source)
        if made is None:
            try:
                made = Fired(RULE, kind, make(self._kinds, kind, settings))
            except SettingsError as error:
                scanner.fail(error.message, places.get(error.setting or "", start))
            self._made[source] = made
        return (made,)

    def _args(self, settings: dict[str, Any], places: dict[str, int]) -> None:
        scanner = self._scanner
        while True:
            start = scanner.at
            name = scanner.token(WORD)
            if name is None:
                scanner.fail("expected the name of a setting here")
            if name in settings:
                scanner.fail(f"{name} is given already", start)
            if not scanner.take("="):
                scanner.fail("expected '=' and a value here")
            settings[name] = scanner.value()
            places[name] = start
            if scanner.take(")"):
                return
            if not scanner.take(","):
                scanner.fail("expected ',' or ')' here")

"""The words, numbers and texts that scripts are made of, read from left to right, once."""

from __future__ import annotations

import json
import re
from typing import NoReturn

from simtwin.core.fault import SettingsError

# Each is tried at one place and has one way through, so reading is linear.
WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
DIGITS = re.compile(r"[0-9]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SPACES = (" ", "\t", "\r", "\n")
_TRUTHS = {"true": True, "false": False}

#: A double has 17 digits; Python itself refuses to read more than 4,300.
_LONGEST_NUMBER = 40
#: So many characters of a script are shown on each side of an error.
_AROUND = 30


class ScriptError(SettingsError):
    """A text that is no script; `position` is the index of the character where it goes wrong."""

    def __init__(self, problem: str, text: str, position: int) -> None:
        start = max(0, position - _AROUND)
        before = ("…" if start else "") + text[start:position]
        after = text[position : position + _AROUND]
        cut = "…" if position + _AROUND < len(text) else ""
        # One column for each character, or the mark would stand under another one.
        before, after = _in_one_line(before), _in_one_line(after) + cut
        super().__init__(f"{problem}\n{before}{after}\n{' ' * len(before)}^", "script")
        self.position = position
        #: The same in one line, for a place where nobody sees what stands under what.
        self.line = f"{problem}, at character {position + 1}: {before}>>>{after}"


def _in_one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)


class Scanner:
    """A text and the place in it. White space after what was read is passed over."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._go(0)

    @property
    def done(self) -> bool:
        """Whether nothing is left."""
        return self.at == len(self.text)

    def take(self, mark: str) -> bool:
        """Read `mark` if it comes next."""
        if not self.text.startswith(mark, self.at):
            return False
        self._go(self.at + len(mark))
        return True

    def token(self, pattern: re.Pattern[str]) -> str | None:
        """Read what `pattern` fits, or nothing."""
        found = pattern.match(self.text, self.at)
        if found is None:
            return None
        self._go(found.end())
        return found.group()

    def value(self) -> str | float | bool:
        """Read a number, true, false, a word or a JSON string."""
        start = self.at
        if self.text.startswith('"', start):
            return self._string()
        word = self.token(WORD)
        if word is not None:
            return _TRUTHS.get(word, word)
        number = self.token(_NUMBER)
        if number is None:
            self.fail("expected a number, true, false, a word or a JSON string here")
        if len(number) > _LONGEST_NUMBER:
            self.fail(f"a number has at most {_LONGEST_NUMBER} characters", start)
        return int(number) if number.lstrip("-").isdigit() else float(number)

    def fail(self, problem: str, position: int | None = None) -> NoReturn:
        """Raise a ScriptError that points at a character, by default the next one."""
        raise ScriptError(problem, self.text, self.at if position is None else position)

    def _string(self) -> str:
        try:
            value, end = json.JSONDecoder().raw_decode(self.text, self.at)
        except json.JSONDecodeError as error:
            self.fail(f"this is no JSON string: {error.msg}", error.pos)
        self._go(end)
        return str(value)

    def _go(self, place: int) -> None:
        while self.text.startswith(_SPACES, place):
            place += 1
        self.at = place

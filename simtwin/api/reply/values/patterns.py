"""A string for a schema's `pattern`, made by reading the pattern once from left to right.

Nothing is ever matched against a pattern: a user's could keep an engine busy for ever. What is not
read here (lookaround, references to groups, named classes) makes the whole pattern unread.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from string import ascii_letters, ascii_lowercase, digits

#: Longer patterns are not read, nor is more made of one.
LONGEST_PATTERN, LONGEST_TEXT = 1_000, 1_000
_DEEPEST = 16
#: How much further than it must a repetition goes where it may.
_MORE = 3

_WORD = ascii_letters + digits + "_"
_VISIBLE = ascii_letters + digits + "-_.,:;!?/ "
_CLASSES: Mapping[str, str] = {
    "d": digits,
    "w": _WORD,
    "s": " ",
    "D": ascii_letters,
    "W": "-",
    "S": _WORD,
}
_CONTROLS: Mapping[str, str] = {"n": "\n", "t": "\t", "r": "\r"}


class _UnreadError(Exception):
    pass


class _Draw:
    """Where the parts of a text draw from; it pays for so many, as repetitions can be nested."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._left = LONGEST_TEXT

    def pay(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise _UnreadError


#: Makes a part of the text.
_Part = Callable[[_Draw], str]


def make_matching(pattern: str, rng: Random) -> str | None:
    """A text that a pattern matches, None where the pattern is not read, or asks for too much."""
    if len(pattern) > LONGEST_PATTERN:
        return None
    try:
        return _Reader(pattern).whole()(_Draw(rng))
    except _UnreadError:
        return None


class _Reader:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def whole(self) -> _Part:
        part = self._branches(0)
        if self._at < len(self._pattern):
            raise _UnreadError
        return part

    def _branches(self, depth: int) -> _Part:
        """Alternatives, up to the end or a closing parenthesis."""
        if depth > _DEEPEST:
            raise _UnreadError
        parts = [self._sequence(depth)]
        while self._takes("|"):
            parts.append(self._sequence(depth))
        return parts[0] if len(parts) == 1 else lambda draw: draw.rng.choice(parts)(draw)

    def _sequence(self, depth: int) -> _Part:
        parts = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            part = self._one(depth)
            least, most = self._times()
            parts.append(part if least == most == 1 else _repeated(part, least, most))
        return lambda draw: "".join([part(draw) for part in parts])

    def _one(self, depth: int) -> _Part:
        character = self._next()
        match character:
            case "^" | "$":
                return lambda _: ""
            case ".":
                return _any_of(ascii_lowercase)
            case "(":
                return self._group(depth)
            case "[":
                return _any_of(self._set())
            case "\\":
                return _any_of(self._escaped())
            case "*" | "+" | "?" | "{":
                raise _UnreadError
        return lambda _: character

    def _group(self, depth: int) -> _Part:
        if self._takes("?") and not self._takes(":"):
            raise _UnreadError
        part = self._branches(depth + 1)
        if not self._takes(")"):
            raise _UnreadError
        return part

    def _set(self) -> str:
        """The characters of a set in brackets."""
        negated = self._takes("^")
        # A bracket that comes first does not end the set.
        found = ["]"] if self._takes("]") else []
        while not self._takes("]"):
            character = self._next()
            characters = self._escaped() if character == "\\" else character
            if len(characters) == 1 and self._is_range():
                self._at += 1
                last = self._next()
                last = self._escaped() if last == "\\" else last
                characters = "".join(
                    map(chr, range(ord(characters), ord(last[-1:] or "~") + 1)[:128])
                )
            found.append(characters)
        named = "".join(found)
        return "".join(each for each in _VISIBLE if each not in named) if negated else named

    def _is_range(self) -> bool:
        """Whether a hyphen follows that has an end after it."""
        return self._pattern[self._at : self._at + 1] == "-" and self._pattern[
            self._at + 1 : self._at + 2
        ] not in ("", "]")

    def _escaped(self) -> str:
        character = self._next()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in "bB":
            return ""
        if character.isalnum() and character not in _CONTROLS:
            raise _UnreadError
        return _CONTROLS.get(character, character)

    def _times(self) -> tuple[int, int]:
        """How often the part before is to come."""
        least, most = 1, 1
        if self._takes("*"):
            least, most = 0, _MORE
        elif self._takes("+"):
            least, most = 1, 1 + _MORE
        elif self._takes("?"):
            least, most = 0, 1
        elif self._takes("{"):
            least, most = self._counted()
        else:
            return least, most
        if self._pattern[self._at : self._at + 1] in ("?", "+"):
            self._at += 1
        return least, most

    def _counted(self) -> tuple[int, int]:
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at : end].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise _UnreadError
        self._at = end + 1
        least = min(int(low), LONGEST_TEXT)
        if not comma:
            return least, least
        return least, max(least, min(int(high), least + _MORE) if high else least + _MORE)

    def _takes(self, character: str) -> bool:
        """Whether a character comes next, which then is read."""
        if self._pattern[self._at : self._at + 1] != character:
            return False
        self._at += 1
        return True

    def _next(self) -> str:
        if self._at >= len(self._pattern):
            raise _UnreadError
        self._at += 1
        return self._pattern[self._at - 1]


def _any_of(characters: str) -> _Part:
    # A class such as [a-zA-Z0-9 ] reads best in small letters.
    choice = [each for each in characters if each in ascii_lowercase] or list(characters)

    def part(draw: _Draw) -> str:
        draw.pay()
        return draw.rng.choice(choice) if choice else ""

    return part


def _repeated(part: _Part, least: int, most: int) -> _Part:
    def repeated(draw: _Draw) -> str:
        made = []
        for _ in range(draw.rng.randint(least, most)):
            draw.pay()
            made.append(part(draw))
        return "".join(made)

    return repeated

"""What pieces of text cost, by rules.

The vocabulary of the real tokenizers is not public, and no vocabulary is shipped here. What a word
costs is guessed from its length and from which letters stand side by side in it; what marks, blanks
and other scripts cost follows from a few rules. The numbers are fitted, see `older` and `newer`.
All costs are in hundredths of a token, so that sums are exact.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import groupby, pairwise

import attrs

from simtwin.api.tokens.scripts import script

#: A token in the unit that costs are in.
TOKEN = 100

#: Blanks of one kind go into tokens of this many.
_BLANKS = 16
#: Line ends into tokens of this many.
_LINE_ENDS = 64
#: As many costs are remembered as the words of a few windows of text: under 5 MB.
_REMEMBERED = 1 << 14

_SIGNED = re.compile(r"[\u0080-\u017f]")
# Said by what it is not: a million letters one by one would take Python 5 ms to compile.
_RARE = re.compile(r"[^\x00-\u017f]")


@attrs.frozen(eq=False)
class Scale:
    """What pieces cost with one vocabulary.

    Args:
        lengths: a word in small letters, by its length from 1 on; the last is for further letters.
        pairs: what two neighbouring letters add; `^` and `$` are the ends of a word, `~` is any
            letter like é, `#` any rarer one.
        words: common words of which length and letters tell wrongly, as they are written.
        title: what a capital in front adds: fixed, and for each letter.
        capitals: a word in capitals: fixed, for each letter, and for each token of the same word in
            small letters.
        marks: runs of marks, with the space before them, that do not cost what the rule says.
        first_marks: what the first of the marks in a run costs, repeated or not.
        further_marks: what every further one adds.
        spaced_marks: what a space before them adds.
        alike: the same mark repeated goes into tokens of this many.
    """

    lengths: Sequence[int]
    pairs: Mapping[tuple[str, str], int]
    words: Mapping[str, int]
    title: tuple[int, int]
    capitals: tuple[int, int, int]
    marks: Mapping[str, int]
    first_marks: int
    further_marks: int
    spaced_marks: int
    alike: int
    #: What a piece costs, as `cost` says; the last ones are remembered.
    price: Callable[[str], int] = attrs.field(init=False, repr=False)

    @price.default
    def _remembering(self) -> Callable[[str], int]:
        return lru_cache(_REMEMBERED)(partial(cost, self))


def cost(scale: Scale, piece: str) -> int:
    """What a piece, as `text` cuts them, costs in hundredths of a token."""
    body = piece.strip(" ")
    if not body:
        return _blanks(piece)
    first = body[0]
    if first.isascii():
        if first.isalpha():
            return word_cost(scale, body)
        if first.isdigit():
            return TOKEN * (1 + len(piece) - len(body))
        if first in "\n\t":
            return _blanks(piece)
        if first == "'" and body[1:].isalpha():
            return TOKEN
        return _marks(scale, piece, body)
    if is_latin(first):
        return word_cost(scale, body)
    if first == "\u2019" and body[1:].isalpha():
        return TOKEN
    return _foreign(piece, body)


def is_latin(letter: str) -> bool:
    """Whether a letter is of the Latin script."""
    return letter.isalpha() and (letter < "\u0250" or "\u1e00" <= letter <= "\u1eff")


def raw_word(scale: Scale, word: str) -> int:
    """What a word in small letters comes to by its length and letters; may be below a token."""
    common = scale.words.get(word)
    if common is not None:
        return common
    known = len(scale.lengths) - 1
    size = len(word)
    by_length = scale.lengths[min(size, known) - 1] + max(0, size - known) * scale.lengths[-1]
    ends = f"^{plain(word)}$"
    return by_length + sum(map(scale.pairs.__getitem__, pairwise(ends)))


def plain(word: str) -> str:
    """A word in small letters with one sign for all that are not English."""
    if word.isascii():
        return word
    return _RARE.sub("#", _SIGNED.sub("~", word))


def word_cost(scale: Scale, word: str) -> int:
    """What a word costs as it is written: whole tokens, as a guess between two is never right."""
    common = scale.words.get(word)
    if common is not None:
        return common
    small = word.lower()
    if len(small) != len(word):
        small = word
    if small == word:
        return _whole(raw_word(scale, word))
    if word[1:] == small[1:]:
        fixed, each = scale.title
        return _whole(raw_word(scale, small) + fixed + each * len(word))
    fixed, each, share = scale.capitals
    spelt = max(TOKEN, raw_word(scale, small))
    return _whole(fixed + each * len(word) + share * spelt // TOKEN)


def _whole(raw: int) -> int:
    return max(TOKEN, (raw + TOKEN // 2) // TOKEN * TOKEN)


def _blanks(piece: str) -> int:
    line_ends = piece.count("\n")
    others = len(piece) - line_ends
    return TOKEN * (-(-line_ends // _LINE_ENDS) - (-others // _BLANKS))


def _marks(scale: Scale, piece: str, body: str) -> int:
    known = scale.marks.get(piece)
    if known is not None:
        return known
    tokens = sum(-(-len(list(run)) // scale.alike) for _, run in groupby(body))
    spaced = scale.spaced_marks if len(piece) > len(body) else 0
    return scale.first_marks + scale.further_marks * (tokens - 1) + spaced


def _foreign(piece: str, body: str) -> int:
    known = script(body[0])
    spaces = TOKEN if piece[-1] == " " else 0
    return known.start + known.each * len(body) + spaces


def pair_costs(rows: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """The costs of pairs from a table of letters: `M` is nothing, `N` a tenth of a token."""
    return {
        (one, other): (ord(level) - ord("M")) * TOKEN // 10
        for one, levels in rows.items()
        for other, level in zip(rows, levels, strict=True)
    }


def word_costs(lists: Mapping[int, str]) -> dict[str, int]:
    """The costs of words from lists of those that cost the same."""
    return {word: price for price, words in lists.items() for word in words.split()}

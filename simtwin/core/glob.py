"""Globs: `*` is any text, `?` any one character, everything else is itself, in its case.

No engine that goes back over its steps: all places of the pattern that the text may have reached
are bits of one number, so a match takes one step for each character whatever the pattern.
"""

from __future__ import annotations

from functools import lru_cache

#: Over twice the longest name of a model.
LONGEST_GLOB = 200
#: The API takes no longer name of a model; what is longer fits no glob.
LONGEST_TEXT = 256


def fits(glob: str, text: str, longest: int = LONGEST_TEXT) -> bool:
    """Whether all of `text` is as `glob` says; one of more than `longest` characters never is."""
    if len(text) > longest:
        return False
    steps, any_step, stay, end = _table(glob)
    reached = 1
    for letter in text:
        reached = (reached & steps.get(letter, any_step)) << 1 | reached & stay
        if not reached:
            return False
    return bool(reached & end)


# As many as one settings document has rules.
@lru_cache(maxsize=1000)
def _table(glob: str) -> tuple[dict[str, int], int, int, int]:
    """For each letter the places that it leads on from; those that `?` does; those at a `*`; the end."""
    steps: dict[str, int] = {}
    any_step = stay = 0
    place = 1
    for letter in glob:
        if letter == "*":
            stay |= place
            continue
        if letter == "?":
            any_step |= place
        else:
            steps[letter] = steps.get(letter, 0) | place
        place <<= 1
    return {letter: places | any_step for letter, places in steps.items()}, any_step, stay, place

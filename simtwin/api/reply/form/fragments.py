"""How the input of a call is cut for a stream.

Without fine-grained streaming a field is held back until its value is whole, and then comes at once
in pieces of a few characters: "the model emits one complete key and value at a time"
(platform.claude.com/docs, "Fine-grained tool streaming").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

#: How many characters are in a fragment, by a random byte: recorded streams have 2 to 14.
_SIZES = tuple(2 + number * 13 // 256 for number in range(256))


def fragments(
    given: Mapping[str, Any], pieces: Sequence[str], rhythm: Iterator[int]
) -> Iterator[tuple[str, int]]:
    """The JSON of an input in fragments, each with the tokens that are written by then.

    Args:
        given: the input; empty where its JSON was cut.
        pieces: its JSON, one piece a token.
        rhythm: random bytes.
    """
    for field, tokens in _fields(given, pieces):
        held = tokens
        written = 0
        while written < len(field):
            text = field[written : written + _SIZES[next(rhythm)]]
            written += len(text)
            yield text, held
            held = 0


def _fields(given: Mapping[str, Any], pieces: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Each field's JSON, with the tokens that it took; what was cut is one field."""
    if len(given) < 2:
        yield "".join(pieces), len(pieces)
        return
    told = token = end = characters = 0
    last = len(given) - 1
    for place, (name, value) in enumerate(given.items()):
        text = json.dumps({name: value}, ensure_ascii=False)[1:-1]
        text = ("{" if place == 0 else ", ") + text + ("}" if place == last else "")
        end += len(text)
        while token < len(pieces) and characters < end:
            characters += len(pieces[token])
            token += 1
        yield text, token - told
        told = token

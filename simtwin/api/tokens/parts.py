"""What a request is counted from."""

from __future__ import annotations

import attrs


@attrs.frozen
class Weighed:
    """Tokens that were not counted from text, and how many characters' work that was."""

    tokens: int
    looked_at: int


#: A text to count, tokens, or tokens that took work.
Part = str | int | Weighed

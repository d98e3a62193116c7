"""What a key has used, by model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Tokens:
    """The token counts of one answer, as its `usage` object has them."""

    input: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    output: int = 0

    def __add__(self, other: Tokens) -> Tokens:
        return Tokens(
            self.input + other.input,
            self.cache_creation + other.cache_creation,
            self.cache_read + other.cache_read,
            self.output + other.output,
        )

    @property
    def total(self) -> int:
        """All of them, whatever they cost."""
        return self.input + self.cache_creation + self.cache_read + self.output


NO_TOKENS = Tokens()


@attrs.frozen
class Usage:
    """The requests of a key for one model and what they cost.

    `requests` counts by status; "none" stands for an answer that was cut off before its head.
    `aborted` are output tokens of answers that were not received whole.
    """

    requests: Mapping[str, int] = attrs.field(factory=dict)
    tokens: Tokens = NO_TOKENS
    aborted: int = 0

    def with_answer(self, status: int | None, tokens: Tokens, *, whole: bool) -> Usage:
        """The usage with one more answer in it."""
        name = "none" if status is None else str(status)
        requests = {**self.requests, name: self.requests.get(name, 0) + 1}
        aborted = self.aborted + (0 if whole else tokens.output)
        return Usage(requests, self.tokens + tokens, aborted)

    def plus(self, other: Usage) -> Usage:
        """The sum of two, as a tenant's usage is of its keys'."""
        requests = dict(self.requests)
        for name, count in other.requests.items():
            requests[name] = requests.get(name, 0) + count
        return Usage(requests, self.tokens + other.tokens, self.aborted + other.aborted)

    def statistics(self) -> dict[str, Any]:
        """The usage as `GET /_twin/usage` tells it."""
        return {
            "requests": dict(sorted(self.requests.items())),
            "input_tokens": self.tokens.input,
            "cache_creation_input_tokens": self.tokens.cache_creation,
            "cache_read_input_tokens": self.tokens.cache_read,
            "output_tokens": self.tokens.output,
            "aborted_output_tokens": self.aborted,
        }

"""What an organization used, as its reports look at it: rows of requests that a model answered."""

from __future__ import annotations

from typing import Literal

import attrs

from simtwin.core.prices import BATCH, US, price
from simtwin.core.usage import Tokens

Tier = Literal["standard", "batch"]
Geo = Literal["global", "us", "not_available"]

#: Where the reports draw the line between the two windows: prompts of more tokens are long.
LONG_PROMPT = 200_000


@attrs.frozen
class Spent:
    """The usage of one request, or of several that are alike.

    Args:
        at: when, Unix time in seconds.
        key: the id of the API key.
        workspace: the id of its workspace, None for the default one.
        model: the id of the model.
        tokens: what it cost.
        written_1h: of the tokens written to the cache those that are there for an hour.
        searches: how often the web was searched.
        tier: whether it was a part of a batch.
        geo: where it was answered, as the request or its default says.
        long: whether the prompt was long.
        fast: whether it asked for fast mode.
        claude_code: whether the client was Claude Code.
        requests: how many requests it is of.
    """

    at: float
    key: str
    workspace: str | None
    model: str
    tokens: Tokens
    written_1h: int = 0
    searches: int = 0
    tier: Tier = "standard"
    geo: Geo = "global"
    long: bool = False
    fast: bool = False
    claude_code: bool = False
    requests: int = 1

    def plus(self, other: Spent) -> Spent:
        """The sum with a row that is alike."""
        return attrs.evolve(
            self,
            tokens=self.tokens + other.tokens,
            written_1h=self.written_1h + other.written_1h,
            searches=self.searches + other.searches,
            requests=self.requests + other.requests,
        )

    @property
    def context_window(self) -> str:
        """As the reports call it."""
        return "200k-1M" if self.long else "0-200k"

    def cents(self) -> dict[str, float]:
        """What it cost by the type of token, US cents; nothing where the price is not known."""
        prompt = self.tokens.input + self.tokens.cache_creation + self.tokens.cache_read
        # Of several requests none is longer than they are on the average, about.
        known = price(self.model, prompt // self.requests)
        if known is None:
            return {}
        factor = 100 * (BATCH if self.tier == "batch" else 1) * (US if self.geo == "us" else 1)
        parts = {
            "uncached_input_tokens": Tokens(input=self.tokens.input),
            "cache_creation.ephemeral_5m_input_tokens": Tokens(
                cache_creation=self.tokens.cache_creation - self.written_1h
            ),
            "cache_read_input_tokens": Tokens(cache_read=self.tokens.cache_read),
            "output_tokens": Tokens(output=self.tokens.output),
        }
        cents = {name: factor * known.dollars(tokens) for name, tokens in parts.items()}
        written = Tokens(cache_creation=self.written_1h)
        cents["cache_creation.ephemeral_1h_input_tokens"] = factor * known.dollars(
            written, self.written_1h
        )
        return {name: amount for name, amount in cents.items() if amount}

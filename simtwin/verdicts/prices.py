"""What an attempt cost in money, by the usage in its entry of the journal."""

from __future__ import annotations

from collections.abc import Mapping

from simtwin.core.prices import BATCH, price
from simtwin.core.usage import Tokens


def dollars(model: str | None, usage: Mapping[str, int], *, batched: bool = False) -> float | None:
    """What a usage costs, about; None where the price of the model is not known.

    A request of a batch, `batched`, costs half.

    A journal does not tell which part of what was written to the cache is kept for an hour, at
    twice the price of input, so all of it counts as kept for five minutes.
    """
    tokens = Tokens(
        usage.get("input_tokens", 0),
        usage.get("cache_creation_input_tokens", 0),
        usage.get("cache_read_input_tokens", 0),
        usage.get("output_tokens", 0),
    )
    prompt = tokens.input + tokens.cache_creation + tokens.cache_read
    known = price(model, prompt)
    return None if known is None else known.dollars(tokens) * (BATCH if batched else 1)

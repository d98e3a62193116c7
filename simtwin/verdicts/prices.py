"""What tokens cost, for saying what was wasted in money."""

from __future__ import annotations

from collections.abc import Mapping

#: US dollars a million tokens of input and of output, by the beginning of a model's name: the API's
#: models overview, 2026-11-21. A longer beginning wins.
PRICES: tuple[tuple[str, float, float], ...] = (
    ("claude-fable-5-2", 8, 40),
    ("claude-mythos-5-2", 8, 40),
    ("claude-haiku-5-5", 0.1, 0.5),
    ("claude-sonnet-5-5", 2, 10),
    ("claude-opus-5-5", 4, 20),
    ("claude-fable-5", 10, 50),
    ("claude-mythos-5", 10, 50),
    ("claude-opus-5", 5, 25),
    ("claude-sonnet-5", 2, 10),
    ("claude-opus-4-8", 5, 25),
    ("claude-opus-4-7", 5, 25),
    ("claude-opus-4-6", 5, 25),
    ("claude-sonnet-4-6", 3, 15),
    ("claude-opus-4-5", 5, 25),
    ("claude-haiku-4-5", 1, 5),
    ("claude-sonnet-4-5", 3, 15),
)
#: What is written to the cache costs more than input (for five minutes), what is read from it less.
CACHE_WRITE, CACHE_READ = 1.25, 0.1
_MILLION = 1_000_000


def dollars(model: str | None, usage: Mapping[str, int]) -> float | None:
    """What a usage costs, about; None where the price of the model is not known."""
    known = [row for row in PRICES if model is not None and model.startswith(row[0])]
    if not known:
        return None
    _, input_price, output_price = max(known, key=lambda row: len(row[0]))
    given = (
        usage.get("input_tokens", 0)
        + CACHE_WRITE * usage.get("cache_creation_input_tokens", 0)
        + CACHE_READ * usage.get("cache_read_input_tokens", 0)
    )
    return (given * input_price + usage.get("output_tokens", 0) * output_price) / _MILLION

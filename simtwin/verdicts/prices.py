"""What tokens cost, for saying about how much money was wasted."""

from __future__ import annotations

from collections.abc import Mapping

#: The day of the prices: of the API's models overview.
AS_OF = "2026-11-21"
#: US dollars a million tokens of input, of output and of what is read from the cache, by the beginning
#: of a model's name. A longer beginning wins.
PRICES: tuple[tuple[str, float, float, float], ...] = (
    ("claude-fable-5-2", 8, 40, 0.2),
    ("claude-mythos-5-2", 8, 40, 0.2),
    ("claude-haiku-5-5", 0.1, 0.5, 0.01),
    ("claude-sonnet-5-5", 2, 10, 0.2),
    ("claude-opus-5-5", 4, 20, 0.2),
    ("claude-fable-5", 10, 50, 1),
    ("claude-mythos-5", 10, 50, 1),
    ("claude-opus-5", 5, 25, 0.5),
    ("claude-sonnet-5", 2, 10, 0.2),
    ("claude-opus-4-8", 5, 25, 0.5),
    ("claude-opus-4-7", 5, 25, 0.5),
    ("claude-opus-4-6", 5, 25, 0.5),
    ("claude-sonnet-4-6", 3, 15, 0.3),
    ("claude-opus-4-5", 5, 25, 0.5),
    ("claude-haiku-4-5", 1, 5, 0.1),
    ("claude-sonnet-4-5", 3, 15, 0.3),
)
#: What is written to the cache costs more than input. A journal does not tell which part is kept
#: for an hour, at twice the price of input, so all of it counts as kept for five minutes.
CACHE_WRITE = 1.25
_MILLION = 1_000_000


def dollars(model: str | None, usage: Mapping[str, int]) -> float | None:
    """What a usage costs, about; None where the price of the model is not known."""
    known = [row for row in PRICES if model is not None and model.startswith(row[0])]
    if not known:
        return None
    _, given, produced, read = max(known, key=lambda row: len(row[0]))
    micros = (
        given * usage.get("input_tokens", 0)
        + given * CACHE_WRITE * usage.get("cache_creation_input_tokens", 0)
        + read * usage.get("cache_read_input_tokens", 0)
        + produced * usage.get("output_tokens", 0)
    )
    return micros / _MILLION

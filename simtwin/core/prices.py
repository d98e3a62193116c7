"""What tokens cost, in US dollars: for reports, budgets, and saying what was wasted."""

from __future__ import annotations

from functools import lru_cache

import attrs

from simtwin.core.usage import Tokens

#: The day of the prices: of the models overview that they are from.
AS_OF = "2026-11-21"

_MILLION = 1_000_000
#: "50% off input and output" (docs, message batches, 2026-08).
BATCH = 0.5
#: "1.1x" for inference in the United States alone, on the models since 4.6 (docs, pricing, 2026-11).
US = 1.1


@attrs.frozen
class Price:
    """The price of a model, US dollars a million tokens.

    Args:
        input: neither read from the cache nor written to it.
        output: what the model wrote.
        write_5m: written to the cache for five minutes.
        write_1h: written for an hour.
        read: read from the cache.
    """

    input: float
    output: float
    write_5m: float
    write_1h: float
    read: float

    def dollars(self, tokens: Tokens, written_1h: int = 0) -> float:
        """What an answer costs.

        Args:
            tokens: its usage.
            written_1h: how many of those written to the cache are there for an hour.
        """
        written_5m = tokens.cache_creation - written_1h
        return (
            tokens.input * self.input
            + written_5m * self.write_5m
            + written_1h * self.write_1h
            + tokens.cache_read * self.read
            + tokens.output * self.output
        ) / _MILLION


def _usual(input_price: float, output_price: float, read: float = 0.1) -> Price:
    """Writing to the cache is 1.25 and 2 times the input, reading `read` times."""
    return Price(input_price, output_price, 1.25 * input_price, 2 * input_price, read * input_price)


#: By the beginning of a model's name, of which the longest counts: the API's models overview
#: (2026-11-21), and for models that are retired what they cost last (its edition of 2025-10).
PRICES: tuple[tuple[str, Price], ...] = (
    ("claude-fable-5-2", _usual(8, 40, read=0.025)),
    ("claude-mythos-5-2", _usual(8, 40, read=0.025)),
    ("claude-fable-5", _usual(10, 50)),
    ("claude-mythos-5", _usual(10, 50)),
    ("claude-opus-5-5", _usual(4, 20, read=0.05)),
    ("claude-opus-5", _usual(5, 25)),
    ("claude-opus-4-8", _usual(5, 25)),
    ("claude-opus-4-7", _usual(5, 25)),
    ("claude-opus-4-6", _usual(5, 25)),
    ("claude-opus-4-5", _usual(5, 25)),
    ("claude-opus-4", _usual(15, 75)),
    ("claude-3-opus", _usual(15, 75)),
    ("claude-sonnet-5", _usual(2, 10)),
    ("claude-sonnet-4", _usual(3, 15)),
    ("claude-3-7-sonnet", _usual(3, 15)),
    ("claude-3-5-sonnet", _usual(3, 15)),
    ("claude-3-sonnet", _usual(3, 15)),
    ("claude-haiku-5-5", _usual(0.1, 0.5)),
    ("claude-haiku-4-5", _usual(1, 5)),
    ("claude-3-5-haiku", _usual(0.8, 4)),
    ("claude-3-haiku", _usual(0.25, 1.25)),
)
#: "Haiku 5.5 has a 100K-token prompt break" (likewise): past it all of the prompt costs this.
_LONG: tuple[str, int, Price] = ("claude-haiku-5-5", 100_000, _usual(0.5, 2.5))


_LONGEST = max(len(name) for name, _ in PRICES)


# Clients make up names of models as they like.
@lru_cache(maxsize=256)
def _known(beginning: str) -> Price | None:
    found = [row for row in PRICES if beginning.startswith(row[0])]
    return max(found, key=lambda row: len(row[0]))[1] if found else None


def price(model: str | None, prompt_tokens: int = 0) -> Price | None:
    """The price of a model, None where it is not known.

    Args:
        model: its name.
        prompt_tokens: how long the prompt was, which the price of some hangs on.
    """
    if model is None:
        return None
    name, most, dearer = _LONG
    if prompt_tokens > most and model.startswith(name):
        return dearer
    return _known(model[:_LONGEST])

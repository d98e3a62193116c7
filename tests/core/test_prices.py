"""What tokens cost."""

from __future__ import annotations

import pytest

from simtwin.api.models import MODELS
from simtwin.core.prices import Price, price
from simtwin.core.usage import Tokens


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("claude-fable-5-2", Price(8, 40, 10, 16, 0.2)),
        ("claude-opus-5-5", Price(4, 20, 5, 8, 0.2)),
        ("claude-opus-5", Price(5, 25, 6.25, 10, 0.5)),
        ("claude-opus-4-5-20251101", Price(5, 25, 6.25, 10, 0.5)),
        ("claude-opus-4-1-20250805", Price(15, 75, 18.75, 30, 1.5)),
        ("claude-sonnet-5-5", Price(2, 10, 2.5, 4, 0.2)),
        ("claude-haiku-4-5-20251001", Price(1, 5, 1.25, 2, 0.1)),
    ],
)
def test_the_longest_beginning_of_a_name_decides(model: str, expected: Price) -> None:
    known = price(model)

    assert known is not None
    assert (known.input, known.output) == (expected.input, expected.output)
    assert (known.write_5m, known.write_1h) == (expected.write_5m, expected.write_1h)
    assert known.read == pytest.approx(expected.read)


def test_what_is_no_model_has_no_price() -> None:
    assert price("gpt-9") is None
    assert price(None) is None


def test_every_model_that_is_listed_has_a_price_but_the_one_that_was_never_sold() -> None:
    unpriced = [model.id for model in MODELS if model.listed and price(model.id) is None]

    assert unpriced == ["claude-mythos-preview"]


def test_a_long_prompt_is_dearer_where_the_model_says_so() -> None:
    short, long = price("claude-haiku-5-5", 100_000), price("claude-haiku-5-5", 100_001)

    assert short is not None
    assert long is not None
    assert (short.input, long.input) == (0.1, 0.5)
    assert price("claude-opus-5", 900_000) == price("claude-opus-5")


def test_each_sort_of_token_has_its_price() -> None:
    known = price("claude-opus-5")

    assert known is not None
    cost = known.dollars(Tokens(1_000_000, 2_000_000, 1_000_000, 1_000_000), written_1h=1_000_000)
    assert cost == pytest.approx(5 + 6.25 + 10 + 0.5 + 25)

"""Which gateways a twin is started with, and what cannot be said of them."""

from __future__ import annotations

from typing import Any

import pytest

from simtwin.api.gateways.rules import RULES
from simtwin.edge.gateways.chosen import chosen
from simtwin.edge.gateways.litellm import LiteLLM
from simtwin.edge.gateways.mintoken import Mintoken
from simtwin.edge.options import Options, OptionsError


def options(**told: Any) -> Options:
    return Options(seed=7, **told)


def test_a_twin_has_the_gateways_that_are_asked_for_each_once() -> None:
    named = options(gateways=("mintoken", "litellm", "mintoken"), litellm_master_key="sk-1234")

    litellm, mintoken = chosen(named)

    assert isinstance(litellm, LiteLLM)
    assert isinstance(mintoken, Mintoken)
    assert (litellm.master_key, mintoken.keys, mintoken.rules) == ("sk-1234", (), RULES)
    assert "sk-1234" not in repr(litellm) + repr(named)
    assert not chosen(options())


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"litellm_master_key": "sk-1"}, "--litellm-master-key: there is no --gateway litellm"),
        ({"mintoken_keys": ("mt",)}, "--mintoken-key: there is no --gateway mintoken"),
        ({"mintoken_rules": "Be brief."}, "--mintoken-rules: there is no --gateway mintoken"),
        ({"gateways": ("litellm",), "litellm_master_key": ""}, "--litellm-master-key: an empty"),
        ({"gateways": ("mintoken",), "mintoken_keys": ("mt", "")}, "--mintoken-key: an empty"),
        ({"gateways": ("mintoken",), "mintoken_rules": " "}, "--mintoken-rules: rules without"),
        (
            {"gateways": ("mintoken",), "mintoken_rules": "a" * 100_001},
            "--mintoken-rules: at most 100,000 characters, not 100,001",
        ),
    ],
)
def test_what_cannot_be_is_said_by_its_option(told: dict[str, Any], why: str) -> None:
    with pytest.raises(OptionsError) as caught:
        chosen(options(**told))

    assert str(caught.value).startswith(why)
    assert options(**told).speaks_of_gateways

"""Models: names and aliases, what `GET /v1/models` shows, and what the SDK makes of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from anthropic.types import ModelInfo
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.models import MODELS, Model, answer_name, info, page, resolve
from simtwin.api.pages import Query
from simtwin.api.tiers import POOLS

LISTED = [model.id for model in MODELS if model.listed]
RETIRED = [model.id for model in MODELS if not model.listed]

ALIASES = {
    "claude-opus-4-5": "claude-opus-4-5-20251101",
    "claude-sonnet-4-5": "claude-sonnet-4-5-20250929",
    "claude-haiku-4-5": "claude-haiku-4-5-20251001",
    "claude-opus-4-1": "claude-opus-4-1-20250805",
    "claude-opus-4-0": "claude-opus-4-20250514",
    "claude-opus-4": "claude-opus-4-20250514",
    "claude-sonnet-4-0": "claude-sonnet-4-20250514",
    "claude-sonnet-4": "claude-sonnet-4-20250514",
    "claude-3-7-sonnet-latest": "claude-3-7-sonnet-20250219",
    "claude-3-7-sonnet": "claude-3-7-sonnet-20250219",
    "claude-3-5-sonnet-latest": "claude-3-5-sonnet-20241022",
    "claude-3-5-sonnet": "claude-3-5-sonnet-20241022",
    "claude-3-5-haiku-latest": "claude-3-5-haiku-20241022",
    "claude-3-5-haiku": "claude-3-5-haiku-20241022",
    "claude-3-opus-latest": "claude-3-opus-20240229",
    "claude-3-opus": "claude-3-opus-20240229",
    "claude-3-haiku": "claude-3-haiku-20240307",
    "claude-3-sonnet": "claude-3-sonnet-20240229",
}


def known(name: str) -> Model:
    model = resolve(name)
    assert model is not None
    return model


def ids(listing: dict[str, Any]) -> list[str]:
    return [entry["id"] for entry in listing["data"]]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_the_sdk_takes_every_model_for_a_model_info(model: Model) -> None:
    parsed = ModelInfo.model_validate(info(model), strict=False, extra="forbid")

    assert (parsed.id, parsed.lifecycle, parsed.line) == (model.id, model.lifecycle, model.line)
    assert parsed.to_dict(mode="json") == info(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.id)
def test_every_id_is_served_and_shares_the_limits_of_a_pool(model: Model) -> None:
    assert resolve(model.id) is model
    assert model.pool in POOLS


@pytest.mark.parametrize(("alias", "name"), ALIASES.items())
def test_an_alias_is_another_name_of_a_model(alias: str, name: str) -> None:
    assert known(alias) is known(name)


def test_there_are_no_other_aliases() -> None:
    assert {alias for model in MODELS for alias in model.aliases} == set(ALIASES)


@pytest.mark.parametrize("name", ["claude-does-not-exist", "", "Claude-Opus-5", "claude-opus-5 "])
def test_any_other_name_is_no_model(name: str) -> None:
    assert resolve(name) is None


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        # Each of these pairs is in a recorded exchange.
        ("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"),
        ("claude-haiku-4-5", "claude-haiku-4-5-20251001"),
        ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
        ("claude-3-5-haiku-latest", "claude-3-5-haiku-latest"),
        ("claude-3-opus-20240229", "claude-3-opus-20240229"),
        ("claude-opus-5", "claude-opus-5"),
    ],
)
def test_an_answer_names_its_model_as_recorded(asked: str, answered: str) -> None:
    assert answer_name(asked, known(asked)) == answered


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("claude-opus-5-5", (1_000_000, 128_000)),
        ("claude-opus-4-5", (200_000, 64_000)),
        ("claude-opus-4-1", (200_000, 32_000)),
        ("claude-opus-4-0", (200_000, 32_000)),
        ("claude-sonnet-4-0", (200_000, 64_000)),
        ("claude-3-7-sonnet-latest", (200_000, 64_000)),
        ("claude-3-5-sonnet-20240620", (200_000, 8_192)),
        ("claude-3-opus-20240229", (200_000, 4_096)),
        ("claude-2.0", (100_000, 4_096)),
    ],
)
def test_a_model_has_the_limits_of_its_time(name: str, limits: tuple[int, int]) -> None:
    model = known(name)

    assert (model.max_input_tokens, model.max_tokens) == limits


@pytest.mark.parametrize(
    ("name", "pool"),
    [
        ("claude-mythos-5-2", "claude-fable-5.x"),
        ("claude-opus-4-6", "claude-opus-4.x"),
        ("claude-3-opus-20240229", "claude-opus-4.x"),
        ("claude-opus-4-1", "claude-opus-4.x"),
        ("claude-sonnet-4", "claude-sonnet-4.x"),
        ("claude-3-sonnet", "claude-sonnet-4.x"),
        ("claude-2.1", "claude-sonnet-4.x"),
        ("claude-3-haiku", "claude-haiku-3.5"),
        ("claude-3-5-haiku", "claude-haiku-3.5"),
        ("claude-haiku-4-5", "claude-haiku-4.5"),
    ],
)
def test_a_model_without_a_pool_of_its_own_shares_that_of_its_line(name: str, pool: str) -> None:
    assert known(name).pool == pool


def test_what_no_source_says_is_named_as_assumed() -> None:
    assert set(known("claude-3-opus").assumed) >= {"pool", "max_input_tokens", "created_at"}
    assert "max_tokens" not in known("claude-3-opus").assumed
    assert "created_at" in known("claude-fable-5-1").assumed
    assert known("claude-opus-5").assumed == ("features",)


def listed(**query: Any) -> dict[str, Any]:
    return page(Query(urlencode(query, doseq=True).encode()))


def test_the_list_is_of_nineteen_models_newest_first() -> None:
    listing = listed()

    assert len(LISTED) == 19
    assert ids(listing) == LISTED
    assert LISTED[:2] == ["claude-fable-5-2", "claude-mythos-5-2"]
    created = [entry["created_at"] for entry in listing["data"]]
    assert created == sorted(created, reverse=True)
    assert listing["has_more"] is False
    assert (listing["first_id"], listing["last_id"]) == (LISTED[0], LISTED[-1])


@given(st.integers(1, 25))
def test_pages_forward_and_backward_meet_every_model_once(limit: int) -> None:
    forward: list[str] = []
    listing = listed(limit=limit)
    forward += ids(listing)
    while listing["has_more"]:
        listing = listed(limit=limit, after_id=listing["last_id"])
        forward += ids(listing)

    backward: list[str] = [LISTED[-1]]
    listing = listed(limit=limit, before_id=LISTED[-1])
    backward = ids(listing) + backward
    while listing["has_more"]:
        listing = listed(limit=limit, before_id=listing["first_id"])
        backward = ids(listing) + backward

    assert forward == backward == LISTED


def test_two_cursors_bound_a_page_on_both_sides() -> None:
    listing = listed(limit=2, after_id=LISTED[0], before_id=LISTED[4])

    assert ids(listing) == LISTED[1:3]
    assert listing["has_more"] is True


@pytest.mark.parametrize(
    "cursors", [{"after_id": "no"}, {"before_id": "no"}, {"after_id": "no", "before_id": "no"}]
)
def test_an_unknown_cursor_has_nothing_behind_it(cursors: dict[str, str]) -> None:
    listing = listed(limit=1, **cursors)

    assert listing == {"data": [], "has_more": False, "first_id": None, "last_id": None}


@pytest.mark.parametrize(
    ("lifecycle", "models"),
    [
        (["active"], [name for name in LISTED if known(name).lifecycle == "active"]),
        (["deprecated"], ["claude-mythos-preview", "claude-sonnet-4-5-20250929"]),
        (["retired"], RETIRED),
        (["deprecated", "active"], LISTED),
        (["active", "deprecated", "retired"], [model.id for model in MODELS]),
    ],
)
def test_the_list_can_be_of_one_stage_of_life(lifecycle: list[str], models: list[str]) -> None:
    assert ids(listed(limit=1000, **{"lifecycle[]": lifecycle})) == models


@pytest.mark.parametrize(
    ("limit", "lifecycle", "message"),
    [
        (0, [], "limit: Input should be greater than or equal to 1"),
        ("1001", [], "limit: Input should be less than or equal to 1000"),
        (
            "ten",
            [],
            "limit: Input should be a valid integer, unable to parse string as an integer",
        ),
        (
            20,
            ["active", "gone"],
            "lifecycle.1: Input should be 'active', 'deprecated' or 'retired'",
        ),
    ],
)
def test_a_page_that_cannot_be_is_a_400(
    limit: int | str, lifecycle: list[str], message: str
) -> None:
    with pytest.raises(Rejected) as rejected:
        listed(limit=limit, lifecycle=lifecycle)

    assert (rejected.value.error.status, rejected.value.error.message) == (400, message)


@pytest.mark.parametrize(
    ("name", "thinking", "effort"),
    [
        ("claude-opus-5-5", {"adaptive"}, {"low", "medium", "high", "xhigh", "max"}),
        ("claude-opus-5", {"adaptive", "disabled"}, {"low", "medium", "high", "xhigh", "max"}),
        ("claude-opus-4-6", {"adaptive", "disabled", "enabled"}, {"low", "medium", "high", "max"}),
        ("claude-opus-4-5", {"disabled", "enabled"}, {"low", "medium", "high"}),
        ("claude-haiku-4-5", {"disabled", "enabled"}, set()),
        ("claude-3-haiku", {"disabled"}, set()),
    ],
)
def test_the_list_shows_what_thinking_and_effort_a_model_takes(
    name: str, thinking: set[str], effort: set[str]
) -> None:
    capabilities = info(known(name))["capabilities"]

    types = capabilities["thinking"]["types"]
    assert {kind for kind, support in types.items() if support["supported"]} == thinking
    levels = {kind for kind, support in capabilities["effort"].items() if support == SUPPORTED}
    assert levels == effort
    assert capabilities["effort"]["supported"] is bool(effort)


SUPPORTED = {"supported": True}

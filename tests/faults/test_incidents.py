"""The incidents that come with simtwin, each as it was told: what fails when, and what does not."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from rule_site import Site

from simtwin.core.asked import Asked
from simtwin.core.profile import parse
from simtwin_faults import KINDS, profiles

MODELS = (
    "claude-opus-4-8",
    "claude-opus-4-7",
    "claude-opus-4-6",
    "claude-sonnet-4-6",
    "claude-haiku-4-5",
)
CREATE = Asked("messages", "POST", "/v1/messages", MODELS[0], stream=False, answers=True)
MINUTE = 60


def site(name: str) -> Site:
    return Site(parse(profiles.texts()[name], name, KINDS).rules)


def share(
    incident: Site, model: str, minutes: tuple[int, int], rules: tuple[str, ...] = ()
) -> float:
    """Which part of 600 requests in that time, from as many keys as there are, meets a fault."""
    met, (start, end) = 0, minutes
    for n in range(600):
        at = MINUTE * (start + (end - start) * n / 600)
        fate, taken = incident.ask(f"k{n % 7}", at, attrs.evolve(CREATE, model=model))
        incident.commons.leave(taken)
        met += any(not rules or rule in rules for rule in fate.rules)
    return met / 600


@pytest.mark.parametrize(
    ("minutes", "failing"),
    [
        ((0, 37), set(MODELS) - {"claude-haiku-4-5"}),
        ((37, 117), {"claude-opus-4-8"}),
        ((117, 200), set()),
    ],
)
def test_one_in_ten_fails_of_all_large_models_and_then_of_one(
    minutes: tuple[int, int], failing: set[str]
) -> None:
    shares = {
        model: share(site("flagship_10pct_then_single_model"), model, minutes) for model in MODELS
    }

    assert {model for model, met in shares.items() if met} == failing
    # One in ten of 600 draws, with four deviations of 0.012.
    assert all(0.05 < shares[model] < 0.15 for model in failing)


@pytest.mark.parametrize(
    ("model", "minute"),
    [("claude-opus-4-7", 48), ("claude-sonnet-4-6", 68), ("claude-opus-4-6", 88)],
)
def test_the_models_recover_one_after_another(model: str, minute: int) -> None:
    refusals = ("opus-4-7", "sonnet-4-6", "opus-4-6")

    early, last, after = (
        share(site("staggered_recovery"), model, minutes, refusals)
        for minutes in ((0, 30), (minute - 1, minute), (minute, 200))
    )

    # 0.7 and 0.13 of 600 draws, with four deviations.
    assert 0.62 < early < 0.78
    assert 0.07 < last < 0.19
    assert after == 0


def test_those_who_fall_back_overload_what_they_fall_back_to() -> None:
    incident = site("spillover")
    sonnet = attrs.evolve(CREATE, model="claude-sonnet-4-6")
    opus = share(incident, "claude-opus-4-8", (0, 60))
    alone = share(incident, "claude-sonnet-4-6", (10, 70))
    early = [bool(incident.ask(f"a{n}", 5 * MINUTE, sonnet)[0].rules) for n in range(8)]
    late = [bool(incident.ask(f"b{n}", 20 * MINUTE, sonnet)[0].rules) for n in range(3)]

    assert 0.7 < opus < 0.9
    assert alone == 0
    assert not any(early)
    assert all(late)


@pytest.mark.parametrize(
    ("minute", "size", "met"),
    [
        (0, 229_377, ["first-burst", "first-burst-late"]),
        (29, 9_000_000, ["first-burst", "first-burst-late"]),
        (0, 229_376, []),
        (45, 229_377, []),
        (60, 229_377, ["second-burst", "second-burst-late"]),
        (90, 229_377, []),
    ],
)
def test_only_large_requests_get_the_page_of_the_edge(
    minute: int, size: int, met: list[str]
) -> None:
    incident = site("edge_504_by_size")

    fate, _ = incident.ask("k1", minute * MINUTE, CREATE, body_bytes=size)

    assert list(fate.rules) == met
    assert [each.kind for each in fate.fired] == (["page", "latency"] if met else [])


def test_four_requests_are_never_answered_and_the_fifth_finds_a_gateway_without_an_origin() -> None:
    incident = site("timeouts_then_520")

    fates: list[Any] = [incident.ask("k1", 600 * n, CREATE)[0].fired for n in range(7)]

    assert [[each.kind for each in fired] for fired in fates] == [
        *([["hang"]] * 4),
        ["page"],
        [],
        [],
    ]

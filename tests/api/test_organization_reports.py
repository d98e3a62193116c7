"""Reports of what an organization used and what that cost."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.api.organization import claude_code_report, cost_report, usage_report
from simtwin.api.organization.organization import Call, Founded
from simtwin.api.pages import Query
from simtwin.api.tiers import Limits
from simtwin.core.spent import Spent
from simtwin.core.usage import Tokens

# 2026-11-21T00:00:00Z
DAY = 1_795_219_200.0
MIB = 1_000_000


def call(query: str, at: float = DAY + 86_400) -> Call:
    founded = Founded("an organization", "first", DAY)
    return Call(founded, at, {}, Query(query.encode()), {}, Limits(), newer=True, name="")


def row(at: float = DAY, **fields: Any) -> Spent:
    given_fields: dict[str, Any] = {"key": "k1", "workspace": None, "model": "claude-opus-5"}
    return Spent(at, **{**given_fields, "tokens": Tokens(100, 50, 10, 20), **fields})


rows = st.lists(
    st.builds(
        row,
        at=st.floats(DAY, DAY + 3 * 86_400, exclude_max=True),
        key=st.sampled_from(["k1", "k2"]),
        workspace=st.sampled_from([None, "w1"]),
        model=st.sampled_from(["claude-opus-5", "claude-sonnet-5", "claude-nothing"]),
        tokens=st.builds(Tokens, *[st.integers(0, 1_000)] * 4),
        tier=st.sampled_from(["standard", "batch"]),
    ),
    max_size=12,
)


@given(rows, st.sampled_from(["1d", "1h"]), st.sets(st.sampled_from([*usage_report.DIMENSIONS])))
def test_buckets_and_groups_add_up_to_all_that_was_used(
    used: list[Spent], width: str, by: set[str]
) -> None:
    grouping = "".join(f"&group_by[]={name}" for name in sorted(by))
    query = f"starting_at=2026-11-21T00:00:00Z&ending_at=2026-11-24T00:00:00Z&bucket_width={width}&limit=31{grouping}"
    found: list[Any] = []
    page = usage_report.report(used, call(query))
    found += page["data"]
    while page["has_more"]:
        page = usage_report.report(used, call(f"{query}&page={page['next_page']}"))
        found += page["data"]

    assert len(found) == (3 if width == "1d" else 72)
    results = [result for bucket in found for result in bucket["results"]]
    assert sum(result["output_tokens"] for result in results) == sum(r.tokens.output for r in used)
    assert sum(result["uncached_input_tokens"] for result in results) == sum(
        r.tokens.input for r in used
    )
    assert all(bucket["starting_at"] < bucket["ending_at"] for bucket in found)


def test_a_result_names_the_groups_that_were_asked_for_and_no_others() -> None:
    query = "starting_at=2026-11-21T00:00:00Z&group_by[]=model&group_by[]=api_key_id"
    used = [row(), row(key="k2"), row(model="claude-sonnet-5", written_1h=30, searches=2)]
    bucket = usage_report.report(used, call(query))["data"][0]

    assert [(each["model"], each["api_key_id"]) for each in bucket["results"]] == [
        ("claude-opus-5", "k1"),
        ("claude-opus-5", "k2"),
        ("claude-sonnet-5", "k1"),
    ]
    assert bucket["results"][2] == {
        "uncached_input_tokens": 100,
        "cache_creation": {"ephemeral_1h_input_tokens": 30, "ephemeral_5m_input_tokens": 20},
        "cache_read_input_tokens": 10,
        "output_tokens": 20,
        "server_tool_use": {"web_search_requests": 2},
        "api_key_id": "k1",
        "workspace_id": None,
        "model": "claude-sonnet-5",
        "service_tier": None,
        "context_window": None,
        "inference_geo": None,
        "account_id": None,
        "service_account_id": None,
    }


def test_usage_can_be_of_some_keys_models_and_tiers_alone() -> None:
    used = [row(), row(key="k2"), row(tier="batch"), row(model="claude-sonnet-5")]
    query = "starting_at=2026-11-21T00:00:00Z&api_key_ids[]=k1&models[]=claude-opus-5&service_tiers[]=standard"

    (result,) = usage_report.report(used, call(query))["data"][0]["results"]
    assert result["output_tokens"] == 20


def test_a_cost_is_told_in_cents_by_the_price_of_each_sort_of_token() -> None:
    used = [row(tokens=Tokens(MIB, 2 * MIB, MIB, MIB), written_1h=MIB, searches=3)]
    query = "starting_at=2026-11-21T00:00:00Z&group_by[]=description"
    lines = cost_report.report(used, call(query))["data"][0]["results"]

    assert {line["token_type"] or line["cost_type"]: line["amount"] for line in lines} == {
        "uncached_input_tokens": "500",
        "cache_creation.ephemeral_5m_input_tokens": "625",
        "cache_creation.ephemeral_1h_input_tokens": "1000",
        "cache_read_input_tokens": "50",
        "output_tokens": "2500",
        "web_search": "3",
    }


def test_a_batch_costs_half_and_inference_in_one_country_a_tenth_more() -> None:
    def cost(**fields: Any) -> str:
        used = [row(tokens=Tokens(output=MIB), **fields)]
        (line,) = cost_report.report(used, call("starting_at=2026-11-21"))["data"][0]["results"]
        return str(line["amount"])

    assert (cost(), cost(tier="batch"), cost(geo="us")) == ("2500", "1250", "2750")


def test_costs_are_of_the_organization_or_of_each_workspace() -> None:
    used = [row(tokens=Tokens(output=MIB)), row(tokens=Tokens(output=MIB), workspace="w1")]
    together = cost_report.report(used, call("starting_at=2026-11-21"))
    apart = cost_report.report(used, call("starting_at=2026-11-21&group_by[]=workspace_id"))

    assert [each["amount"] for each in together["data"][0]["results"]] == ["5000"]
    assert [(r["workspace_id"], r["amount"]) for r in apart["data"][0]["results"]] == [
        (None, "2500"),
        ("w1", "2500"),
    ]


def test_claude_code_is_told_of_by_key_and_day() -> None:
    used = [
        row(claude_code=True),
        row(DAY + 5, claude_code=True, model="claude-sonnet-5"),
        row(),
        row(DAY + 86_400, claude_code=True),
    ]
    report = claude_code_report.report(used, call("starting_at=2026-11-21"), {"k1": "laptop"})

    (record,) = report["data"]
    assert record["actor"] == {"type": "api_actor", "api_key_name": "laptop"}
    assert [each["model"] for each in record["model_breakdown"]] == [
        "claude-opus-5",
        "claude-sonnet-5",
    ]
    assert record["model_breakdown"][0]["tokens"]["output"] == 20


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("", "starting_at: Field required"),
        ("starting_at=x", "starting_at: Input should be a valid datetime, invalid character"),
        (
            "starting_at=2026-11-21&ending_at=2026-11-20",
            "ending_at: must be after starting_at",
        ),
        ("starting_at=2026-11-21&limit=32", "limit: Input should be less than or equal to 31"),
        (
            "starting_at=2026-11-21&bucket_width=2d",
            "bucket_width: Input should be '1d', '1h' or '1m'",
        ),
        ("starting_at=2026-11-21&page=2", "page: Invalid page token"),
    ],
)
def test_a_report_that_cannot_be_is_a_400(query: str, message: str) -> None:
    with pytest.raises(Rejected) as rejected:
        usage_report.report([], call(query))

    assert (rejected.value.error.status, rejected.value.error.message) == (400, message)

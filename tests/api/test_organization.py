"""The Admin API's operations on an organization, as values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import ApiError
from simtwin.api.holdings import Holdings
from simtwin.api.organization.invites import LIFE, accepted
from simtwin.api.organization.operations import OPERATIONS, operate
from simtwin.api.organization.organization import Call, Founded, Operation
from simtwin.api.pages import Query
from simtwin.api.tiers import Limits

AT = 1_795_293_748.0
FOUNDED = Founded("6f2c0f4e-0000-4000-8000-000000000000", "first", AT - 100)
NAMES = ("one", "two", "three")


class Console:
    """An organization, asked one thing after the other."""

    def __init__(self) -> None:
        self.holdings = Holdings()
        self.at = AT
        self.made = 0

    def ask(
        self,
        name: str | Operation,
        body: Any = None,
        *,
        query: str = "",
        **path: str,
    ) -> Any:
        """The answer; an `ApiError` where it is one."""
        self.made += 1
        call = Call(
            FOUNDED,
            self.at,
            path,
            Query(query.encode()),
            dict(body or {}),
            Limits(),
            newer=True,
            name=f"call {self.made}",
        )
        operation = OPERATIONS[f"organization_{name}"] if isinstance(name, str) else name
        self.holdings, answer = operate(self.holdings, 0, operation=operation, call=call)
        return answer

    def refused(
        self, name: str, body: Mapping[str, Any] | None = None, **path: str
    ) -> tuple[int, str]:
        """The status and the words of a refusal, which changed nothing."""
        before = self.holdings
        answer = self.ask(name, body, query="", **path)
        assert isinstance(answer, ApiError)
        assert self.holdings == before
        return answer.status, answer.message

    def ids(self, name: str, query: str = "", **path: str) -> list[str]:
        """The ids of a list, whole."""
        return [each["id"] for each in self.ask(name, query=f"limit=1000&{query}", **path)["data"]]


@pytest.fixture
def console() -> Console:
    return Console()


def test_who_made_the_organization_is_its_first_member_and_an_admin(console: Console) -> None:
    (user,) = console.ask("users")["data"]

    assert (user["id"], user["role"]) == (FOUNDED.first_user, "admin")
    assert console.refused("users_update", {"role": "user"}, user_id=user["id"])[0] == 400
    assert console.refused("users_delete", user_id=user["id"])[0] == 400


def test_whoever_accepts_an_invite_is_a_member_by_its_role(console: Console) -> None:
    invite = console.ask("invites_create", {"email": "b@example.com", "role": "developer"})
    member = console.ask(accepted, invite_id=invite["id"])

    assert console.ids("users") == [member["id"], FOUNDED.first_user]
    assert member["role"] == "developer"
    assert console.ask("invites_retrieve", invite_id=invite["id"])["status"] == "accepted"
    assert console.refused("invites_delete", invite_id=invite["id"])[0] == 400
    assert console.refused("invites_create", {"email": "b@example.com", "role": "user"})[0] == 400


def test_an_invite_lasts_21_days_and_can_then_be_made_again(console: Console) -> None:
    body = {"email": "b@example.com", "role": "user"}
    invite = console.ask("invites_create", body)
    assert console.refused("invites_create", body)[1].startswith("There is a pending invite")
    console.at += LIFE

    assert console.ask("invites_retrieve", invite_id=invite["id"])["status"] == "expired"
    assert console.ids("invites", "statuses[]=pending") == []
    assert isinstance(console.ask(accepted, invite_id=invite["id"]), ApiError)
    assert console.ask("invites_create", body)["status"] == "pending"


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("invites_create", {"email": "b@example.com"}, "role: Field required"),
        (
            "invites_create",
            {"email": "b@example.com", "role": "admin"},
            "role: Input should be 'billing', 'claude_code_user', 'developer', 'managed' or 'user'",
        ),
        ("workspaces_create", {}, "name: Field required"),
        ("workspaces_create", {"name": "a", "size": 1}, "size: Extra inputs are not permitted"),
        (
            "workspaces_create",
            {"name": "a", "tags": {"anthropic-x": "y"}},
            "tags: Tag keys may not begin with 'anthropic': anthropic-x",
        ),
        (
            "workspaces_create",
            {"name": "a", "tags": {"x": None}},
            "tags.x: Input should be a valid string",
        ),
        (
            "workspaces_create",
            {"name": "a", "display_color": "red"},
            "display_color: String should match pattern '^#[0-9a-fA-F]{6}$'",
        ),
    ],
)
def test_a_body_that_will_not_do_is_a_400_that_names_the_field(
    console: Console, name: str, body: dict[str, Any], message: str
) -> None:
    assert console.refused(name, body) == (400, message)


def test_a_workspace_changes_what_is_given_and_keeps_the_rest(console: Console) -> None:
    made = console.ask("workspaces_create", {"name": "a", "tags": {"x": "1", "y": "2"}})
    now = console.ask(
        "workspaces_update",
        {"display_color": "#000000", "tags": {"x": None}},
        workspace_id=made["id"],
    )

    assert now == {**made, "display_color": "#000000", "tags": {"y": "2"}}
    assert console.ask("workspaces_retrieve", workspace_id=made["id"]) == now


def test_a_key_of_encryption_is_set_once(console: Console) -> None:
    made = console.ask("workspaces_create", {"name": "a", "external_key_id": "k1"})

    assert console.refused(
        "workspaces_update", {"external_key_id": "k2"}, workspace_id=made["id"]
    ) == (400, "external_key_id: cannot be changed once it is set")


def test_an_archived_workspace_is_listed_where_asked_for_and_takes_no_change(
    console: Console,
) -> None:
    made = console.ask("workspaces_create", {"name": "a"})
    assert console.ask("workspaces_archive", workspace_id=made["id"])["archived_at"] is not None

    assert console.ids("workspaces") == []
    assert console.ids("workspaces", "include_archived=true") == [made["id"]]
    assert console.refused("workspaces_update", {"name": "b"}, workspace_id=made["id"])[0] == 400


def test_the_default_workspace_is_there_and_stays_as_it_is(console: Console) -> None:
    default = FOUNDED.default_workspace

    assert console.ids("workspaces", "include_default=true") == [default]
    assert console.ask("workspaces_retrieve", workspace_id=default)["name"] == "Default"
    assert console.refused("workspaces_archive", workspace_id=default)[0] == 400


def test_a_member_of_a_workspace_goes_with_the_member_of_the_organization(console: Console) -> None:
    workspace = console.ask("workspaces_create", {"name": "a"})["id"]
    invite = console.ask("invites_create", {"email": "b@example.com", "role": "user"})
    user = console.ask(accepted, invite_id=invite["id"])["id"]
    role = {"user_id": user, "workspace_role": "workspace_developer"}
    added = console.ask("workspaces_members_create", role, workspace_id=workspace)
    assert added["workspace_role"] == "workspace_developer"
    assert console.refused("workspaces_members_create", role, workspace_id=workspace)[0] == 400

    console.ask("users_delete", user_id=user)

    assert console.ask("workspaces_members", workspace_id=workspace)["data"] == []
    assert console.refused("workspaces_members_create", role, workspace_id=workspace) == (
        404,
        "User not found",
    )


def test_a_workspace_has_its_own_limits_or_the_organizations(console: Console) -> None:
    workspace = console.ask("workspaces_create", {"name": "a"})["id"]
    opus = next(
        each
        for each in console.ask("rate_limits")["data"]
        if "claude-opus-4-8" in (each["models"] or ())
    )
    narrow = {"limits": [{"type": "requests_per_minute", "value": 5}]}
    path = {"workspace_id": workspace, "rate_limit_id": opus["id"]}
    console.ask("workspaces_rate_limits_update", narrow, **path)

    (own,) = console.ask("workspaces_rate_limits", workspace_id=workspace)["data"]
    assert [(each["type"], each["value"], each["org_limit"]) for each in own["limits"]] == [
        ("requests_per_minute", 5, 10_000)
    ]
    everything = console.ask(
        "workspaces_rate_limits", query="include_inherited=true", workspace_id=workspace
    )
    assert len(everything["data"]) == len(console.ask("rate_limits")["data"])

    console.ask(
        "workspaces_rate_limits_update",
        {"limits": [{"type": "requests_per_minute", "value": None}]},
        **path,
    )
    assert console.ask("workspaces_rate_limits", workspace_id=workspace)["data"] == []


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        (
            {"type": "requests_per_minute", "value": 10_001},
            "limits.0.value: exceeds the organization's, 10000",
        ),
        (
            {"type": "tool_uses_per_second", "value": 1},
            "limits.0.type: the group has no limit of this type",
        ),
        (
            {"type": "requests_per_minute", "value": 0},
            "limits.0.value: Input should be greater than or equal to 1",
        ),
    ],
)
def test_a_limit_that_cannot_be_changes_nothing(
    console: Console, limit: dict[str, Any], message: str
) -> None:
    workspace = console.ask("workspaces_create", {"name": "a"})["id"]
    (group,) = console.ask("rate_limits", query="model=claude-opus-5")["data"]

    assert console.refused(
        "workspaces_rate_limits_update",
        {"limits": [limit]},
        workspace_id=workspace,
        rate_limit_id=group["id"],
    ) == (400, message)


def test_limits_can_be_asked_of_one_group_or_model(console: Console) -> None:
    (one,) = console.ask("rate_limits", query="model=claude-opus-4-5")["data"]
    (counting,) = console.ask("rate_limits", query="group_type=token_count")["data"]
    (batches,) = console.ask("rate_limits", query="group_type=batch")["data"]

    assert "claude-opus-4-5-20251101" in one["models"]
    assert counting["models"] is batches["models"] is None
    assert batches["limits"] == [{"type": "requests_per_minute", "value": 4_000}]
    assert isinstance(console.ask("rate_limits", query="model=gpt"), ApiError)


steps = st.lists(
    st.tuples(st.sampled_from(["make", "rename", "archive", "list"]), st.integers(0, 4)),
    max_size=20,
)


@given(steps)
def test_workspaces_are_as_a_dictionary_of_them_would_be(history: list[tuple[str, int]]) -> None:
    console, model = Console(), dict[str, dict[str, Any]]()
    for step, number in history:
        wanted = [*model][number] if number < len(model) else "wrkspc_nobody"
        known = model.get(wanted)
        match step:
            case "make":
                made = console.ask("workspaces_create", {"name": f"w{number}"})
                model[made["id"]] = {"name": f"w{number}", "archived": False}
            case "rename":
                answer = console.ask("workspaces_update", {"name": "x"}, workspace_id=wanted)
                if known is None or known["archived"]:
                    assert isinstance(answer, ApiError)
                    assert answer.status == (404 if known is None else 400)
                else:
                    known["name"] = "x"
            case "archive":
                answer = console.ask("workspaces_archive", workspace_id=wanted)
                assert isinstance(answer, ApiError) == (known is None or known["archived"])
                if known is not None:
                    known["archived"] = True
            case _:
                listed = console.ask("workspaces", query="limit=1000&include_archived=1")["data"]
                assert {
                    each["id"]: {"name": each["name"], "archived": each["archived_at"] is not None}
                    for each in listed
                } == model
    assert set(console.ids("workspaces")) == {id_ for id_, w in model.items() if not w["archived"]}

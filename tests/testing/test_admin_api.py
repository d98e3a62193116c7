"""The Admin API by the real SDK, in virtual time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic, AuthenticationError, NotFoundError, RateLimitError

from simtwin.testing import VirtualTwin

HELLO: dict[str, Any] = {
    "model": "claude-opus-4-8",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


@pytest.fixture
def twin() -> Iterator[VirtualTwin]:
    with VirtualTwin(seed=3) as twin:
        yield twin


@pytest.fixture
def admin(twin: VirtualTwin) -> Anthropic:
    return twin.blocking_anthropic(
        api_key=twin.add_admin_key(), max_retries=0, _strict_response_validation=True
    )


def made_key(twin: VirtualTwin, admin: Anthropic, **fields: Any) -> tuple[str, Anthropic]:
    """A key that the Admin API made, and a client that has it."""
    made = admin.post("/v1/organizations/api_keys", body={"name": "made", **fields}, cast_to=object)
    assert isinstance(made, dict)
    return made["id"], twin.blocking_anthropic(api_key=made["api_key"], max_retries=0)


def test_a_workspace_lives_from_making_to_archiving(admin: Anthropic) -> None:
    workspaces = admin.organization.workspaces
    made = [workspaces.create(name=f"w{number}") for number in range(5)]

    assert [each.id for each in workspaces.list(limit=2)] == [each.id for each in made[::-1]]
    assert workspaces.update(made[0].id, name="other").name == "other"
    assert workspaces.archive(made[0].id).archived_at is not None
    assert made[0].id not in [each.id for each in workspaces.list()]
    with pytest.raises(NotFoundError):
        workspaces.retrieve("wrkspc_nobody")


def test_people_are_invited_listed_and_let_go(admin: Anthropic) -> None:
    invites = admin.organization.invites
    invite = invites.create(email="b@example.com", role="developer")

    assert invites.retrieve(invite.id).status == "pending"
    assert invites.delete(invite.id).type == "invite_deleted"
    assert [each.role for each in admin.organization.users.list()] == ["admin"]
    assert admin.organization.retrieve().type == "organization"


def test_a_key_that_was_made_answers_until_it_is_inactive(
    twin: VirtualTwin, admin: Anthropic
) -> None:
    keys = admin.organization.api_keys
    id_, client = made_key(twin, admin)
    assert client.messages.create(**HELLO).type == "message"

    assert keys.retrieve(id_).status == "active"
    assert id_ in [each.id for each in keys.list()]
    assert keys.update(id_, status="inactive", name="renamed").name == "renamed"
    with pytest.raises(AuthenticationError):
        client.messages.create(**HELLO)

    keys.update(id_, status="active")
    assert client.messages.create(**HELLO).type == "message"


def test_the_keys_of_an_archived_workspace_are_let_in_no_more(
    twin: VirtualTwin, admin: Anthropic
) -> None:
    workspace = admin.organization.workspaces.create(name="w").id
    id_, client = made_key(twin, admin, workspace_id=workspace)
    answer = client.messages.with_raw_response.create(**HELLO)
    assert answer.headers["anthropic-workspace-id"] == workspace

    admin.organization.workspaces.archive(workspace)

    with pytest.raises(AuthenticationError):
        client.messages.create(**HELLO)
    assert admin.organization.api_keys.retrieve(id_).status == "archived"


def test_a_limit_of_a_workspace_binds_its_keys_and_no_others(
    twin: VirtualTwin, admin: Anthropic
) -> None:
    organization = admin.organization
    workspace = organization.workspaces.create(name="w").id
    (limit,) = organization.rate_limits.list(model="claude-opus-4-8")
    organization.workspaces.rate_limits.update(
        limit.id,
        workspace_id=workspace,
        limits=[{"type": "requests_per_minute", "value": 1}],
    )
    _, client = made_key(twin, admin, workspace_id=workspace)
    answer = client.messages.with_raw_response.create(**HELLO)
    assert answer.headers["anthropic-ratelimit-requests-limit"] == "1"

    with pytest.raises(RateLimitError):
        client.messages.create(**HELLO)

    assert twin.blocking_anthropic(max_retries=0).messages.create(**HELLO).type == "message"
    twin.sleep(60)
    assert client.messages.create(**HELLO).type == "message"


def test_the_reports_say_what_answers_said_they_cost(twin: VirtualTwin, admin: Anthropic) -> None:
    client = twin.blocking_anthropic()
    usages = [client.messages.create(**HELLO).usage for _ in range(3)]

    # In the block the clock of the process is the twin's.
    today = datetime.fromtimestamp(time.time(), UTC).date()
    report = get(admin, f"usage_report/messages?starting_at={today}")
    (result,) = report["data"][0]["results"]
    assert result["output_tokens"] == sum(usage.output_tokens for usage in usages)
    assert result["uncached_input_tokens"] == sum(usage.input_tokens for usage in usages)


def test_each_sort_of_key_is_for_its_own_api(twin: VirtualTwin, admin: Anthropic) -> None:
    with pytest.raises(AuthenticationError):
        twin.blocking_anthropic().organization.retrieve()
    with pytest.raises(AuthenticationError):
        admin.messages.create(**HELLO)


@pytest.mark.parametrize(
    ("version", "has", "lacks"),
    [("2026-10-21", "scope", "workspace_id"), ("2023-06-01", "workspace_id", "scope")],
)
def test_a_key_says_where_it_belongs_in_the_words_of_the_edition(
    twin: VirtualTwin, version: str, has: str, lacks: str
) -> None:
    client = httpx2.Client(transport=twin.blocking_transport(), base_url=twin.base_url)
    headers = {"x-api-key": twin.add_admin_key(), "anthropic-version": version}
    (key,) = client.get("/v1/organizations/api_keys", headers=headers).json()["data"]

    assert has in key
    assert lacks not in key


def test_the_admin_api_has_faults_like_any_other(twin: VirtualTwin, admin: Anthropic) -> None:
    twin.rules({"match": {"endpoint": "organization_workspaces*"}, "refuse": {"status": 529}})

    with pytest.raises(Exception, match="Overloaded"):
        admin.organization.workspaces.list()
    assert admin.organization.retrieve().type == "organization"


def test_what_one_key_made_is_the_same_in_every_run() -> None:
    def run() -> list[str]:
        with VirtualTwin(seed=5) as twin:
            admin = twin.blocking_anthropic(api_key=twin.add_admin_key())
            id_, _ = made_key(twin, admin)
            return [id_, admin.organization.workspaces.create(name="w").id]

    assert run() == run()


def get(client: Anthropic, path: str) -> dict[str, Any]:
    answer = client.get(f"/v1/organizations/{path}", cast_to=object)
    assert isinstance(answer, dict)
    return answer

"""A world in which every id exists: for the test suites of SDKs, and whoever only wants the types."""

from __future__ import annotations

import anthropic
import pytest
from virtual import HELLO, VERSION, staged

from simtwin.testing import VirtualTwin

pytestmark = pytest.mark.usefixtures("virtual_time")


async def test_what_nobody_made_is_found_also_once_it_is_deleted() -> None:
    async with staged("asgi", open_world=True) as stage:
        beta = stage.anthropic(api_key="any key").beta
        deleted = await beta.vaults.delete("vlt_nobody_made")
        found = await beta.vaults.retrieve("vlt_nobody_made")
        inside = await beta.vaults.credentials.retrieve("vcrd_1", vault_id="vlt_nobody_made")

    assert (deleted.id, found.id, inside.id) == ("vlt_nobody_made", "vlt_nobody_made", "vcrd_1")


async def test_what_was_made_is_found_as_it_was_made() -> None:
    async with staged("asgi", open_world=True) as stage:
        beta = stage.anthropic().beta
        made = await beta.vaults.create(display_name="Keys")
        found = await beta.vaults.retrieve(made.id)
        listed = [each.id async for each in beta.vaults.list()]

    assert (found, listed) == (made, [made.id])


async def test_a_message_of_the_wrong_shape_is_refused_there_too() -> None:
    async with staged("asgi", open_world=True) as stage:
        shapeless = await stage.create(messages="Hello")
        nameless = await stage.client.post(
            "/v1/messages", headers=stage.headers(), json={"model": HELLO["model"]}
        )
        complete = await stage.client.post(
            "/v1/complete", headers=stage.headers(), json={"model": "claude-2.1"}
        )

    assert [each.status_code for each in (shapeless, nameless, complete)] == [400, 400, 400]


@pytest.mark.parametrize(
    "odd",
    [
        {"model": "claude-1.3"},
        {"container": {"id": "id", "skills": [{"skill_id": "pdf", "type": "anthropic"}]}},
        {"thinking": {"type": "enabled", "budget_tokens": 4096}},
    ],
)
async def test_a_message_whose_settings_contradict_each_other_is_answered(odd: object) -> None:
    async with staged("asgi", open_world=True) as stage, staged("asgi") as real:
        answered = await stage.create(**odd)  # type: ignore[arg-type]  # a table of keyword arguments
        refused = await real.create(**odd)  # type: ignore[arg-type]  # likewise

    assert answered.status_code == 200
    assert refused.status_code in (400, 404)


async def test_faults_and_credentials_hold_there_as_well() -> None:
    rule = {"match": {"endpoint": "vaults_*"}, "refuse": {"status": 404}}
    async with staged("asgi", open_world=True, settings={"rules": [rule]}) as stage:
        with pytest.raises(anthropic.NotFoundError):
            await stage.anthropic().beta.vaults.retrieve("vlt_1")
        keyless = await stage.client.get("/v1/vaults/vlt_1", headers=VERSION)

    assert keyless.status_code == 401


async def test_a_virtual_twin_can_be_one() -> None:
    async with VirtualTwin(open_world=True) as twin:
        found = await twin.anthropic().beta.vaults.retrieve("vlt_nobody_made")

    assert found.id == "vlt_nobody_made"

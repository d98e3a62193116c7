"""The table of resources agrees with the SDK that it was made from, and misses nothing of it."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import anthropic
import pytest
from anthropic import types
from anthropic.types import beta
from anthropic.types.beta import memory_stores, organization, sessions, tunnels, vaults
from every_route import ROUTES
from pydantic import TypeAdapter
from shelved import body_of

from simtwin.api.resources.table import KINDS, table
from simtwin.api.resources.values import Values
from simtwin.core.asked import ENDPOINTS
from simtwin.edge.data_plane.endpoints import UNKNOWN, find

#: Types of the SDK, and the endpoints that answer with them.
SAMPLE: dict[str, Any] = {
    "agents_retrieve": beta.BetaManagedAgentsAgent,
    "deployments_run": beta.BetaManagedAgentsDeploymentRun,
    "dreams": beta.BetaDream,
    "environments_create": beta.BetaEnvironment,
    "files_retrieve_metadata": types.FileMetadata,
    "memory_stores_memory_versions": memory_stores.BetaManagedAgentsMemoryVersion,
    "models_retrieve": types.ModelInfo,
    "organization_api_keys_update": organization.BetaAPIKey,
    "organization_workspaces_archive": organization.BetaWorkspace,
    "sessions_create": beta.BetaManagedAgentsSession,
    "sessions_events": sessions.BetaManagedAgentsSessionEvent,
    "sessions_events_send": sessions.BetaManagedAgentsSendSessionEvents,
    "sessions_threads": sessions.BetaManagedAgentsSessionThread,
    "skills_create": types.Skill,
    "tunnels_certificates": tunnels.BetaTunnelCertificate,
    "vaults_credentials": vaults.BetaManagedAgentsCredential,
}


def test_the_table_was_made_from_the_sdk_that_it_is_tested_with() -> None:
    assert table().sdk == version("anthropic") == anthropic.__version__


def test_every_route_of_the_api_is_there() -> None:
    asked = {
        (method, path): find(
            method,
            "/".join("an_id" if part.startswith("{") else part for part in path.split("/")),
        )
        for method, path in ROUTES
    }

    assert len(asked) == 277
    assert [route for route, (endpoint, _) in asked.items() if endpoint is UNKNOWN] == []
    assert {endpoint.name for endpoint, _ in asked.values()} <= set(ENDPOINTS)
    assert all(method in methods for (method, _), (_, methods) in asked.items())


def test_the_kinds_of_routes_are_few_and_their_names_are_told_apart() -> None:
    names = [route.name for route in table().routes]

    assert {route.kind for route in table().routes} == set(KINDS)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", SAMPLE)
def test_a_made_up_object_is_one_of_the_sdk(name: str) -> None:
    route = table().route(name)
    assert route is not None
    made = Values(table().types, 1_795_521_600.0, "chance").project(route.response, body_of(route))

    # As strict as the SDK's own tests: nothing is read as what it is not.
    TypeAdapter(SAMPLE[name]).validate_python(made)


def test_who_sends_the_header_of_a_beta_gets_its_shape() -> None:
    route = table().route("user_profiles_retrieve")
    assert route is not None
    plain, of_beta = (
        Values(table().types, 0.0, "chance").example(route.schema(frozenset(betas)))
        for betas in ((), (route.beta,))
    )

    TypeAdapter(types.UserProfile).validate_python(plain)
    TypeAdapter(beta.BetaUserProfile).validate_python(of_beta)
    assert plain.keys() != of_beta.keys()

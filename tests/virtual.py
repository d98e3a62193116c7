"""A whole twin in virtual time: both planes, a tenant with a key, and clients, all in one loop.

Everything between a client's own HTTP library and the actors is the real thing; only the sockets
are memory, the clock is trio's, and what would take a thread is done on the spot.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

import attrs
import httpx2
import trio
from anthropic import AsyncAnthropic

from simtwin.core.fault import Fault
from simtwin.core.settings import Vocabulary, parse
from simtwin.edge.app import make_app
from simtwin.edge.epoch import Epoch
from simtwin.edge.options import vocabulary
from simtwin.edge.start import FirstTenant, first_tenant, running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.store.work import on_the_spot
from simtwin.testing.network import Network

#: 2026-11-21T20:42:28Z, when every test begins.
EPOCH = 1_795_293_748.0
URL = "http://localhost"
ADMIN_TOKEN = "the-token-of-the-operator"
OPERATOR = {"authorization": f"Bearer {ADMIN_TOKEN}"}
VERSION = {"anthropic-version": "2023-06-01"}

#: It has 8 input tokens, and by the seed of a stage 52 output tokens.
HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}


@attrs.frozen
class Stage:
    """A running twin with a client of it.

    Args:
        twin: the twin itself, to look into.
        network: makes connections to it.
        client: an HTTP client without credentials.
        tenant: the first tenant, with its key.
        began: when the test began (loop time).
    """

    twin: Twin
    network: Network
    client: httpx2.AsyncClient
    tenant: FirstTenant
    began: float

    @property
    def elapsed(self) -> float:
        """Seconds since the test began."""
        return trio.current_time() - self.began

    @property
    def auth(self) -> dict[str, str]:
        """The tenant's credentials on the twin plane."""
        return basic(self.tenant.tenant_id, self.tenant.tenant_secret)

    def headers(self, key: str | None = None) -> dict[str, str]:
        """What a request on the data plane carries; `key` is the first tenant's unless given."""
        return {"x-api-key": key or self.tenant.api_key, **VERSION}

    async def create(self, *, key: str | None = None, **fields: Any) -> httpx2.Response:
        """The whole answer to HELLO, with `fields` in it."""
        return await self.client.post(
            "/v1/messages", headers=self.headers(key), json={**HELLO, **fields}
        )

    async def control(
        self, method: str, path: str, auth: Mapping[str, str] | None = None, doc: object = None
    ) -> Any:
        """What the twin plane answers, to the first tenant unless `auth` says otherwise."""
        response = await self.client.request(
            method,
            f"/_twin{path}",
            headers={**(self.auth if auth is None else auth)},
            json=doc,
        )
        assert response.is_success, response.text
        return response.json() if response.content else None

    async def configure(self, **settings: Any) -> None:
        """Replace the settings of the first tenant."""
        await self.control("PUT", "/settings", doc=settings)

    async def configure_key(self, api_key_id: str | None = None, **settings: Any) -> None:
        """Replace the settings of a key of the first tenant, its first one unless given."""
        path = f"/accounts/{api_key_id or self.tenant.api_key_id}/settings"
        await self.control("PUT", path, doc=settings)

    async def add_key(self) -> dict[str, Any]:
        """One more key of the first tenant: `api_key` and `api_key_id`."""
        made: dict[str, Any] = await self.control("POST", "/accounts", doc={"kind": "api_key"})
        return made

    async def entries(self, auth: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """The journal, oldest entry first."""
        response = await self.client.get(
            "/_twin/journal?limit=1000", headers={**(auth or self.auth)}
        )
        return [json.loads(line) for line in response.text.splitlines()]

    async def usage(self, auth: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """What was used, a row for each key and model."""
        rows: list[dict[str, Any]] = (await self.control("GET", "/usage", auth))["usage"]
        return rows

    def anthropic(self, **options: Any) -> AsyncAnthropic:
        """The SDK's client with the first tenant's key."""
        return self.network.anthropic(
            **{"api_key": self.tenant.api_key, "base_url": URL, "max_retries": 0, **options}
        )


def basic(tenant_id: str, secret: str) -> dict[str, str]:
    """A tenant's credentials on the twin plane."""
    return {"authorization": "Basic " + b64encode(f"{tenant_id}:{secret}".encode()).decode()}


@cache
def all_words() -> Vocabulary:
    """The vocabulary that every stage starts from; reading the profiles takes its time."""
    return vocabulary(print)


@asynccontextmanager
async def staged(
    front: str,
    *,
    tier: str = "unlimited",
    pace: str = "instant",
    kinds: Mapping[str, type[Fault]] | None = None,
    settings: Mapping[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[Stage]:
    """A stage that lasts as long as the block.

    Args:
        front: "asgi" or "quart": which of the two answers `POST /v1/messages`.
        tier: the limits that the twin is started with.
        pace: the pace likewise.
        kinds: kinds of fault beside our own.
        settings: further settings of the command line; the seed is 7.
        options: of `running_twin`.
    """
    words = all_words()
    words = attrs.evolve(words, kinds={**words.kinds, **(kinds or {})})
    doc = {"seed": 7, "limits": {"tier": tier}, "pace": pace, **(settings or {})}
    secrets = TenantSecrets(on_the_spot, cost=2)
    began = trio.current_time()
    async with (
        running_twin(words, parse(doc, words), Epoch(None, EPOCH), **options) as twin,
        trio.open_nursery() as nursery,
    ):
        app = make_app(twin, PlaneConfig(ADMIN_TOKEN), secrets, hot=front == "asgi")
        network = Network(app, nursery, twin.doors)
        async with network.client(base_url=URL, timeout=None) as client:
            yield Stage(twin, network, client, await first_tenant(twin, secrets), began)
        nursery.cancel_scope.cancel()

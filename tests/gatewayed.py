"""A twin with gateways in front of it, and what clients of theirs send."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx2
from virtual import HELLO, VERSION, Stage, staged

from simtwin.edge.gateways.litellm import LiteLLM
from simtwin.edge.gateways.mintoken import Mintoken

MASTER = "sk-the-master-key"


def behind_litellm(
    front: str = "asgi", master_key: str | None = MASTER, **options: Any
) -> AbstractAsyncContextManager[Stage]:
    """A stage whose twin has a LiteLLM in front of it."""
    return staged(front, gateways=(LiteLLM(master_key),), **options)


def behind_mintoken(
    front: str = "asgi", *, keys: tuple[str, ...] = (), rules: str = "Be brief.", **options: Any
) -> AbstractAsyncContextManager[Stage]:
    """A stage whose twin has a mintoken in front of it."""
    return staged(front, gateways=(Mintoken(keys, rules),), **options)


def bearer(key: str) -> dict[str, str]:
    """The header that most gateways want a key in."""
    return {"authorization": f"Bearer {key}"}


async def make_key(stage: Stage, **fields: Any) -> dict[str, Any]:
    """A virtual key, made by the master key."""
    response = await stage.client.post("/key/generate", headers=bearer(MASTER), json=fields)
    assert response.status_code == 200, response.text
    made: dict[str, Any] = response.json()
    return made


async def ask(
    stage: Stage,
    headers: Mapping[str, str],
    *,
    at: str = "/anthropic/v1/messages",
    version: Mapping[str, str] = VERSION,
    **fields: Any,
) -> httpx2.Response:
    """The answer to HELLO at a path, with `fields` in it."""
    return await stage.client.post(at, headers={**version, **headers}, json={**HELLO, **fields})


def reason(response: httpx2.Response) -> tuple[int, str]:
    """The status of a refusal of LiteLLM's, and its own word for it."""
    return response.status_code, response.json()["error"]["litellm_error_type"]

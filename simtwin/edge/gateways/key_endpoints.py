"""The paths of LiteLLM beside `/anthropic`: making, looking at and deleting keys, and its health.

    POST /key/generate, GET /key/info, POST /key/delete, GET /health/liveliness

As of LiteLLM 1.110.2 (`key_management_endpoints.py`).
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import attrs
import msgspec
from quart import Quart, Response, request

from simtwin.actors.actor import present
from simtwin.api.gateways.key_request import MOST_TEXT, key_request
from simtwin.api.gateways.litellm_errors import (
    BLOCKED,
    NO_MASTER,
    UNKNOWN_KEY,
    Problem,
    ProblemError,
    expired,
    master_only,
)
from simtwin.core.bucket import NS
from simtwin.edge.credentials import same
from simtwin.edge.data_plane.request import joined
from simtwin.edge.gateways.litellm import LiteLLM, presented
from simtwin.edge.gateways.virtual_keys import VirtualKey
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.body import body_of
from simtwin.edge.twin_plane.errors import Refusal
from simtwin.store.records import LogRecord
from simtwin.store.store import StoreFullError

#: A list of keys to delete has at most as many as a tenant can have.
MOST_KEYS = 10_000
#: Who LiteLLM says that the holder of the master key is.
_ADMIN = "default_user_id"


@attrs.frozen
class Desk:
    """Where keys are made, for a twin and its LiteLLM."""

    twin: Twin
    litellm: LiteLLM

    def generate(self, doc: dict[str, Any], text: str) -> dict[str, Any]:
        """A new key, for the master key alone."""
        self._require_master(text, "/key/generate")
        asked = key_request(doc)
        store = self.twin.store
        if asked.key is not None and self.litellm.keys.find(asked.key) is not None:
            raise ProblemError(Problem(400, "bad_request_error", "Key already exists.", "key"))
        alias = asked.key_alias
        if alias is not None and self.litellm.keys.called(alias) is not None:
            why = f"Key with alias '{alias}' already exists."
            raise ProblemError(Problem(400, "bad_request_error", why, "key_alias"))
        tenant_id = self.litellm.own_account.tenant_id
        try:
            made, key = self.litellm.keys.make(store, tenant_id, asked, self.twin.wall(), present())
        except StoreFullError as error:
            raise ProblemError(Problem(400, "bad_request_error", str(error))) from None
        return {"key": key, "token": made.token, "token_id": made.token, **self._row(made)}

    def info(self, wanted: str | None, text: str) -> dict[str, Any]:
        """What there is to know of a key, for the master key and for the key itself."""
        keys = self.litellm.keys
        own = None if self._is_master(text) else self._standing(text)
        key = own if wanted is None else keys.find(wanted)
        if own is not None and key is not own:
            why = "You are not allowed to access this key's info. Your role=unknown"
            raise ProblemError(Problem(403, "auth_error", why))
        if key is None:
            why = "Key not found in database"
            raise ProblemError(Problem(404, "not_found_error", why, "key"))
        state = "expired" if key.is_expired(self.twin.wall()) else "active"
        info = {**self._row(key), "status": "revoked" if key.asked.blocked else state}
        return {"key": key.token if wanted is None else wanted, "info": info}

    async def delete(self, doc: dict[str, Any], text: str) -> dict[str, Any]:
        """Take keys away by their texts, tokens or aliases, for the master key alone."""
        self._require_master(text, "/key/delete")
        keys, store = self.litellm.keys, self.twin.store
        field = "keys" if doc.get("keys") else "key_aliases"
        find = keys.find if field == "keys" else keys.called
        named = doc.get(field)
        if not isinstance(named, list) or not 1 <= len(named) <= MOST_KEYS:
            why = f"keys, or key_aliases: must be a list of 1 to {MOST_KEYS:,} of them"
            raise ProblemError(Problem(400, "bad_request_error", why, field))
        if not all(isinstance(each, str) and len(each) <= MOST_TEXT for each in named):
            raise ProblemError(
                Problem(400, "bad_request_error", f"{field}: each must be text", field)
            )
        found = [key for each in named if (key := find(each)) is not None]
        if not found:
            raise ProblemError(Problem(404, "not_found_error", "No keys found", field))
        for key in found:
            if store.remove_account(key.account.api_key_id, None) is not None:
                await self.twin.revoke(key.account)
        return {"deleted_keys": named}

    def _row(self, key: VirtualKey) -> dict[str, Any]:
        asked, allowance = key.asked, key.allowance
        made = _time(key.made_at)
        state = self.twin.keys.state(key.account.api_key_id)
        now = present()
        spend = (
            asked.spend
            if state is None
            else state.spent.cost(allowance, allowance.cost(state.usage), now)
        )
        reset = None
        if allowance.window is not None:
            windows = allowance.window_at(now) + 1
            reset = _time(key.made_at + windows * allowance.window / NS)
        return {
            "key_name": key.name,
            "key_alias": asked.key_alias,
            "models": asked.models,
            "spend": spend,
            "max_budget": asked.max_budget,
            "budget_duration": asked.budget_duration,
            "budget_reset_at": reset,
            "rpm_limit": asked.rpm_limit,
            "tpm_limit": asked.tpm_limit,
            "max_parallel_requests": asked.max_parallel_requests,
            "expires": None if key.expires_at is None else _time(key.expires_at),
            "blocked": asked.blocked,
            "user_id": asked.user_id,
            "team_id": asked.team_id,
            "metadata": asked.metadata,
            "created_at": made,
            "updated_at": made,
            "created_by": _ADMIN,
            "updated_by": _ADMIN,
        }

    def _require_master(self, text: str, route: str) -> None:
        if self.litellm.master_key is None:
            raise ProblemError(NO_MASTER)
        if not self._is_master(text):
            self._standing(text)
            raise ProblemError(master_only(route))

    def _is_master(self, text: str) -> bool:
        master = self.litellm.master_key
        return master is not None and same(text, master)

    def _standing(self, text: str) -> VirtualKey:
        """The virtual key of a text, while it is good."""
        key = self.litellm.keys.find(text)
        if key is None:
            raise ProblemError(UNKNOWN_KEY)
        if key.asked.blocked:
            raise ProblemError(BLOCKED)
        if key.expires_at is not None and key.is_expired(self.twin.wall()):
            raise ProblemError(expired(key.name, key.expires_at, self.twin.wall()))
        return key


def register(app: Quart, twin: Twin, litellm: LiteLLM) -> None:
    """Mount the paths."""
    desk = Desk(twin, litellm)

    async def generate() -> Response:
        return await _answer(app, desk, "litellm.key.generate", desk.generate)

    async def info() -> Response:
        wanted = request.args.get("key")
        return await _answer(app, desk, "litellm.key.info", lambda _, text: desk.info(wanted, text))

    async def delete() -> Response:
        return await _answer(app, desk, "litellm.key.delete", desk.delete)

    async def alive() -> Response:
        return _json(app, msgspec.json.encode("I'm alive!"))

    app.add_url_rule("/key/generate", "litellm.generate", generate, methods=["POST"])
    app.add_url_rule("/key/info", "litellm.info", info, methods=["GET"])
    app.add_url_rule("/key/delete", "litellm.delete", delete, methods=["POST"])
    for path in ("/health/liveliness", "/health/liveness"):
        app.add_url_rule(path, path, alive, methods=["GET"])


async def _answer(
    app: Quart,
    desk: Desk,
    operation: str,
    say: Callable[[dict[str, Any], str], dict[str, Any] | Awaitable[dict[str, Any]]],
) -> Response:
    """What the desk says, with its record in the log; never a key in it."""
    reason = None
    try:
        text = presented(joined(request.scope["headers"]))
        doc = await body_of(request)
        said = say(doc, text)
        body, status = msgspec.json.encode(await said if isinstance(said, Awaitable) else said), 200
    except ProblemError as error:
        body, status, reason = error.problem.body(), error.problem.status, error.problem.message
    except Refusal as error:
        problem = Problem(error.status, "bad_request_error", error.message)
        body, status, reason = problem.body(), error.status, error.message
    record = LogRecord(
        desk.twin.wall(),
        desk.litellm.own_account.tenant_id,
        str(uuid.uuid4()),
        "twin",
        operation,
        reason=reason,
        details={"status": status},
    )
    desk.twin.store.add_log(record)
    return _json(app, body, status)


def _json(app: Quart, body: bytes, status: int = 200) -> Response:
    headers = {"cache-control": "no-store"}
    return app.response_class(body, status, headers, None, "application/json")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()

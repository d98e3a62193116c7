"""Every endpoint of the twin plane: method, path, the operation's name in the log, who may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import attrs

from simtwin.edge.twin_plane.answer import Answer, Question
from simtwin.edge.twin_plane.auth import Access
from simtwin.edge.twin_plane.body import BODY_BYTES
from simtwin.edge.twin_plane.endpoints import (
    accounts,
    feedback,
    outcomes,
    public,
    records,
    replay,
    rules,
    settings,
    tenants,
    verdict,
)
from simtwin.edge.twin_plane.errors import not_found, wrong_method


@attrs.frozen
class Row:
    """One endpoint. `{name}` in a path is one segment of it.

    `most_bytes` of a body are read; `undeclared` is whether that need not be declared as JSON.
    """

    method: str
    path: str
    operation: str
    access: Access
    answer: Callable[[Question], Answer | Awaitable[Answer]]
    most_bytes: int = BODY_BYTES
    undeclared: bool = False

    def match(self, path: str) -> Mapping[str, str] | None:
        """The variable parts of a path, None where it is another one."""
        wanted, given = self.path.split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        found = {}
        for name, value in zip(wanted, given, strict=True):
            if name.startswith("{") and value:
                found[name[1:-1]] = value
            elif name != value:
                return None
        return found


_KEY = "/accounts/{api_key_id}"
_KEY_SETTINGS = "/accounts/{api_key_id}/settings"
_LANE_SETTINGS = "/accounts/{api_key_id}/lanes/{lane}/settings"

TABLE: tuple[Row, ...] = (
    Row("GET", "/health", "twin.health.read", Access.PUBLIC, public.health),
    Row("GET", "/scenarios", "twin.scenario.list", Access.PUBLIC, public.scenarios),
    Row("GET", "/references", "twin.reference.list", Access.PUBLIC, public.references),
    Row(
        "GET",
        "/agent-instructions",
        "twin.instructions.read",
        Access.PUBLIC,
        public.agent_instructions,
    ),
    Row("POST", "/tenants", "twin.tenant.create", Access.CREATION, tenants.create),
    Row("POST", "/accounts", "twin.account.create", Access.TENANT, accounts.create),
    Row("GET", "/accounts", "twin.account.list", Access.CALLER, accounts.listing),
    Row("DELETE", _KEY, "twin.account.delete", Access.CALLER, accounts.remove),
    Row("GET", "/settings", "twin.settings.read", Access.PUBLIC_OR_CALLER, settings.read),
    Row("PUT", "/settings", "twin.settings.replace", Access.CALLER, settings.replace),
    Row("PATCH", "/settings", "twin.settings.patch", Access.CALLER, settings.patch),
    Row("DELETE", "/settings", "twin.settings.delete", Access.CALLER, settings.remove),
    Row("GET", _KEY_SETTINGS, "twin.account.settings.read", Access.CALLER, settings.read_key),
    Row("PUT", _KEY_SETTINGS, "twin.account.settings.replace", Access.CALLER, settings.replace_key),
    Row("PATCH", _KEY_SETTINGS, "twin.account.settings.patch", Access.CALLER, settings.patch_key),
    Row(
        "DELETE", _KEY_SETTINGS, "twin.account.settings.delete", Access.CALLER, settings.remove_key
    ),
    Row("GET", _LANE_SETTINGS, "twin.lane.settings.read", Access.CALLER, settings.read_lane),
    Row("PUT", _LANE_SETTINGS, "twin.lane.settings.replace", Access.CALLER, settings.replace_lane),
    Row("PATCH", _LANE_SETTINGS, "twin.lane.settings.patch", Access.CALLER, settings.patch_lane),
    Row("DELETE", _LANE_SETTINGS, "twin.lane.settings.delete", Access.CALLER, settings.remove_lane),
    Row("GET", "/rules", "twin.rules.read", Access.CALLER, rules.read),
    Row(
        "GET",
        "/accounts/{api_key_id}/rules",
        "twin.account.rules.read",
        Access.CALLER,
        rules.read_key,
    ),
    Row(
        "GET",
        "/accounts/{api_key_id}/lanes/{lane}/rules",
        "twin.lane.rules.read",
        Access.CALLER,
        rules.read_lane,
    ),
    Row("POST", f"{_KEY}/outcome-url", "twin.outcome_url.create", Access.CALLER, outcomes.make),
    Row(
        "POST",
        "/outcome/{token}",
        "twin.outcome.tell",
        Access.PUBLIC,
        outcomes.tell,
        outcomes.BODY_BYTES,
        # No page of another site knows the token, and plain `curl -d` declares a form.
        undeclared=True,
    ),
    Row("GET", "/messages", "twin.message.list", Access.CALLER, records.messages),
    Row("GET", "/logs", "twin.log.list", Access.CALLER, records.logs),
    Row("GET", "/usage", "twin.usage.read", Access.CALLER, records.usage),
    Row("GET", "/journal", "twin.journal.read", Access.CALLER, records.journal),
    Row("GET", "/verdict", "twin.verdict.read", Access.CALLER, verdict.read),
    Row("GET", "/replay", "twin.replay.read", Access.CALLER, replay.token),
    Row("POST", "/reset", "twin.state.reset", Access.CALLER, records.reset),
    Row("POST", "/feedback", "twin.feedback.submit", Access.TENANT, feedback.submit),
    Row("GET", "/feedback", "twin.feedback.list", Access.CALLER, feedback.listing),
)


def find(method: str, path: str) -> tuple[Row, Mapping[str, str]]:
    """The endpoint for a method and a path below `/_twin`, with the variable parts of the path.

    Raises:
        Refusal: there is none, for the path (404) or for the method (405).
    """
    matches = [(row, found) for row in TABLE if (found := row.match(path)) is not None]
    if not matches:
        raise not_found("there is no such path on the twin plane")
    for row, found in matches:
        # What GET answers, HEAD does without the body, which the server leaves out.
        if row.method == method or (row.method == "GET" and method == "HEAD"):
            return row, found
    methods = {row.method for row, _ in matches}
    raise wrong_method(methods | {"HEAD"} if "GET" in methods else methods)

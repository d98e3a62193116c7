"""The Admin API: what is asked of an organization, of its keys, and of what it used."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from functools import partial

import attrs

from simtwin.api.errors import ApiError, Rejected
from simtwin.api.organization import api_keys, claude_code_report, cost_report, usage_report
from simtwin.api.organization.api_keys import KnownKey
from simtwin.api.organization.operations import OPERATIONS, operate
from simtwin.api.organization.organization import (
    Call,
    Doc,
    missing,
)
from simtwin.api.pages import Query
from simtwin.api.version import NEWER
from simtwin.core.plan import Plan
from simtwin.core.scope import OfTenant
from simtwin.core.spent import Spent
from simtwin.edge.credentials import API_KEY_PREFIX
from simtwin.edge.data_plane.exchange import Exchange
from simtwin.edge.data_plane.held import done, holdings
from simtwin.edge.data_plane.json_plan import json_plan
from simtwin.edge.data_plane.manner import Answer, Manner
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.inviting import founded
from simtwin.edge.twin import Twin
from simtwin.store.records import AccountRecord, KeyStatus
from simtwin.store.store import StoreFullError

#: As many keys as a tenant can have, so that a list is always whole.
_KEYS = 10_000
#: So many rows are read in one turn: a fraction of a millisecond.
_ROWS_A_TURN = 2_000


async def _operated(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    name = exchange.endpoint.name
    answer = await done(twin, exchange, partial(operate, operation=OPERATIONS[name], call=call))
    if name == "organization_workspaces_archive":
        # "Archiving a workspace revokes all of its API keys" (docs, workspaces, 2026-08).
        for account in _accounts(twin, call):
            if account.workspace_id == answer["id"]:
                twin.store.change_account(attrs.evolve(account, status="archived"))
    return json_plan(exchange, answer)


async def _keys(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    return json_plan(
        exchange, api_keys.page([_known(each) for each in _accounts(twin, call)], call)
    )


async def _key(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    return json_plan(exchange, api_keys.doc(_known(_account(twin, call)), call))


async def _made_key(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    """A new key, whose text is in this answer and in no other."""
    call = _call(twin, exchange, doc, manner)
    name, workspace = api_keys.asked(holdings(twin, exchange).organization, call)
    made = twin.mint(API_KEY_PREFIX)
    try:
        account = twin.store.add_account(
            call.founded.id,
            made.api_key_id,
            made.digest,
            name,
            call.at,
            workspace_id=workspace,
            hint=made.hint,
        )
    except KeyError:
        raise Rejected(
            ApiError.of(403, "An organization that --open made up cannot make keys")
        ) from None
    except StoreFullError as error:
        message = f"The organization has too many API keys: {error}"
        raise Rejected(ApiError.of(400, message, error_code="org_api_key_limit_exceeded")) from None
    return json_plan(exchange, {**api_keys.doc(_known(account), call), "api_key": made.api_key})


async def _changed_key(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    """A key by another name, or no longer let in; one that is archived stays so."""
    call = _call(twin, exchange, doc, manner)
    account = _account(twin, call)
    changes = api_keys.changes(call)
    if account.status == "archived" and changes.get("status", "archived") != "archived":
        raise Rejected(ApiError.of(400, "An archived API key cannot be made active again"))
    status: KeyStatus = changes.get("status", account.status)  # type: ignore[assignment]  # checked
    account = attrs.evolve(
        account, friendly_name=changes.get("name", account.friendly_name), status=status
    )
    twin.store.change_account(account)
    return json_plan(exchange, api_keys.doc(_known(account), call))


async def _usage(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    return json_plan(exchange, usage_report.report(await _spent(twin, call), call))


async def _cost(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    return json_plan(exchange, cost_report.report(await _spent(twin, call), call))


async def _claude_code(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Plan:
    call = _call(twin, exchange, doc, manner)
    names = {each.api_key_id: each.friendly_name for each in _accounts(twin, call)}
    report = claude_code_report.report(await _spent(twin, call), call, names)
    return json_plan(exchange, report)


def _call(twin: Twin, exchange: Exchange, doc: Doc, manner: Manner) -> Call:
    account = exchange.account
    assert account is not None, "organizations are of accounts"  # noqa: S101
    return Call(
        founded(twin.store, account.tenant_id),
        twin.wall(),
        exchange.endpoint.arguments,
        Query(exchange.request.query),
        doc,
        twin.board.in_force(OfTenant(account.tenant_id)).limits,
        newer=manner.version == NEWER,
        name=exchange.chance("made"),
    )


def _accounts(twin: Twin, call: Call) -> list[AccountRecord]:
    found = twin.store.accounts(call.founded.id, limit=_KEYS)
    return [each for each in found if each.kind == "api_key"]


def _account(twin: Twin, call: Call) -> AccountRecord:
    account = twin.store.account(call.arguments["api_key_id"], call.founded.id)
    if account is None or account.kind != "api_key":
        raise missing("API key")
    return account


def _known(account: AccountRecord) -> KnownKey:
    return KnownKey(
        account.api_key_id,
        account.friendly_name,
        account.hint,
        account.status,
        account.workspace_id,
        account.created_at,
    )


async def _spent(twin: Twin, call: Call) -> list[Spent]:
    def read() -> Generator[None, None, list[Spent]]:
        rows: list[Spent] = []
        found = twin.store.spent(call.founded.id, 0.0, float("inf"))
        for place, row in enumerate(found):
            if row is not None:
                rows.append(row)
            if place % _ROWS_A_TURN == 0:
                yield
        return rows

    return await drained(read())


ORGANIZATION: Mapping[str, Answer] = {
    **dict.fromkeys(OPERATIONS, _operated),
    "organization_api_keys": _keys,
    "organization_api_keys_create": _made_key,
    "organization_api_keys_retrieve": _key,
    "organization_api_keys_update": _changed_key,
    "organization_usage_report_messages": _usage,
    "organization_usage_report_claude_code": _claude_code,
    "organization_cost_report": _cost,
}

"""API keys: making, listing and revoking them."""

from __future__ import annotations

from simtwin.api.errors import ApiError
from simtwin.edge.credentials import ADMIN_KEY_PREFIX, MadeKey, make_key
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import Refusal, bad_request, full, no_such_key
from simtwin.edge.twin_plane.port import owner
from simtwin.edge.twin_plane.query import friendly_name, limit, offset
from simtwin.store.records import KeyKind
from simtwin.store.store import StoreFullError

KINDS = "'api_key', 'admin_key' and 'user'"

#: As many keys as a tenant can have, so that its list is always whole; the operator can page.
LISTED = 10_000

# Longer than any kind there is; the start of it is what is quoted back.
_QUOTED = 80


async def create(question: Question) -> Answer:
    """A new key of the tenant: the only time that anybody sees it. Or a member who was invited."""
    kind = question.body.get("kind", "api_key")
    match kind:
        case "api_key":
            return _key(question, "api_key", make_key())
        case "admin_key":
            return _key(question, "admin_key", make_key(ADMIN_KEY_PREFIX))
        case "user":
            return await _user(question)
    quoted = repr(kind)[:_QUOTED]
    raise bad_request(f"Unknown account kind {quoted}; only {KINDS} are supported")


def _key(question: Question, kind: KeyKind, made: MadeKey) -> Answer:
    name = friendly_name(question.body)
    try:
        account = question.twin.store.add_account(
            question.tenant_id,
            made.api_key_id,
            made.digest,
            name,
            question.twin.wall(),
            kind=kind,
            hint=made.hint,
        )
    except StoreFullError as error:
        raise full(str(error)) from None
    return json({**account.doc(), "api_key": made.api_key}, 201, resource=(kind, made.api_key_id))


async def _user(question: Question) -> Answer:
    """Who accepts an invite of the Admin API, as a person does in the Console."""
    invite_id = question.body.get("invite_id")
    if not isinstance(invite_id, str):
        raise bad_request("'invite_id' must be the id of an invite")
    user = await question.twin.accept_invite(question.tenant_id, invite_id)
    if isinstance(user, ApiError):
        raise Refusal(user.status, user.message)
    return json({"kind": "user", **user}, 201, resource=("user", user["id"]))


def listing(question: Question) -> Answer:
    """The caller's keys, newest first."""
    accounts = question.twin.store.accounts(
        owner(question.scope),
        limit=limit(question.query, LISTED, LISTED),
        offset=offset(question.query),
    )
    return json({"accounts": [account.doc() for account in accounts]})


async def remove(question: Question) -> Answer:
    """Revoke a key."""
    account = question.twin.store.remove_account(question.path["api_key_id"], owner(question.scope))
    if account is None:
        raise no_such_key()
    await question.twin.revoke(account)
    return Answer(b"", 204, content_type=None, resource=(account.kind, account.api_key_id))

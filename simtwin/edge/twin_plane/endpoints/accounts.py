"""API keys: making, listing and revoking them."""

from __future__ import annotations

from simtwin.edge.credentials import make_key
from simtwin.edge.twin_plane.answer import Answer, Question, json
from simtwin.edge.twin_plane.errors import bad_request, full, no_such_key
from simtwin.edge.twin_plane.port import owner
from simtwin.edge.twin_plane.query import friendly_name, limit, offset
from simtwin.store.store import StoreFullError

KIND = "api_key"

#: As many keys as a tenant can have, so that its list is always whole; the operator can page.
LISTED = 10_000

# Longer than any kind there is; the start of it is what is quoted back.
_QUOTED = 80


def create(question: Question) -> Answer:
    """A new key of the tenant: the only time that anybody sees it."""
    kind = question.body.get("kind", KIND)
    if kind != KIND:
        quoted = repr(kind)[:_QUOTED]
        raise bad_request(f"Unknown account kind {quoted}; only {KIND!r} is supported")
    name = friendly_name(question.body)
    made = make_key()
    try:
        account = question.twin.store.add_account(
            question.tenant_id, made.api_key_id, made.digest, name, question.twin.wall()
        )
    except StoreFullError as error:
        raise full(str(error)) from None
    return json({**account.doc(), "api_key": made.api_key}, 201, resource=(KIND, made.api_key_id))


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
    return Answer(b"", 204, content_type=None, resource=(KIND, account.api_key_id))

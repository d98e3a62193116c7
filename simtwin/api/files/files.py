"""What can be asked of the files of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.files.file import File
from simtwin.api.holdings import Holdings
from simtwin.api.pages import Query, by_cursor, by_ids

#: Some 300 bytes each; as many as can be listed in ten pages of the largest size.
MOST_FILES = 10_000
#: "At most 100 entries" (SDK 2.12.0, `file_list_params.py`).
_MOST_IDS = 100

Doc = Mapping[str, Any]


def add(
    holdings: Holdings, now: int, *, file: File
) -> tuple[Holdings, tuple[File, ...] | ApiError]:
    """One more file; those that are no more go with that, for the asker to remove."""
    del now
    kept = {id_: each for id_, each in holdings.files.items() if not each.expired(file.at)}
    if len(kept) >= MOST_FILES:
        message = f"The organization has {MOST_FILES:,} files already"
        return holdings, ApiError.of(400, message, error_code="storage_quota_exceeded")
    gone = tuple(each for id_, each in holdings.files.items() if id_ not in kept)
    return attrs.evolve(holdings, files={**kept, file.id: file}, uploaded=True), gone


def remove(
    holdings: Holdings, now: int, *, id_: str, at: float
) -> tuple[Holdings, File | ApiError]:
    """One file less."""
    del now
    try:
        file = one(holdings, id_, at)
    except Rejected as rejected:
        return holdings, rejected.error
    files = {other: each for other, each in holdings.files.items() if other != id_}
    return attrs.evolve(holdings, files=files), file


def one(holdings: Holdings, id_: str, at: float) -> File:
    """The file of an id.

    Raises:
        Rejected: a 404 for one that is not there, or not any more.
    """
    file = holdings.files.get(id_)
    if file is None:
        raise Rejected(ApiError.of(404, f"File not found: {id_}"))
    if file.expired(at):
        message = f"File has expired: {id_}"
        raise Rejected(ApiError.of(404, message, error_code="file_expired"))
    return file


def page(holdings: Holdings, query: Query, at: float, *, beta: bool) -> Doc:
    """A page of files, newest first; of some ids alone where those are named.

    Raises:
        Rejected: a 400 for a query that cannot be.
    """
    ids = frozenset(query.every("ids"))
    if ids and (query.last("page") is not None or query.last("limit") is not None):
        raise invalid("ids: cannot be combined with page or limit")
    if len(ids) > _MOST_IDS:
        raise invalid(f"ids: List should have at most {_MOST_IDS} items, not {len(ids)}")
    shown = [
        file.doc(beta=beta)
        for file in [*holdings.files.values()][::-1]
        if not file.expired(at) and (not ids or file.id in ids)
    ]
    if beta:
        return by_ids(shown, query)
    return by_cursor(shown, query, usual=_MOST_IDS) if ids else by_cursor(shown, query)

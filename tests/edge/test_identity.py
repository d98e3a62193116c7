"""Whose request it is, by its headers alone."""

from __future__ import annotations

import pytest
import trio.testing

from simtwin.api.errors import ApiError
from simtwin.edge.credentials import key_digest
from simtwin.edge.data_plane.identity import identify
from simtwin.edge.data_plane.open_keys import OpenKeys
from simtwin.edge.data_plane.request import Request, joined
from simtwin.edge.wire import Wire
from simtwin.store.memory import MemoryStore
from simtwin.store.records import AccountRecord


async def nothing() -> dict[str, object]:
    return {"type": "http.request"}


def request(*headers: tuple[bytes, bytes]) -> Request:
    wire = Wire(trio.testing.memory_stream_pair()[0])
    return Request("GET", "/v1/models", b"/v1/models", b"", joined(headers), wire, nothing)


def store() -> MemoryStore:
    made = MemoryStore()
    made.add_tenant("tenant", "hash", "", 0.0)
    made.add_account("tenant", "id of mine", key_digest("mine"), "", 0.0)
    made.add_account("tenant", "id of yours", key_digest("yours"), "", 0.0)
    return made


def found(*headers: tuple[bytes, bytes], open_keys: OpenKeys | None = None) -> str:
    """The id of the account, or the message of the refusal."""
    account = identify(request(*headers), store(), open_keys)
    return account.message if isinstance(account, ApiError) else account.api_key_id


@pytest.mark.parametrize(
    "header",
    [
        (b"x-api-key", b"mine"),
        (b"x-api-key", b" mine "),
        (b"authorization", b"Bearer mine"),
        (b"authorization", b"bearer mine"),
        (b"authorization", b"BEARER  mine "),
    ],
)
def test_a_key_is_found_by_its_text(header: tuple[bytes, bytes]) -> None:
    assert found(header) == "id of mine"


def test_x_api_key_goes_before_authorization() -> None:
    headers = ((b"authorization", b"Bearer yours"), (b"x-api-key", b"mine"))

    assert found(*headers) == "id of mine"
    assert found(*reversed(headers)) == "id of mine"


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ((b"accept", b"*/*"), "x-api-key header is required"),
        ((b"authorization", b"mine"), "x-api-key header is required"),
        ((b"authorization", b"Token mine"), "x-api-key header is required"),
        ((b"authorization", b"Bearermine"), "x-api-key header is required"),
        ((b"authorization", b"Bearer "), "Invalid bearer token"),
        ((b"authorization", b"Bearer theirs"), "Invalid bearer token"),
        ((b"x-api-key", b" "), "invalid x-api-key"),
        ((b"x-api-key", b"theirs"), "invalid x-api-key"),
        ((b"x-api-key", b"MINE"), "invalid x-api-key"),
    ],
)
def test_anything_else_is_refused_in_the_words_of_the_api(
    header: tuple[bytes, bytes], message: str
) -> None:
    assert found(header) == message


def test_two_keys_in_one_request_are_none() -> None:
    assert found((b"x-api-key", b"mine"), (b"x-api-key", b"yours")) == "invalid x-api-key"


def test_a_key_that_was_made_goes_before_an_open_one() -> None:
    dropped: list[AccountRecord] = []
    open_keys = OpenKeys(dropped.append)

    assert found((b"x-api-key", b"mine"), open_keys=open_keys) == "id of mine"
    assert found((b"x-api-key", b"theirs"), open_keys=open_keys).startswith("apikey_01")
    assert found((b"x-api-key", b""), open_keys=open_keys) == "invalid x-api-key"

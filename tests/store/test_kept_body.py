"""Bodies are kept whole, or as the beginning of what was too large, and without secrets."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simtwin.store.body import HEAD, WHOLE, Excerpt, keep, readable, size

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def read_back(body: bytes) -> Any:
    return json.loads(msgspec.json.encode({"it": readable(keep(body))}))["it"]


@given(JSON)
def test_json_reads_back_as_it_was(doc: Any) -> None:
    assert read_back(json.dumps(doc).encode()) == doc
    assert read_back(json.dumps(doc, ensure_ascii=False).encode()) == doc


@given(st.binary(max_size=50))
def test_anything_reads_back_as_json_of_some_sort(body: bytes) -> None:
    read = read_back(body)

    assert json.loads(json.dumps(read)) == read


def test_the_page_of_a_broken_gateway_reads_back_as_text() -> None:
    assert read_back(b"<html>502</html>") == "<html>502</html>"


def test_a_body_of_the_bound_is_whole_and_one_byte_more_is_an_excerpt() -> None:
    whole = b'"' + b"x" * (WHOLE - 2) + b'"'
    more = b'"' + b"x" * (WHOLE - 1) + b'"'

    kept = keep(more)

    assert keep(whole) == whole
    assert kept == Excerpt(WHOLE + 1, sha256(more).hexdigest(), more[:HEAD])
    assert (size(whole), size(kept)) == (WHOLE, HEAD)


def test_an_excerpt_says_that_it_is_one() -> None:
    more = b'"' + "ä".encode() * WHOLE + b'"'

    read = read_back(more)

    assert read["truncated"] is True
    assert read["size"] == len(more)
    assert read["sha256"] == sha256(more).hexdigest()
    assert read["head"].startswith('"ää')


@pytest.mark.parametrize("name", ["authorization_token", "X-Provider-Key", "x-provider-key"])
@pytest.mark.parametrize("secret", ["s3cret", 'with " quote', "back\\slash", "line\nend", "ä"])
def test_secret_fields_are_replaced_wherever_they_are(name: str, secret: str) -> None:
    doc = {"mcp_servers": [{"url": "https://x", name: secret, "after": 1}], name: secret}

    read = read_back(json.dumps(doc).encode())

    assert read == {
        "mcp_servers": [{"url": "https://x", name: "[redacted]", "after": 1}],
        name: "[redacted]",
    }


@pytest.mark.parametrize("inside", range(60))
def test_a_secret_that_the_head_cuts_does_not_show(inside: int) -> None:
    start = b'{"pad": "' + b"x" * (HEAD - inside - 37) + b'", "authorization_token" : "'
    body = start + b"5ecret\\" * 10 + b'"' + b" " * WHOLE + b"}"

    kept = keep(body)

    assert isinstance(kept, Excerpt)
    assert b"5ecret" not in kept.head


def test_text_that_quotes_json_is_left_alone() -> None:
    doc = {"text": 'send {"authorization_token": "abc"} and "authorization_token"', "n": None}

    assert read_back(json.dumps(doc).encode()) == doc


@given(JSON, st.text(), st.text())
def test_replacing_changes_nothing_but_the_secret(doc: Any, secret: str, text: str) -> None:
    assume(text != "authorization_token")
    full = {"a": doc, "authorization_token": secret, text: doc}

    read = read_back(json.dumps(full).encode())

    assert read == {**full, "authorization_token": "[redacted]"}

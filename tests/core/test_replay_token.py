"""A token unpacks to what was packed, and nothing that somebody made up costs more than it may."""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64encode
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.fault import SettingsError
from simtwin.core.replay_token import (
    LONGEST_FILE,
    LONGEST_TOKEN,
    MOST_UNPACKED,
    PREFIX,
    pack,
    unpack,
    unpack_file,
)

docs = st.dictionaries(
    st.text(max_size=9),
    st.none() | st.integers(-9, 9**9) | st.text(max_size=20) | st.lists(st.text(max_size=5)),
    max_size=5,
)


def token_of(text: bytes) -> str:
    return PREFIX + urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")


@given(docs)
def test_what_was_packed_is_unpacked(doc: dict[str, Any]) -> None:
    token = pack(doc)

    assert token is not None
    assert msgspec.json.decode(unpack(token)) == doc
    assert unpack_file(f"{token}\n".encode()) == unpack(token)
    assert unpack(token + "=" * (-(len(token) - len(PREFIX)) % 4)) == unpack(token)


@given(docs)
def test_a_file_may_have_the_document_itself_or_the_answer_that_it_came_in(
    doc: dict[str, Any],
) -> None:
    text = msgspec.json.encode(doc)
    answer = msgspec.json.encode({"token": None, "replay": msgspec.Raw(text), "requests": 3})

    assert unpack_file(answer) == text
    if "replay" not in doc:
        assert unpack_file(b" %s\n" % text) == text.strip()


def test_what_is_too_long_has_no_token() -> None:
    assert pack({"a": "x" * MOST_UNPACKED}) is None
    assert pack({"a": [str(hash((n, 0.5))) for n in range(2_000)]}) is None


def test_a_file_may_be_longer_than_a_token() -> None:
    text = msgspec.json.encode({"a": [str(hash((n, 0.5))) for n in range(2_000)]})
    long = token_of(text)

    assert len(long) > LONGEST_TOKEN
    assert unpack_file(long.encode()) == text
    with pytest.raises(SettingsError, match="at most 8,192 characters"):
        unpack(long)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = token_of(b"0" * 4_000_000)
    larger = token_of(b"0" * (LONGEST_FILE + 1))

    assert len(bomb) < LONGEST_TOKEN
    with pytest.raises(SettingsError, match="unpacks to at most 262,144 bytes"):
        unpack(bomb)
    with pytest.raises(SettingsError, match="unpacks to at most 16,777,216 bytes"):
        unpack_file(larger.encode())


@pytest.mark.parametrize(
    ("token", "told"),
    [
        ("", "begins with 'st1.'"),
        ("529; ok", "begins with 'st1.'"),
        ("st2.eJw", "begins with 'st1.'"),
        ("st1.", "damaged"),
        ("st1.e", "damaged"),
        ("st1.ü", "damaged"),
        ("st1.eJw=eJw", "damaged"),
        ("st1.AAAA", "damaged"),
        (token_of(b"{}")[:-4], "damaged"),
        (PREFIX + urlsafe_b64encode(zlib.compress(b"{}") + b"junk").decode(), "damaged"),
    ],
)
def test_what_is_no_token_is_told_so(token: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        unpack(token)


@given(st.binary(max_size=200))
def test_any_bytes_in_a_token_are_a_document_or_an_error(junk: bytes) -> None:
    token = PREFIX + urlsafe_b64encode(junk).decode()
    try:
        text = unpack(token)
    except SettingsError:
        return
    assert len(text) <= MOST_UNPACKED


def test_a_file_that_is_too_large_is_not_read() -> None:
    with pytest.raises(SettingsError, match="more than 16,777,216 bytes"):
        unpack_file(b" " * (LONGEST_FILE + 1))

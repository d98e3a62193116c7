"""Signatures of thinking."""

from __future__ import annotations

from base64 import b64decode, b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.reply.sealed import Sealed, looks_sealed, opened
from simtwin.api.reply.signature import check, check_redacted, make, redacted

MODEL = "claude-sonnet-4-6"
THOUGHT = "The user wants a short answer."
SIGNATURE = make(THOUGHT, MODEL, b"7")

# The shape of a signature recorded in 2026: the same fields, with contents that no twin made.
FOREIGN = b64encode(
    b"\x12\xb5\x01" + b"\x0a\x46\x08\x0b\x18\x02\x2a\x40" + bytes(64)
    + b"\x12\x0c" + bytes(12) + b"\x1a\x0c" + bytes(12) + b"\x22\x30" + bytes(48)
    + b"\x2a\x1b" + bytes(27) + b"\x18\x01"
).decode()  # fmt: skip


@given(st.text(max_size=300), st.binary(max_size=9))
def test_what_was_handed_out_is_known_again(thought: str, source: bytes) -> None:
    signature = make(thought, MODEL, source)

    assert check(thought, signature)
    assert check(thought, signature, MODEL)
    assert not check(thought, signature, "claude-opus-4-8")


def test_a_signature_is_as_long_as_a_recorded_one() -> None:
    sealed = opened(SIGNATURE)

    assert sealed is not None
    assert SIGNATURE.startswith("E")
    assert b64decode(SIGNATURE)[3:11] == b"\x0a\x46\x08\x0b\x18\x02\x2a\x40"
    assert len(sealed.payload) == len(THOUGHT) + 16
    assert sealed.purpose == 1


@pytest.mark.parametrize("thought", ["", THOUGHT.upper(), THOUGHT + " ", "The"])
def test_another_thought_does_not_go_with_a_signature(thought: str) -> None:
    assert not check(thought, SIGNATURE)


@given(st.integers(0, len(b64decode(SIGNATURE)) - 1), st.integers(1, 255))
def test_a_signature_that_was_touched_is_refused_or_is_no_twins(place: int, change: int) -> None:
    touched = bytearray(b64decode(SIGNATURE))
    touched[place] ^= change
    text = b64encode(touched).decode()

    sealed = opened(text)

    # By its nonce and mark a twin knows its own: with another nonce it is somebody else's.
    own = sealed is not None and sealed.nonce == _own().nonce and sealed.mark == _own().mark
    assert not (own and check(THOUGHT, text))


@pytest.mark.parametrize("text", ["", "sig", "=", "é", SIGNATURE[:-8], SIGNATURE + "AAAA", "EgA="])
def test_what_is_no_signature_is_refused(text: str) -> None:
    assert not check(THOUGHT, text)


def test_a_signature_of_the_real_api_is_taken_for_one() -> None:
    assert looks_sealed(FOREIGN)
    assert check("whatever it was", FOREIGN)


def test_redacted_thinking_is_known_again() -> None:
    data = redacted(MODEL, b"7", 100)

    assert check_redacted(data)
    assert not check_redacted(data.replace(data[-12], "A" if data[-12] != "A" else "B"))
    assert not check("a text of its own", data)


def test_half_of_a_surrogate_pair_is_a_changed_text() -> None:
    assert not check("\ud800", SIGNATURE)


def _own() -> Sealed:
    sealed = opened(SIGNATURE)
    assert sealed is not None
    return sealed

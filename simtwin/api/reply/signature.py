"""Signatures of thinking, which are checked when they come back.

A signature has the form of the real one: 64 bytes over what was thought, and a payload as long as
the thought with 16 bytes before it. The key is a constant: a signature proves that a block came
from a twin and was not changed since, and any twin can tell. Signatures of the real API cannot be
checked here; whatever has their form is taken for one.
"""

from __future__ import annotations

from hashlib import blake2b, shake_128
from hmac import compare_digest
from typing import Literal

from simtwin.api.reply.sealed import (
    LOCK,
    MARK,
    NONCE,
    SUMMARY,
    THINKING,
    Sealed,
    field,
    looks_sealed,
    number_field,
    opened,
)

_KEY = b"simtwin: signatures of thinking"
_MAC = 64
#: Of the payload: digests of the model's name and of the conversation before the thought. Recorded
#: payloads are 16 bytes longer than the text.
_MODEL, PREFIX = 8, 8
#: In place of a conversation, for models that do not look at it.
UNBOUND = bytes(PREFIX)
#: As in the recordings of spring 2026.
_VERSION, _FORM = 11, 2


def make(thinking: str, model: str, source: bytes, prefix: bytes = UNBOUND) -> str:
    """The signature of a thought.

    Args:
        thinking: the text as the client gets it: empty where it is not shown.
        model: the model that thought it.
        source: what the signature's chance comes from; the same gives the same signature.
        prefix: a digest of the conversation before it, of `PREFIX` bytes.
    """
    return _signed(_encoded(thinking), _encoded(thinking), model, source, prefix)


def redacted(model: str, source: bytes, size: int, prefix: bytes = UNBOUND) -> str:
    """The `data` of a redacted thought of `size` bytes; else as `make`."""
    return _signed(b"", shake_128(source + b"redacted").digest(size), model, source, prefix)


def summary(content: str, model: str, source: bytes) -> str:
    """The signature of a summary that was asked for; else as `make`."""
    return _signed(b"", _digest_of(content), model, source, UNBOUND, purpose=SUMMARY)


def summary_fault(content: str, signature: str) -> Literal["signature", "content"] | None:
    """What of a summary is not as it was handed out, None where it is, or comes from elsewhere."""
    sealed = opened(signature)
    if sealed is None or sealed.mark != _mark(sealed.nonce):
        return None if looks_sealed(signature) else "signature"
    header = _header(b"", sealed.nonce, sealed.lock, sealed.payload)
    if sealed.purpose != SUMMARY or not compare_digest(sealed.header, header):
        return "signature"
    made = _mixed(sealed.payload, sealed.nonce)[_MODEL + PREFIX :]
    return None if compare_digest(made, _digest_of(content)) else "content"


def origin(signature: str) -> tuple[bytes, bytes] | None:
    """Where a signature comes from: digests of the model (`digest`) and of the conversation.

    None for one that is not the twin's, which may come from anywhere.
    """
    sealed = opened(signature)
    if sealed is None or sealed.mark != _mark(sealed.nonce):
        return None
    start = _mixed(sealed.payload, sealed.nonce)
    return start[:_MODEL], start[_MODEL : _MODEL + PREFIX]


def check(thinking: str, signature: str, model: str | None = None) -> bool:
    """Whether a thinking block is as it was handed out.

    Args:
        thinking: its text, empty where it is not shown.
        signature: its signature.
        model: the model that has to have thought it; None for any.
    """
    sealed = opened(signature)
    if sealed is None or sealed.mark != _mark(sealed.nonce):
        return looks_sealed(signature)
    return _is_whole(sealed, _encoded(thinking)) and (
        model is None or _model_of(sealed) == digest(model)
    )


def check_redacted(data: str, model: str | None = None) -> bool:
    """Whether a redacted thinking block is as it was handed out; arguments as of `check`."""
    return check("", data, model)


def _signed(
    shown: bytes,
    thought: bytes,
    model: str,
    source: bytes,
    prefix: bytes,
    *,
    purpose: int = THINKING,
) -> str:
    drawn = shake_128(source + b"signature").digest(NONCE + LOCK)
    nonce, lock = drawn[:NONCE], drawn[NONCE:]
    payload = _mixed(digest(model) + prefix + thought, nonce)
    header = _header(shown, nonce, lock, payload)
    return Sealed(header, nonce, _mark(nonce), lock, payload, purpose).text()


def _is_whole(sealed: Sealed, shown: bytes) -> bool:
    header = _header(shown, sealed.nonce, sealed.lock, sealed.payload)
    return sealed.purpose == THINKING and compare_digest(sealed.header, header)


def _header(shown: bytes, nonce: bytes, lock: bytes, payload: bytes) -> bytes:
    keyed = blake2b(nonce + lock, digest_size=_MAC, key=_KEY)
    keyed.update(b"%d/" % len(shown))
    keyed.update(shown)
    keyed.update(payload)
    return number_field(1, _VERSION) + number_field(3, _FORM) + field(5, keyed.digest())


def _mark(nonce: bytes) -> bytes:
    """By this a twin knows its own."""
    return blake2b(nonce, digest_size=MARK, key=_KEY).digest()


def digest(model: str) -> bytes:
    """What a signature has in place of a model's name."""
    return blake2b(model.encode(), digest_size=_MODEL).digest()


def _digest_of(content: str) -> bytes:
    return blake2b(_encoded(content), digest_size=_MAC).digest()


def _model_of(sealed: Sealed) -> bytes:
    return _mixed(sealed.payload, sealed.nonce)[:_MODEL]


def _mixed(data: bytes, nonce: bytes) -> bytes:
    """The data combined with a stream of its nonce; twice gives the data again."""
    stream = shake_128(_KEY + nonce).digest(len(data))
    size = len(data)
    mixed = int.from_bytes(data) ^ int.from_bytes(stream)
    return mixed.to_bytes(size)


def _encoded(text: str) -> bytes:
    # JSON can hold half of a surrogate pair, which is a changed text but no error.
    return text.encode(errors="surrogatepass")

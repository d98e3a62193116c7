"""Replay tokens: the fates of a run as one word that fits into a message.

    st1. + base64url(zlib(JSON))

What is too long for that goes into a file, as the same word or as the JSON itself.
"""

from __future__ import annotations

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping
from typing import Any

import msgspec

from simtwin.core.fault import SettingsError

PREFIX = "st1."
#: What a shell, a chat and an issue take without harm.
LONGEST_TOKEN = 8 * 1024
MOST_UNPACKED = 256 * 1024
#: A whole journal of a process, 64 MB, comes to less.
LONGEST_FILE = MOST_UNPACKED_FILE = 16 * 1024 * 1024


def pack(doc: Mapping[str, Any]) -> str | None:
    """The token of a document, None where it is too long for one."""
    text = _encode(doc)
    if len(text) > MOST_UNPACKED:
        return None
    token = PREFIX + urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return token if len(token) <= LONGEST_TOKEN else None


def unpack(token: str) -> bytes:
    """The document that a token is of.

    Raises:
        SettingsError: it is none, or a larger one than there are.
    """
    if len(token) > LONGEST_TOKEN:
        raise SettingsError(
            f"a replay token has at most {LONGEST_TOKEN:,} characters, not {len(token):,}; a longer"
            f" one goes into a file, as @FILE"
        )
    return _unpacked(token, MOST_UNPACKED)


def unpack_file(content: bytes) -> bytes:
    """The document in a file: of its token, or as it is; also as `GET /_twin/replay` answers it.

    Raises:
        SettingsError: there is none, or a larger one than there are.
    """
    if len(content) > LONGEST_FILE:
        raise SettingsError(f"has more than {LONGEST_FILE:,} bytes")
    content = content.strip()
    if content.startswith(PREFIX.encode()):
        return _unpacked(content.decode("latin-1"), MOST_UNPACKED_FILE)
    try:
        return bytes(msgspec.json.decode(content, type=_Answer).replay)
    except msgspec.DecodeError:
        # Then it is the document itself, or nothing, which `fates.parse` says in its words.
        return content


def _unpacked(token: str, most: int) -> bytes:
    if not token.startswith(PREFIX):
        raise SettingsError(f"a replay token begins with {PREFIX!r}")
    packed = token.removeprefix(PREFIX)
    try:
        # The decoder would pass over what is no letter of the alphabet.
        letters = _checked(packed)
        compressed = urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
        unpacking = zlib.decompressobj()
        text = unpacking.decompress(compressed, most + 1)
    except (Error, zlib.error, ValueError) as error:
        raise SettingsError(f"this replay token is damaged: {error}") from None
    if len(text) > most:
        raise SettingsError(f"a replay token unpacks to at most {most:,} bytes")
    if not unpacking.eof or unpacking.unused_data:
        raise SettingsError("this replay token is damaged: its end is missing or not its own")
    return text


def _checked(packed: str) -> str:
    packed = packed.rstrip("=")
    if not packed or packed.strip(_ALPHABET):
        raise ValueError("it has characters that no token has")
    return packed


class _Answer(msgspec.Struct):
    replay: msgspec.Raw


_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

_encode = msgspec.json.Encoder().encode

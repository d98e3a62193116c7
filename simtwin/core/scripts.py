"""Scripts that come with requests, read once each.

A client sends the same few again and again, and reading a long one takes a tenth of a second.
"""

from __future__ import annotations

from collections import OrderedDict

from simtwin.core.fault import Kinds
from simtwin.core.scanner import ScriptError
from simtwin.core.script import Script, parse

#: So many bytes of text are remembered as scripts; as a script, a byte may take up to forty.
MOST_BYTES = 256 * 1024
#: However short, a script has a weight.
_WEIGHT = 64


class Scripts:
    """The scripts of late by their text, the least recently used dropped first."""

    def __init__(self, kinds: Kinds) -> None:
        self._kinds = kinds
        self._read: OrderedDict[bytes, Script] = OrderedDict()
        self._bytes = 0

    def read(self, text: bytes) -> Script:
        """The script that `text` is.

        Raises:
            ScriptError: it is none, and shows the place.
        """
        script = self._read.get(text)
        if script is not None:
            self._read.move_to_end(text)
            return script
        script = parse(_decoded(text), self._kinds)
        self._read[text] = script
        self._bytes += len(text) + _WEIGHT
        while self._bytes > MOST_BYTES:
            dropped, _ = self._read.popitem(last=False)
            self._bytes -= len(dropped) + _WEIGHT
        return script


def _decoded(text: bytes) -> str:
    try:
        return text.decode()
    except UnicodeDecodeError as error:
        readable = text.decode("latin-1")
        raise ScriptError("a script is text in UTF-8", readable, error.start) from None

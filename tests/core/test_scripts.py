"""Scripts that come with requests are read once, and few are remembered."""

from __future__ import annotations

import pytest
from small_kinds import KINDS

from simtwin.core.scanner import ScriptError
from simtwin.core.scripts import MOST_BYTES, Scripts


def test_the_same_text_is_the_same_script() -> None:
    scripts = Scripts(KINDS)

    assert scripts.read(b"hang; ok") is scripts.read(b"hang; ok")
    assert scripts.read(b"hang;ok") is not scripts.read(b"hang; ok")


def test_the_scripts_used_longest_ago_are_dropped() -> None:
    scripts = Scripts(KINDS)
    kept, dropped = scripts.read(b"hang; ok"), scripts.read(b"ok; hang")
    long = b" " * 30_000
    for number in range(MOST_BYTES // len(long) + 1):
        scripts.read(b"%sok*%d" % (long, number + 1))
        assert scripts.read(b"hang; ok") is kept

    assert scripts.read(b"ok; hang") is not dropped


def test_many_short_scripts_are_not_all_remembered() -> None:
    scripts = Scripts(KINDS)
    first = scripts.read(b"ok")
    for number in range(MOST_BYTES // 64):
        scripts.read(b"ok*%d" % (number + 1))

    assert scripts.read(b"ok") is not first


def test_what_is_no_text_is_no_script() -> None:
    with pytest.raises(ScriptError, match="a script is text in UTF-8") as raised:
        Scripts(KINDS).read(b"ok; \xff\xfe")

    assert raised.value.position == 4
    assert raised.value.line == "a script is text in UTF-8, at character 5: ok; >>>\xff\xfe"

"""Kinds that write what is no HTTP, where that is not wanted."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from plans import JSON

from simtwin.core.fault import SettingsError, as_settings, make, settings_of
from simtwin_faults import KINDS
from simtwin_faults.raw import without_raw

TAME = without_raw(KINDS)


@pytest.mark.parametrize(
    ("kind", "settings"),
    [
        ("garbage", {}),
        ("garbage", {"random_bytes": 3}),
        ("raw_header", {"line": "x: y"}),
        ("framing", {"extra": "x"}),
    ],
)
def test_what_is_no_http_is_refused_in_words(kind: str, settings: dict[str, Any]) -> None:
    words = f"{kind}: it writes what is no HTTP, which off loopback needs --allow-raw"

    with pytest.raises(SettingsError, match=words):
        make(TAME, kind, settings)


def test_the_reason_that_a_kind_itself_has_comes_first() -> None:
    with pytest.raises(SettingsError, match="means nothing where the body is eof"):
        make(TAME, "framing", {"body": "eof", "chunk_size": "1", "extra": "x"})


def test_a_kind_that_can_be_raw_is_otherwise_as_it_was() -> None:
    tame, wild = (make(kinds, "framing", {"content_length": 3}) for kinds in (TAME, KINDS))

    assert list(tame.rewrite(JSON, Random(0))) == list(wild.rewrite(JSON, Random(0)))
    assert as_settings(tame) == as_settings(wild)
    assert settings_of(TAME["framing"]) == settings_of(KINDS["framing"])


def test_all_other_kinds_are_themselves() -> None:
    changed = {name for name, kind in TAME.items() if kind is not KINDS[name]}

    assert changed == {"garbage", "raw_header", "framing"}

"""The fates of a run are read as they were listed, and what is none is refused by its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_kinds import KINDS

from simtwin.core.fates import Fates, document, fate, parse
from simtwin.core.fault import Fired, SettingsError, make
from simtwin.core.lane import Told

FAULTS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("refuse", {"status": 529}),
    ("refuse", {"status": 429, "message": "a; b+c", "retry_after": 2.5}),
    ("stall", {"seconds": 3.25, "before_event": "message_stop"}),
    ("hang", {}),
    ("odd", {"word": "7", "whole": True}),
    ("odd", {"headers": [["a", "b"]]}),
)
SCOPES = ("1/1", "1/2", "12/3", "ab" * 32)


def with_effect(faults: list[Any]) -> list[Any]:
    """Those of the faults that have an effect: a replacing one drops what came before."""
    replacing = [n for n, (_, (kind, _)) in enumerate(faults) if kind in ("refuse", "hang")]
    return faults[(replacing or [0])[-1] :]


# What fires is what has an effect, so nothing else is ever listed.
met = st.lists(
    st.tuples(st.sampled_from(["script", "silence", "a rule-2"]), st.sampled_from(FAULTS)),
    min_size=1,
    max_size=3,
).map(with_effect)
runs = st.dictionaries(
    st.sampled_from(SCOPES),
    st.dictionaries(
        st.sampled_from(["", "a", "test.py::x[1]"]),
        st.dictionaries(st.integers(0, 99), st.tuples(met, st.booleans()), max_size=4),
    ),
)


def listed(run: Mapping[str, Any]) -> bytes:
    fates = {
        scope: {
            lane: {
                ordinal: fate(ordinal, [(rule, *fault) for rule, fault in faults], charge=charge)
                for ordinal, (faults, charge) in of.items()
            }
            for lane, of in lanes.items()
        }
        for scope, lanes in run.items()
    }
    return msgspec.json.encode(document(7, {}, fates))


@given(runs)
def test_what_was_met_is_met_again(run: dict[str, Any]) -> None:
    fates = parse(listed(run), KINDS)

    assert fates.seed == 7
    for scope, lanes in run.items():
        for lane, of in lanes.items():
            expected = {
                ordinal: Told(
                    tuple(
                        Fired(rule, kind, make(KINDS, kind, said)) for rule, (kind, said) in faults
                    ),
                    charge,
                )
                for ordinal, (faults, charge) in of.items()
            }
            assert fates.lane(scope, lane or None) == expected


def test_what_is_not_listed_is_an_answer() -> None:
    fates = parse(listed({"1/1": {}}), KINDS)

    assert fates.lane("1/1", None) == fates.lane("1/1", "a") == fates.lane("9/9", None) == {}


def test_an_item_is_the_text_that_a_script_has_where_it_can_say_it() -> None:
    faults: list[Any] = [
        ("script", "stall", {"seconds": 3.0}),
        ("script", "refuse", {"status": 529}),
    ]

    assert fate(4, faults, charge=False) == [4, "stall(seconds=3)+529"]
    assert fate(4, [("rule", "hang", {})], charge=False) == [4, "hang", ["rule"]]
    assert fate(4, [("rule", "hang", {})], charge=True) == [4, "hang", ["rule"], True]
    assert fate(4, [("script", "odd", {"headers": [["a", "b"]]})], charge=False) == [
        4,
        [{"odd": {"headers": [["a", "b"]]}}],
    ]


def test_the_first_keys_of_a_run_take_the_places_of_those_in_the_list() -> None:
    fates = parse(listed({"12/3": {}, "2/11": {}, "2/9": {}, "ab" * 32: {}}), KINDS)

    scopes = [fates.scope(own) for own in ("1/1", "1/2", "1/3", "1/4", "1/5", "ab" * 32)]

    assert scopes == ["2/9", "2/11", "12/3", "ab" * 32, "1/5", "ab" * 32]


def test_profiles_come_with_their_content() -> None:
    text = 'summary = "s"\ngood_client = "g"\n[[replies]]\ntext = "It rains."\n'
    fates = parse(msgspec.json.encode(document(7, {"mine": text}, {})), KINDS)

    assert fates.profiles["mine"].text == text
    assert len(fates.profiles["mine"].replies) == 1


GOOD: dict[str, Any] = {"version": 1, "seed": 7, "fates": {"1/1": {"": [[0, "529"]]}}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"version": 2}, "version: must be 1, not 2"),
        ({"seed": -1}, "seed: must be a whole number"),
        ({"seed": "7"}, "Expected `int`, got `str` - at `$.seed`"),
        ({"more": 1}, "Object contains unknown field `more`"),
        ({"fates": []}, "Expected `object`, got `array` - at `$.fates`"),
        ({"fates": {"x": {}}}, "fates['x']: is no scope of a key, such as '1/1'"),
        ({"fates": {"1/1": {"a/b": []}}}, "fates['1/1']: the name of a lane must be"),
        ({"fates": {"1/1": {"a": [[0]]}}}, "fates['1/1']['a'][0]: must be [ordinal, item]"),
        ({"fates": {"1/1": {"": [[True, "529"]]}}}, "fates['1/1'][''][0]: an ordinal is a whole"),
        ({"fates": {"1/1": {"": [[10**9 + 1, "529"]]}}}, "fates['1/1'][''][0]: an ordinal is"),
        ({"fates": {"1/1": {"": [[1, "ok"], [1, "ok"]]}}}, "fates['1/1'][''][1]: ordinals go up"),
        ({"fates": {"1/1": {"": [[0, "ok; ok"]]}}}, "fates['1/1'][''][0]: must be one item"),
        ({"fates": {"1/1": {"": [[0, "ok*2"]]}}}, "fates['1/1'][''][0]: must be one item"),
        ({"fates": {"1/1": {"": [[0, "ok; loop"]]}}}, "fates['1/1'][''][0]: must be one item"),
        ({"fates": {"1/1": {"": [[0, "bogus"]]}}}, "fates['1/1'][''][0]: there is no kind"),
        ({"fates": {"1/1": {"": [[0, 529]]}}}, "fates['1/1'][''][0]: must be an item"),
        ({"fates": {"1/1": {"": [[0, [{}]]]}}}, "fates['1/1'][''][0]: must be an item"),
        ({"fates": {"1/1": {"": [[0, [{"odd": 3}]]]}}}, "fates['1/1'][''][0]: odd takes a table"),
        ({"fates": {"1/1": {"": [[0, "529", []]]}}}, "fates['1/1'][''][0]: names 0 rules for 1"),
        ({"fates": {"1/1": {"": [[0, "529", ["a\r\n"]]]}}}, "fates['1/1'][''][0]: no rule can"),
        ({"fates": {"1/1": {"": [[0, "529", ["a"], 1]]}}}, "fates['1/1'][''][0]: must be [ordinal"),
        ({"profiles": {"x": "summary = 3"}}, "profile x.toml: needs summary"),
        ({"profiles": dict.fromkeys(map(str, range(101)), "")}, "profiles: at most 100"),
    ],
)
def test_what_is_no_list_of_fates_is_refused_by_its_place(
    changes: dict[str, Any], told: str
) -> None:
    assert isinstance(parse(msgspec.json.encode(GOOD), KINDS), Fates)

    with pytest.raises(SettingsError) as raised:
        parse(msgspec.json.encode({**GOOD, **changes}), KINDS)

    assert str(raised.value).startswith(told)


@pytest.mark.parametrize("text", [b"", b"[]", b"\xff", b"{", b"[" * 100_000, b'{"fates": ' * 9_999])
def test_what_is_no_document_is_refused(text: bytes) -> None:
    with pytest.raises(SettingsError):
        parse(text, KINDS)


@given(st.binary(max_size=100))
def test_any_bytes_are_fates_or_an_error(text: bytes) -> None:
    with pytest.raises(SettingsError):
        parse(text, KINDS)


@pytest.mark.parametrize(
    ("lanes", "only"),
    [(["a"], "a"), ([""], None), (["", "a"], None), (["a", "b"], None), ([], None)],
)
def test_a_lane_is_the_only_one_where_it_has_a_name_and_there_is_no_other(
    lanes: list[str], only: str | None
) -> None:
    run = {"1/1": {lane: {0: ([("script", FAULTS[0])], False)} for lane in lanes}}

    assert parse(listed(run), KINDS).only_lane == only

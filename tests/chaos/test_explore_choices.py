"""The faults that are tried at a request."""

from __future__ import annotations

import pytest
from explored import JSON, STREAM
from msgspec.structs import replace

from simtwin.chaos.explore.choices import CHOICES, DEAR, DEFAULT, ChoiceError, cheap, chosen
from simtwin.core.script import parse
from simtwin_faults import KINDS


@pytest.mark.parametrize("name", CHOICES)
@pytest.mark.parametrize("endpoint", ["messages", "chat_completions", "complete"])
def test_every_fault_at_every_sort_of_answer_is_an_item_of_a_script(
    name: str, endpoint: str
) -> None:
    for request in (STREAM, JSON):
        item = CHOICES[name].item(replace(request, endpoint=endpoint))

        assert item is None or parse(item, KINDS).total == 1


def test_a_refusal_has_no_middle_and_json_no_events() -> None:
    refused = replace(STREAM, status=404)
    names = {
        request: [n for n, c in CHOICES.items() if c.item(request)] for request in (JSON, refused)
    }

    assert names[refused] == ["429", "529", "500", "reset", "close", "hang"]
    assert set(names[JSON]) - set(names[refused]) == {
        *("cut-middle", "truncate-middle", "stall", "corrupt", "hang-middle")
    }


def test_a_place_in_the_middle_is_that_of_the_answer() -> None:
    assert CHOICES["cut-middle"].item(STREAM) == "disconnect(after_events=4)"
    assert CHOICES["cut-middle"].item(JSON) == "disconnect(at_byte=200)"
    assert CHOICES["stall"].item(STREAM) == "stall(seconds=1, after_events=4)"


def test_what_takes_all_its_time_is_tried_when_it_is_asked_for() -> None:
    usual = chosen(None, (), (), KINDS)
    more = chosen(None, ("hang",), ("529+latency(seconds=1)",), KINDS)

    assert [each.name for each in usual] == list(DEFAULT)
    assert not set(DEFAULT) & set(DEAR)
    assert [each.name for each in more] == [*DEFAULT, "hang", "529+latency(seconds=1)"]


@pytest.mark.parametrize(
    ("given", "run"),
    [
        ("429(retry_after=60)", "429(retry_after=1)"),
        ("429(retry_after=0.5)", "429(retry_after=0.5)"),
        ("stall( seconds=3 )+truncate", "stall(seconds=3)+truncate"),
    ],
)
def test_a_wait_that_a_refusal_asks_for_is_made_short(given: str, run: str) -> None:
    assert cheap(given, KINDS) == run


@pytest.mark.parametrize(
    ("names", "items", "says"),
    [
        ("529,bogus", (), "there is no 'bogus'; there are 429, 529"),
        ("", (), "no fault is chosen"),
        (None, ("529; ok",), "one item of a script is wanted"),
        (None, ("ok",), "one item of a script is wanted"),
        (None, ("529*2",), "one item of a script is wanted"),
        (None, ("bogus",), "there is no kind 'bogus'"),
    ],
)
def test_what_is_no_fault_is_told_so(names: str | None, items: tuple[str, ...], says: str) -> None:
    with pytest.raises(ChoiceError, match=says.replace("(", "\\(")):
        chosen(names, (), items, KINDS)

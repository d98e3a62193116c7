"""Places in a plan, and the cursor that finds them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plans import (
    BODY,
    DELTA_1,
    DELTA_2,
    FINISH,
    FRAMES,
    JSON,
    PING,
    START,
    STREAM,
    STREAM_HEAD,
    Counted,
    answers,
    body,
    is_lawful,
    json_head,
    marks,
    streams,
)

from simtwin.core.cursor import Cursor, Place
from simtwin.core.plan import Chunk, End, Hangup, Head, Mark, Plan, Raw, Step, Wait


def up_to(place: Place, plan: Plan) -> list[Step]:
    """What a cursor passes on until it is at `place`."""
    return list(Cursor(plan).reach(place))


def through(place: Place, plan: Plan) -> list[Step]:
    """What a cursor passes on until it is at `place`, and then on from there."""
    cursor = Cursor(plan)
    return [*cursor.reach(place), *cursor]


def reached(place: Place, plan: Plan) -> bool:
    return marks(up_to(place, plan)) == 1


def test_a_header_is_found_by_its_lower_case_name() -> None:
    head = Head(200, (("date", "now"), ("via", "1.1 a"), ("via", "1.1 b")))

    found = head.header("via"), head.header("age")

    assert found == ("1.1 a", None)


@pytest.mark.parametrize(
    ("head", "streams_"),
    [(STREAM_HEAD, True), (json_head(2), False), (Head(200), False)],
)
def test_an_answer_streams_where_its_content_type_says_so(head: Head, streams_: bool) -> None:
    assert head.streams is streams_


def test_two_places_at_once_are_refused_by_their_names() -> None:
    with pytest.raises(
        ValueError, match="only one place can be given, not after_events and at_byte"
    ):
        Place(after_events=0, at_byte=7)


@pytest.mark.parametrize(
    ("place", "before"),
    [
        (Place(), []),
        (Place(after_events=0), []),
        (Place(at_byte=0), []),
        (Place(at_token=0), []),
        (Place(before_event="message_start"), []),
        (Place(after_events=1), [START]),
        (Place(after_events=2), [START, PING]),
        (Place(before_event="content_block_delta"), [START, PING]),
        (Place(at_token=1), [START, PING, DELTA_1]),
        (Place(at_token=2), [START, PING, DELTA_1]),
        (Place(at_token=3), [START, PING, DELTA_1, DELTA_2]),
        (Place(before_event="message_stop"), [START, PING, DELTA_1, DELTA_2, FINISH]),
        (Place(at_byte=len(START.data)), [START]),
        (Place(after_events=6), list(FRAMES)),
        (Place(at_byte=len(body(STREAM))), list(FRAMES)),
    ],
)
def test_a_cursor_stops_with_a_mark_where_the_place_is(place: Place, before: list[Step]) -> None:
    assert up_to(place, STREAM) == [STREAM_HEAD, *before, Mark()]


@pytest.mark.parametrize(
    "place",
    [
        Place(after_events=7),
        Place(before_event="error"),
        Place(at_byte=len(body(STREAM)) + 1),
        Place(at_token=6),
    ],
)
def test_a_place_past_the_end_of_a_stream_is_not_reached(place: Place) -> None:
    assert up_to(place, STREAM) == list(STREAM)


def test_a_byte_inside_a_frame_cuts_the_frame_in_two() -> None:
    place = Place(at_byte=len(START.data) + len(PING.data) + 5)

    steps = through(place, STREAM)

    first = Chunk(DELTA_1.data[:5], "content_block_delta", tokens=0, ends=False)
    rest = Chunk(DELTA_1.data[5:], "content_block_delta", tokens=2)
    assert steps[3:6] == [first, Mark(), rest]


def test_a_frame_cut_in_two_counts_as_one_event_and_once_its_tokens() -> None:
    cut = through(Place(at_byte=len(START.data) + len(PING.data) + 5), STREAM)
    unmarked = [step for step in cut if not isinstance(step, Mark)]

    after_three = up_to(Place(after_events=3), unmarked)
    after_two_tokens = up_to(Place(at_token=2), unmarked)

    assert after_three == after_two_tokens == [*unmarked[:5], Mark()]


def test_a_place_that_counts_what_was_sent_comes_before_the_wait_that_follows() -> None:
    plan: list[Step] = [STREAM_HEAD, Wait(1), START, Wait(2), PING, End()]

    steps = through(Place(after_events=1), plan)

    assert steps == [STREAM_HEAD, Wait(1), START, Mark(), Wait(2), PING, End()]


def test_before_an_event_is_when_that_event_is_due() -> None:
    plan: list[Step] = [STREAM_HEAD, START, Wait(2), PING, End()]

    steps = through(Place(before_event="ping"), plan)

    assert steps == [STREAM_HEAD, START, Wait(2), Mark(), PING, End()]


def test_waits_marks_and_raw_bytes_are_passed_on_and_count_as_nothing() -> None:
    plan: list[Step] = [Wait(1), STREAM_HEAD, Mark("a"), Raw(b"x"), START, PING, End()]

    steps = up_to(Place(at_byte=len(START.data)), plan)

    assert steps == [*plan[:5], Mark()]


@pytest.mark.parametrize("place", [Place(), Place(after_events=0), Place(at_byte=0)])
def test_the_beginning_of_a_json_body_is_right_after_its_head(place: Place) -> None:
    assert up_to(place, JSON) == [JSON[0], Mark()]


def test_a_byte_inside_a_json_body_cuts_it_in_two() -> None:
    steps = through(Place(at_byte=4), JSON)

    first, rest = Chunk(BODY.data[:4], ends=False), Chunk(BODY.data[4:], tokens=5)
    assert steps == [JSON[0], first, Mark(), rest, End()]


@pytest.mark.parametrize(
    "place", [Place(after_events=1), Place(at_token=1), Place(before_event="message_stop")]
)
def test_a_json_answer_has_no_events_and_no_tokens_to_stop_at(place: Place) -> None:
    assert up_to(place, JSON) == list(JSON)


def test_a_plan_that_hangs_up_early_ends_there_for_the_cursor_too() -> None:
    plan: list[Step] = [STREAM_HEAD, START, Hangup(reset=True)]

    assert up_to(Place(after_events=2), plan) == plan


def test_a_cursor_shows_the_head_without_passing_it_on() -> None:
    cursor = Cursor([Mark("a"), Wait(1), *STREAM])
    seen: list[Head | None] = []

    def look() -> Iterator[Step]:
        seen.append((yield from cursor.head()))

    passed = list(look())

    assert passed == [Mark("a"), Wait(1)]
    assert seen == [STREAM_HEAD]
    assert list(cursor) == list(STREAM)


def test_a_plan_without_a_head_is_passed_on_in_search_of_one() -> None:
    plan: list[Step] = [Mark("a"), Hangup()]

    assert list(Cursor(plan).head()) == plan


places = st.one_of(
    st.builds(Place),
    st.builds(Place, after_events=st.integers(0, 14)),
    st.builds(Place, at_byte=st.integers(0, 200)),
    st.builds(Place, at_token=st.integers(0, 60)),
    st.builds(Place, before_event=st.sampled_from(["ping", "message_stop", "error"])),
)


@given(plan=answers(), place=places)
def test_a_cursor_edits_nothing_whatever_the_place(plan: tuple[Step, ...], place: Place) -> None:
    steps = through(place, plan)

    others = [step for step in steps if not isinstance(step, Chunk | Mark)]
    assert others == [step for step in plan if not isinstance(step, Chunk)]
    assert body(steps) == body(plan)
    assert is_lawful(steps)


@given(plan=streams(), events=st.integers(0, 14))
def test_after_n_events_exactly_n_are_out(plan: tuple[Step, ...], events: int) -> None:
    sent = [step for step in up_to(Place(after_events=events), plan) if isinstance(step, Chunk)]

    there = sum(isinstance(step, Chunk) for step in plan)
    assert len(sent) == min(events, there)
    assert reached(Place(after_events=events), plan) is (events <= there)


@given(plan=answers(), at=st.integers(0, 200))
def test_at_byte_n_exactly_n_bytes_are_out(plan: tuple[Step, ...], at: int) -> None:
    sent = body(up_to(Place(at_byte=at), plan))

    assert sent == body(plan)[:at]
    assert reached(Place(at_byte=at), plan) is (at <= len(body(plan)))


@given(plan=streams(), events=st.integers(0, 14))
def test_a_cursor_that_counts_reads_no_further_than_what_it_passed_on(
    plan: tuple[Step, ...], events: int
) -> None:
    counted = Counted(plan)

    steps = up_to(Place(after_events=events), counted)

    assert counted.read == len(steps) - marks(steps)


def test_the_end_of_a_stream_is_a_place_after_its_last_frame() -> None:
    plan = (*STREAM[:-1], Wait(1), End())

    assert up_to(Place(before_event="end"), plan) == [*STREAM[:-1], Wait(1), Mark()]
    assert through(Place(before_event="end"), plan) == [*STREAM[:-1], Wait(1), Mark(), End()]


@pytest.mark.parametrize("plan", [JSON, (*STREAM[:-1], Hangup())])
def test_there_is_no_such_place_in_json_nor_where_a_stream_breaks_off(plan: Plan) -> None:
    assert not reached(Place(before_event="end"), plan)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.core.framing import Framing
from simtwin.core.plan import Head
from simtwin.edge.upstream.reading import Interim, Marking, Over, Reading

HEAD = b"HTTP/1.1 200 Fine\r\nX-A: b\r\nContent-Length: 5\r\n\r\n"
MARK = b"x-simtwin-seed: 7\r\n"


def test_a_body_is_over_with_its_length() -> None:
    reading = Reading("POST")

    assert reading.feed(HEAD + b"he") == [
        Head(200, (("x-a", "b"), ("content-length", "5"))),
        b"he",
    ]
    assert reading.feed(b"llo and more") == [b"llo", Over(closes=False)]
    assert reading.unread == b" and more"


def test_a_body_in_chunks_is_over_with_its_last_one() -> None:
    reading = Reading("POST")
    reading.feed(b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n")

    assert reading.head == Head(200)
    assert reading.feed(b"5\r\nhello\r\n") == [b"hello"]
    assert reading.feed(b"0\r\n\r\n") == [Over(closes=False)]


def test_a_body_without_a_length_is_over_with_the_connection() -> None:
    reading = Reading("POST")
    reading.feed(b"HTTP/1.1 200 \r\n\r\nhello")

    assert reading.head == Head(200, framing=Framing(closes=True))
    assert reading.feed(b"") == [Over(closes=True)]


@pytest.mark.parametrize("status", [b"204", b"304"])
def test_some_answers_have_no_body(status: bytes) -> None:
    assert Reading("GET").feed(b"HTTP/1.1 %b \r\n\r\n" % status)[-1] == Over(closes=False)
    assert Reading("HEAD").feed(HEAD)[-1] == Over(closes=False)


def test_interim_answers_come_before_the_one() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"

    assert Reading("POST").feed(hint + HEAD)[:2] == [
        Interim(hint),
        Head(200, (("x-a", "b"), ("content-length", "5"))),
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"HELO 200\r\n\r\n",
        b"HTTP/1.1 200 \r\nx n: a\r\n\r\n",
        b"HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\nZZ\r\nhello\r\n",
        b"HTTP/1.1 200 \r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
    ],
)
def test_what_is_not_understood_has_no_end(data: bytes) -> None:
    reading = Reading("POST")
    reading.feed(data)

    assert reading.lost
    assert not reading.over
    assert reading.feed(b"0\r\n\r\n") == []


def test_a_body_that_is_cut_short_is_not_over() -> None:
    reading = Reading("POST")
    reading.feed(HEAD + b"hell")
    reading.feed(b"")

    assert not reading.over


@given(st.lists(st.integers(0, len(HEAD)), max_size=6))
def test_marks_stand_after_the_status_line_wherever_the_pieces_end(places: list[int]) -> None:
    marking = Marking(MARK)
    places.sort()
    pieces = [
        HEAD[start:end] for start, end in zip([0, *places], [*places, len(HEAD)], strict=True)
    ]

    marked = b"".join(marking.marked(piece) for piece in pieces) + marking.rest()

    assert marked == HEAD.replace(b"Fine\r\n", b"Fine\r\n" + MARK)


def test_interim_answers_carry_no_marks() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"

    assert Marking(MARK).marked(hint + HEAD).startswith(hint + b"HTTP/1.1 200 Fine\r\n" + MARK)


@pytest.mark.parametrize("data", [b"HELO 200\r\n\r\n", b"HTTP/2 or so\n", b"\x00\xff"])
def test_what_is_no_answer_is_not_marked(data: bytes) -> None:
    marking = Marking(MARK)

    assert marking.marked(data) == data


def test_the_beginning_of_an_answer_that_breaks_off_is_not_lost() -> None:
    marking = Marking(MARK)

    assert marking.marked(b"HTTP/1.1 20") == b""
    assert marking.rest() == b"HTTP/1.1 20"

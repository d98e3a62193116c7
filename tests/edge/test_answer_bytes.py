from __future__ import annotations

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.edge.http1.answer import Answer, FramingError

Headers = list[tuple[bytes, bytes]]

names = st.sampled_from([b"date", b"X-Name", b"retry-after"])
values = st.sampled_from([b"a", b"a b, c", b"d\xe9j\xe0", b""])
lengths: st.SearchStrategy[Headers] = st.sampled_from(
    [
        [],
        [(b"content-length", b"6")],
        [(b"Content-Length", b"6"), (b"transfer-encoding", b"chunked")],
    ]
)
headers = st.tuples(st.lists(st.tuples(names, values), max_size=3), lengths).map(
    lambda both: [*both[0][:1], *both[1], *both[0][1:]]
)


def as_h11(method: str, status: int, given: Headers, pieces: list[bytes], close: bool) -> bytes:
    """What h11 writes; as under Hypercorn, it is given no body where there is to be none."""
    connection = h11.Connection(h11.SERVER)
    closing = b"connection: close\r\n" if close else b""
    connection.receive_data(f"{method} / HTTP/1.1\r\nhost: a\r\n".encode() + closing + b"\r\n")
    connection.next_event(), connection.next_event()
    written = [connection.send(h11.Response(status_code=status, headers=given))]
    if method != "HEAD" and status not in {204, 304}:
        written += [connection.send(h11.Data(data=piece)) for piece in pieces if piece]
    written.append(connection.send(h11.EndOfMessage()))
    return b"".join(data or b"" for data in written)


@given(
    method=st.sampled_from(["GET", "POST", "HEAD"]),
    status=st.sampled_from([200, 204, 304, 529]),
    headers=headers,
    pieces=st.sampled_from([[b"abcdef"], [b"", b"abc", b"def"], [b"abcdef", b""]]),
    close=st.booleans(),
)
def test_an_answer_is_framed_as_h11_frames_it(
    method: str, status: int, headers: Headers, pieces: list[bytes], close: bool
) -> None:
    answer = Answer(method.encode(), closes=close)

    ours = answer.head(status, headers)
    ours += b"".join(answer.body(piece, ends=False) for piece in pieces)
    ours += answer.body(b"", ends=True)

    assert ours == as_h11(method, status, headers, pieces, close)
    assert (answer.ended, answer.closes) == (True, close)


def test_an_app_that_wants_the_connection_closed_has_it_closed() -> None:
    answer = Answer(b"GET", closes=False)

    head = answer.head(200, [(b"content-length", b"0"), (b"connection", b"close")])

    assert head == b"HTTP/1.1 200 \r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    assert answer.closes


@pytest.mark.parametrize("value", [b"a\r\nset-cookie: b", b"a\nb", b"a\rb", b"a\0b"])
def test_a_header_that_would_be_two_is_an_error(value: bytes) -> None:
    with pytest.raises(FramingError, match="line break"):
        Answer(b"GET", closes=False).head(200, [(b"x", value)])


@pytest.mark.parametrize("pieces", [[b"abc"], [b"abcd", b"efg"]])
def test_a_body_of_another_length_than_was_told_is_an_error(pieces: list[bytes]) -> None:
    answer = Answer(b"GET", closes=False)
    answer.head(200, [(b"content-length", b"6")])

    with pytest.raises(FramingError, match="not as long"):
        [answer.body(piece, ends=piece is pieces[-1]) for piece in pieces]
    assert not answer.ended


def test_parts_of_an_answer_out_of_their_order_are_an_error() -> None:
    answer = Answer(b"GET", closes=False)
    with pytest.raises(FramingError, match="between"):
        answer.body(b"", ends=True)
    answer.head(200, [])
    with pytest.raises(FramingError, match="one head"):
        answer.head(200, [])
    answer.body(b"", ends=True)
    with pytest.raises(FramingError, match="between"):
        answer.body(b"more", ends=True)

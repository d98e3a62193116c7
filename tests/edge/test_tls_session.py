"""TLS as values: what is fed, what comes out of it, and what it says for itself."""

from __future__ import annotations

import ssl

import pytest
import trio
from certified import authority, trusting

from simtwin.edge.tls.session import PlainHTTPError, Session, TLSError


class Client:
    """The other side, of the standard library."""

    def __init__(self, *protocols: str) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = trusting(*protocols).wrap_bio(
            self.incoming, self.outgoing, server_hostname="localhost"
        )

    def agree(self, session: Session) -> None:
        """Both sides of a handshake."""
        done = False
        while not done:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                pass
            else:
                done = True
            session.feed(self.outgoing.read())
            session.handshake()
            self.incoming.write(session.seal(b""))

    def says(self, data: bytes) -> bytes:
        self.tls.write(data)
        return self.outgoing.read()


def agreed(*protocols: str) -> tuple[Client, Session]:
    client, session = Client(*protocols), Session(authority().context())
    client.agree(session)
    return client, session


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        (("h2", "http/1.1"), "h2"),
        (("http/1.1", "h2"), "h2"),
        (("http/1.1",), "http/1.1"),
        ((), None),
        (("spdy/3",), None),
    ],
)
def test_http_2_is_agreed_on_wherever_the_client_knows_it(
    asked: tuple[str, ...], answered: str | None
) -> None:
    _, session = agreed(*asked)

    assert session.protocol == answered


def test_what_is_said_on_one_side_is_read_on_the_other() -> None:
    client, session = agreed()
    long = bytes(range(256)) * 200

    session.feed(client.says(long))
    client.incoming.write(session.seal(long))

    assert session.read() == long
    assert b"".join(client.tls.read(65_536) for _ in range(4)) == long


def test_a_part_of_a_record_is_nothing_yet() -> None:
    client, session = agreed()
    record = client.says(b"whole")

    session.feed(record[:-1])
    early = session.read()
    session.feed(record[-1:])

    assert early is None
    assert session.read() == b"whole"


def test_the_end_of_the_peers_words_comes_after_them() -> None:
    client, session = agreed()
    record = client.says(b"last")
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.unwrap()

    session.feed(record + client.outgoing.read())

    assert [session.read(), session.read()] == [b"last", b""]


def test_our_own_end_is_said_once() -> None:
    client, session = agreed()

    client.incoming.write(session.close_notify())

    assert client.tls.read(10) == b""
    assert session.close_notify() == b""
    with pytest.raises(trio.BrokenResourceError):
        session.seal(b"more")


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n", PlainHTTPError),
        (b"POST /v1/messages HTTP/1.1\r\n", PlainHTTPError),
        (b"\x16\x03\x01\x00\x05hello", TLSError),
        (b"\x00" * 100, TLSError),
    ],
)
def test_what_is_no_tls_is_said_to_be_none(said: bytes, error: type[TLSError]) -> None:
    session = Session(authority().context())
    session.feed(said)

    with pytest.raises(TLSError) as raised:
        session.handshake()

    assert type(raised.value) is error


def test_a_record_that_was_tampered_with_is_no_tls() -> None:
    client, session = agreed()
    record = bytearray(client.says(b"genuine"))
    record[-1] ^= 1

    session.feed(record)

    with pytest.raises(TLSError):
        session.read()
    assert session.pending, "an alert"


def test_plain_http_is_told_nothing_in_tls() -> None:
    """What a client without TLS is answered is to be readable for it."""
    session = Session(authority().context())
    session.feed(b"GET / HTTP/1.1\r\n\r\n")

    with pytest.raises(PlainHTTPError):
        session.handshake()

    assert session.pending == 0

"""A twin in front of a twin: whatever the one behind does to an answer arrives as it was done.

Both run in this process, on real sockets: what is compared are the bytes that a client reads, and
whether its connection ends by FIN or by RST. The same key asks both for the first time, so ids are
the same; dates are those of two moments.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import attrs
import msgspec
import pytest
import trio
from certified import authority
from live.test_after_every_kind import MET, Met
from live.ways import ASKED
from virtual import all_words

from simtwin.actors.actor import present
from simtwin.core.scope import OfKey, Operator
from simtwin.core.settings import parse
from simtwin.edge.app import make_app
from simtwin.edge.credentials import key_digest
from simtwin.edge.data_plane.open_keys import open_account
from simtwin.edge.epoch import Epoch
from simtwin.edge.server import Server, serve
from simtwin.edge.start import running_twin
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.tls.greeting import Contexts
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.edge.upstream.connection import Dialler
from simtwin.edge.upstream.target import Target
from simtwin.edge.upstream.upstream import Upstream
from simtwin.store.work import on_the_spot
from simtwin_faults import KINDS

#: Nothing here waits for a tenth of it.
PATIENCE = 20.0
#: A silence for good would have to be waited for; one that ends is the same on the way there.
ENDING = {"hang": "hang(seconds=0.2)"}
#: What they write together is what is due by then, which a slow machine decides with them.
TIMED = ("pace", "pings", "stall")

_MOMENT = re.compile(
    rb"(?<=: )(?:\w{3}, \d{2} \w{3} \d{4} \d{2}:\d{2}:\d{2} GMT|\d{4}-[\d-]+T[\d:]+Z)"
)
# No event has a carriage return in it.
_CHUNK = re.compile(rb"\r\n[0-9a-f]+\r\n")


@attrs.frozen
class Heard:
    """All that a client read on a connection, and how that ended."""

    text: bytes
    ended: Literal["fin", "rst"]


@asynccontextmanager
async def listening(
    upstream: Target | None = None, tls: Contexts | None = None
) -> AsyncIterator[tuple[Twin, Target]]:
    """A twin that accepts any key, on a free port; with an upstream it changes nothing."""
    words = all_words()
    doc = {"seed": 7, "limits": {"tier": "unlimited"}, "pace": "instant"}
    behind = None if upstream is None else partial(Upstream, upstream, None, Dialler(upstream))
    async with (
        running_twin(
            words,
            parse(doc, words),
            Epoch(),
            open_keys=True,
            marks=upstream is None,
            edge_headers=False,
            upstream=behind,
        ) as twin,
        trio.open_nursery() as nursery,
    ):
        app = make_app(twin, PlaneConfig(), TenantSecrets(on_the_spot, cost=2))
        listeners = await trio.open_tcp_listeners(0, host="127.0.0.1")
        port = listeners[0].socket.getsockname()[1]
        run = partial(serve, app, listeners, grace=0, max_connections=1_000, tls=tls)
        server: Server = await nursery.start(run)
        yield twin, Target("http" if tls is None else "https", "127.0.0.1", port)
        server.stop()
        nursery.cancel_scope.cancel()


def request(key: str, asked: Mapping[str, Any], *headers: tuple[str, str]) -> bytes:
    body = msgspec.json.encode({**ASKED, **asked})
    given = [
        ("host", "127.0.0.1"),
        ("x-api-key", key),
        ("anthropic-version", "2023-06-01"),
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        *headers,
    ]
    lines = "".join(f"{name}: {value}\r\n" for name, value in given)
    return f"POST /v1/messages HTTP/1.1\r\n{lines}\r\n".encode() + body


async def met(target: Target, kind: str, met: Met) -> Heard:
    """What a client hears that meets a kind, and then asks again if the connection is good for that."""
    first = request(kind, met.asked)
    last = request(kind, {}, ("connection", "close"))
    with trio.fail_after(PATIENCE):
        stream = await trio.open_tcp_stream(target.host, target.port)
        async with stream:
            text = b""
            await stream.send_all(first + last if met.left == "usable" else first)
            if met.left == "stale":
                # It looks alive until the next request begins.
                while not text.endswith(b"\r\n0\r\n\r\n"):
                    text += await stream.receive_some()
                await stream.send_all(last)
            try:
                while data := await stream.receive_some():
                    text += data
            except trio.BrokenResourceError:
                return Heard(text, "rst")
            return Heard(text, "fin")


def plain(kind: str, heard: Heard) -> Heard:
    """Without moments, and without chunks where time decides on them."""
    text = _MOMENT.sub(b"(a moment)", heard.text)
    return attrs.evolve(heard, text=_CHUNK.sub(b"", text) if kind in TIMED else text)


@pytest.fixture(scope="module")
def both() -> Mapping[str, tuple[Heard, Heard]]:
    """What clients hear of every kind, by its name: from the twin behind, and from that in front."""
    return trio.run(_both)


async def _both() -> Mapping[str, tuple[Heard, Heard]]:
    found: dict[str, list[Heard]] = {kind: [] for kind in KINDS}

    async def hear(target: Target, kind: str) -> None:
        found[kind].append(await met(target, kind, MET[kind]))

    async with listening() as (twin, behind), listening(behind) as (_, front):
        for kind in KINDS:
            account = open_account(key_digest(kind))
            key = OfKey(account.tenant_id, account.api_key_id)
            script = ENDING.get(kind, MET[kind].script)
            twin.board.put(key, {"script": script}, present())
        for target in (behind, front):
            async with trio.open_nursery() as nursery:
                for kind in KINDS:
                    nursery.start_soon(hear, target, kind)
            # So that every key asks for the first time again.
            await twin.reset(Operator())
    return {kind: (heard[0], heard[1]) for kind, heard in found.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_behind_arrives_as_it_was_made(
    kind: str, both: Mapping[str, tuple[Heard, Heard]]
) -> None:
    direct, through = (plain(kind, heard) for heard in both[kind])

    assert through == direct


async def test_an_upstream_that_speaks_tls_is_trusted_by_its_authority_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = []
    async with listening(tls=authority().context) as (_, behind):
        for trusted in (False, True):
            if trusted:
                authority().write(tmp_path / "ca.pem")
                # Where OpenSSL looks, and so do programs of users' own.
                monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
            async with listening(behind) as (_, front):
                heard.append(await met(front, "a key", Met("ok")))

    assert heard[0].text.startswith(b"HTTP/1.1 502 ")
    assert b"no TLS: " in heard[0].text
    assert heard[1].text.startswith(b"HTTP/1.1 200 ")

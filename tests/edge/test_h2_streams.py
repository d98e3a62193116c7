"""Streams of one connection of HTTP/2: each ends by itself, and waits for no other."""

from __future__ import annotations

import math
from typing import Any

import h2.events
import pytest
import trio
from edge.h2_client import Performed, connected

from simtwin.core.framing import Framing
from simtwin.core.http2 import ERRORS
from simtwin.core.plan import (
    Chunk,
    End,
    GoAway,
    Hangup,
    Head,
    Mark,
    Plan,
    Raw,
    Rest,
    Step,
    Trickle,
    Wait,
)

HEAD = Head(200, (("content-type", "text/plain"),))
OK: Plan = [HEAD, Chunk(b"ok"), End()]
BOTH = (("transfer-encoding", "chunked"), ("transfer-encoding", "identity"))
BIG = bytes(300_000)


@pytest.mark.parametrize(
    ("plan", "status", "body"),
    [([Hangup()], None, b""), ([HEAD, Chunk(b"half"), Hangup(reset=True)], 200, b"half")],
)
async def test_a_hangup_ends_the_stream_and_not_the_connection(
    plan: Plan, status: int | None, body: bytes, autojump_clock: object
) -> None:
    app = Performed([plan, OK])
    async with connected(app) as client:
        cut = await client.ask()
        end = await client.until(cut)
        after = await client.ask()
        await client.until(after)

    assert end == f"reset {ERRORS['internal_error']}"
    assert (client.status(cut), client.body(cut)) == (status, body)
    assert client.body(after) == b"ok"
    assert [each.ended for each in app.progress] == ["hangup", "end"]


async def test_a_hangup_says_its_code(autojump_clock: object) -> None:
    app = Performed([[Hangup(h2_error=code)] for code in ERRORS.values()])
    async with connected(app) as client:
        ends = [await client.until(await client.ask()) for _ in ERRORS]

    assert ends == [f"reset {code}" for code in ERRORS.values()]


async def test_a_stream_that_waits_keeps_no_other_waiting(autojump_clock: object) -> None:
    app = Performed([[HEAD, Chunk(b"a"), Wait(100), Chunk(b"b"), End()], [Wait(math.inf)], OK])
    async with connected(app) as client:
        began = trio.current_time()
        stalled, hung, quick = [await client.ask() for _ in range(3)]
        await client.until(quick)
        soon = trio.current_time() - began
        await client.until(stalled)
        late = trio.current_time() - began
        ended = await client.until(hung)

    assert (soon, late) == (0, 100)
    assert client.body(stalled) == b"ab"
    assert ended == f"reset {ERRORS['internal_error']}", "a hang ends at the longest wait"


async def test_a_slow_reader_of_one_stream_keeps_no_other_waiting(autojump_clock: object) -> None:
    """The first is read up to its window of 65,535 bytes; that of the connection is opened."""
    app = Performed([[HEAD, Chunk(BIG), End()], [HEAD, Chunk(bytes(50_000)), End()]])
    async with connected(app, reads=False) as client:
        slow = await client.ask()
        await client.got(slow, 65_535)
        await client.open_window(1_000_000)
        quick = await client.ask()
        end = await client.until(quick)
        stuck = len(client.body(slow))
        await client.open_window(1_000_000, slow)
        await client.until(slow)

    assert end == "end"
    assert stuck == 65_535
    assert client.body(slow) == BIG
    assert [each.ended for each in app.progress] == ["end", "end"]


async def test_a_client_that_opens_no_window_is_waited_for_so_long_and_no_longer(
    autojump_clock: object,
) -> None:
    app = Performed([[HEAD, Chunk(BIG), End()], OK], max_wait=20)
    async with connected(app, reads=False) as client:
        began = trio.current_time()
        slow = await client.ask()
        end = await client.until(slow)
        waited = trio.current_time() - began

    assert end == f"reset {ERRORS['cancel']}"
    assert waited == 20
    assert app.progress[0].ended == "hangup"


async def test_a_reset_waits_for_what_was_sent_and_tells_what_was_not(
    autojump_clock: object,
) -> None:
    app, other = (Performed([[HEAD, Chunk(BIG), Hangup()]]) for _ in range(2))
    async with connected(app) as client:
        read = await client.ask()
        await client.until(read)
    async with connected(other, reads=False) as client:
        unread = await client.ask()
        began = trio.current_time()
        await client.until(unread)
        waited = trio.current_time() - began

    assert app.progress[0].undelivered == 0
    assert other.progress[0].undelivered == len(BIG) - 65_535
    assert waited == 2


async def test_a_client_that_resets_its_stream_has_left_it_and_nothing_else(
    autojump_clock: object,
) -> None:
    app = Performed([[HEAD, Chunk(b"a"), Wait(3000), End()], [Wait(10), *OK]])
    async with connected(app) as client:
        began = trio.current_time()
        left, stays = await client.ask(), await client.ask()
        await client.got(left, 1)
        await client.reset(left)
        end = await client.until(stays)
        took = trio.current_time() - began

    assert (end, took) == ("end", 10)
    assert [each.ended for each in app.progress] == ["left", "end"]
    assert app.wires[1].closed_by == "client"
    assert app.wires[2].closed_by is None


async def test_a_client_that_leaves_has_left_all_of_its_streams(autojump_clock: object) -> None:
    plan: Plan = [HEAD, Wait(3000), Chunk(BIG), End()]
    app = Performed([plan, [HEAD, Chunk(BIG), End()]])
    began = trio.current_time()
    async with connected(app, reads=False) as client:
        await client.ask()
        await client.got(await client.ask(), 65_535)

    assert [each.ended for each in app.progress] == ["left", "left"]
    assert trio.current_time() == began


@pytest.mark.parametrize(
    "steps",
    [
        [HEAD, Mark("rule/0"), Raw(b"garbage"), End()],
        [Mark("rule/0"), Raw(b"garbage"), Hangup()],
        [Mark("rule/0"), Head(200, (), Framing(closes=True)), Chunk(b"body"), End()],
        [Mark("rule/0"), Head(200, BOTH, Framing()), Chunk(b"body"), End()],
        [Mark("rule/0"), Head(200, BOTH, Framing(chunked=True)), Chunk(b"body"), End()],
        [Mark("rule/0"), Trickle(1, 1.0), HEAD, Chunk(b"body"), End()],
        [Mark("rule/0"), Rest(1.0), HEAD, Chunk(b"body"), End()],
        [Mark("rule/0"), Head(200, (("te", "gzip"),)), Chunk(b"body"), End()],
    ],
)
async def test_what_http_2_has_no_form_for_is_refused_and_said_to_be(
    steps: list[Step], autojump_clock: object
) -> None:
    app = Performed([steps, OK])
    async with connected(app) as client:
        end = await client.until(await client.ask())
        after = await client.ask()
        await client.until(after)

    assert end == f"reset {ERRORS['http_1_1_required']}"
    assert app.progress[0].unsupported == "rule/0"
    assert app.progress[0].ended == "hangup"
    assert client.body(after) == b"ok"


async def test_an_end_of_the_connection_is_none_where_others_share_it(
    autojump_clock: object,
) -> None:
    app = Performed([[Mark("rule/0"), HEAD, Chunk(b"ok"), End(Hangup(), 1.0)], OK])
    async with connected(app) as client:
        whole = await client.ask()
        end = await client.until(whole)
        after = await client.ask()
        await client.until(after)

    assert (end, client.body(whole), client.body(after)) == ("end", b"ok", b"ok")
    assert app.progress[0].unsupported == "rule/0"


@pytest.mark.parametrize("headers", [(), (("content-length", "9"),)])
async def test_a_framing_that_is_the_servers_own_is_that_of_http_2(
    headers: tuple[tuple[str, str], ...], autojump_clock: object
) -> None:
    head = Head(200, headers).framed()
    app = Performed([[Mark("rule/0"), head, Chunk(b"nine byte"), End()]])
    async with connected(app) as client:
        whole = await client.ask()
        end = await client.until(whole)

    assert (end, client.body(whole)) == ("end", b"nine byte")
    assert app.progress[0].unsupported is None


async def test_headers_of_the_connection_are_left_out(autojump_clock: object) -> None:
    head = Head(200, (("connection", "close"), ("transfer-encoding", "chunked"), ("a", "b")))
    async with connected(Performed([[head, Chunk(b"ok"), End()]])) as client:
        whole = await client.ask()
        end = await client.until(whole)

    assert end == "end"
    assert client.head(whole) == {":status": "200", "a": "b"}


async def test_requests_on_a_connection_are_numbered_and_know_their_protocol(
    autojump_clock: object,
) -> None:
    app = Performed([OK, OK])
    async with connected(app) as client:
        for _ in range(2):
            await client.until(await client.ask())

    seen = [(wire.ordinal, wire.requests, wire.protocol) for wire in app.wires.values()]
    assert seen == [(1, 1, "2"), (1, 2, "2")]


async def test_an_app_that_crashes_breaks_off_its_own_answer(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    async def crashes(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("a flaw")

    async with connected(crashes) as client:
        ends = [await client.until(await client.ask()) for _ in range(2)]

    assert ends == [f"reset {ERRORS['internal_error']}"] * 2
    assert "the app crashed" in caplog.text


async def test_an_answer_that_overtakes_its_request_ends_it_without_an_error(
    autojump_clock: object,
) -> None:
    app = Performed([OK, OK])
    async with connected(app) as client:
        early = await client.ask(body=b"half", ends=False)
        await client.until(early)
        while not any(isinstance(each, h2.events.StreamReset) for each in client.of(early)):
            await client.changed.wait()
        after = await client.ask()
        await client.until(after)

    assert client.body(early) == client.body(after) == b"ok"
    (reset,) = [each for each in client.of(early) if isinstance(each, h2.events.StreamReset)]
    assert reset.error_code == ERRORS["no_error"]


async def test_nothing_is_kept_of_a_stream_that_is_over(autojump_clock: object) -> None:
    plans: list[Plan] = [OK, [Hangup()], [HEAD, Chunk(b"a"), Hangup()], [HEAD, Wait(50), End()]]
    app = Performed(plans)
    async with connected(app) as client:
        for _ in plans[:-1]:
            await client.until(await client.ask())
        left = await client.ask()
        await trio.sleep(1)
        await client.reset(left)
        await trio.sleep(1)
        frames = app.wires[1]._frames
        kept = (frames.streams, frames.shares, frames.stream_buffers, frames.priority._streams)

    assert [len(each) for each in kept] == [0, 0, 0, 1], "the root of the tree of priorities"


async def test_a_goaway_lets_all_streams_end_and_then_the_connection(
    autojump_clock: object,
) -> None:
    app = Performed([[Wait(20), *OK], [GoAway(), Wait(5), *OK]])
    async with connected(app) as client:
        began = trio.current_time()
        await client.ask()
        await client.ask()
        await client.ended.wait()
        took = trio.current_time() - began

    assert client.away == [(3, 0)]
    assert took == 20
    assert [each.ended for each in app.progress] == ["end", "end"]


async def test_a_goaway_before_processing_leaves_its_own_request_out(
    autojump_clock: object,
) -> None:
    app = Performed([OK, [GoAway(processed=False, error=ERRORS["enhance_your_calm"]), Hangup()]])
    async with connected(app) as client:
        await client.until(await client.ask())
        refused = await client.ask()
        await client.ended.wait()

    assert client.away == [(1, ERRORS["enhance_your_calm"])]
    assert client.status(refused) is None
    assert [each.ended for each in app.progress] == ["end", "hangup"]


async def test_a_goaway_takes_no_later_stream_along(autojump_clock: object) -> None:
    """The earlier one is refused by itself, which says the same of it."""
    app = Performed([[Wait(1), GoAway(processed=False), Hangup()], [Wait(5), *OK]])
    async with connected(app) as client:
        refused = await client.ask()
        await client.ask()
        await client.ended.wait()

    assert client.away == [(3, 0)]
    assert [each.ended for each in app.progress] == ["hangup", "end"]
    assert client.status(refused) is None


async def test_a_stream_opened_after_a_goaway_is_refused(autojump_clock: object) -> None:
    app = Performed([[GoAway(), Wait(5), *OK]])
    async with connected(app) as client:
        await client.ask()
        while not client.away:
            await client.changed.wait()
        late = await client.ask()
        end = await client.until(late)
        await client.ended.wait()

    assert end == f"reset {ERRORS['refused_stream']}"
    assert list(app.wires) == [1]
    assert client.status(late) is None

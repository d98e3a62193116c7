"""What the SDK makes of a connection or a stream that goes wrong, and how often it asks again.

Each row was measured with anthropic 2.12.0 against bytes that were written by hand; here a script of
the twin has to come to the same. Once they have a head, the two ways of streaming never ask again.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from json import JSONDecodeError
from typing import Any

import attrs
import httpx2
import pytest
import trio
from anthropic import (
    Anthropic,
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    OverloadedError,
)
from live.served import Key, Tenant
from live.ways import ASKED, TIMEOUT, WAYS, Outcome, ask, ask_async, async_client, client

#: How many rows are met at a time. Most of what they take is waiting, and so they take as long as the
#: slowest of them; with more, the machine would be busy enough to make clients give up too early.
AT_A_TIME = 16

#: Timeouts of clients that are to give up: once, where a head has to come before, which takes 0.1 s
#: when so many ask; and three times, where only the request has to.
IMPATIENT, HEADLESS = 3.0, 2.0

#: In place of a number of events: as many as the whole answer has.
ALL = 1_000

#: How each request of a key ended, and whether its faults came to their places.
Seen = list[tuple[str, set[str]]]

CUT = Outcome(APIConnectionError, httpx2.RemoteProtocolError)
RESET = Outcome(APIConnectionError, httpx2.ReadError)
LATE = Outcome(APITimeoutError, httpx2.ReadTimeout)
NO_JSON = Outcome(JSONDecodeError)


@attrs.frozen
class Row:
    """A script, in which `{all}` is the number of frames of the whole answer, and what comes of it.

    Args:
        name: what it is called where it was measured.
        way: how the SDK is asked.
        script: what each request meets.
        outcome: what the SDK makes of it. The events in it never include the ping.
        requests: how many the twin has seen in the end.
        ended: how each of them ended, by the journal.
        timeout: of the client, seconds.
    """

    name: str
    way: str
    script: str
    outcome: Outcome
    requests: int = 1
    ended: str = "hangup"
    timeout: float = TIMEOUT

    def __str__(self) -> str:
        return f"{self.name}-{self.way}"

    def over_and_over(self, whole: int) -> str:
        """The script, for more requests than the SDK makes."""
        return f"{self.script.format(all=whole)}*9"

    def expected(self, whole: int) -> Outcome:
        """The outcome, where the whole answer has so many frames, one of them the ping."""
        events = self.outcome.events
        if self.way == "raw" and events is None:
            return attrs.evolve(self.outcome, events=0)
        if events is None or events < ALL // 2:
            return self.outcome
        return attrs.evolve(self.outcome, events=whole - 1 + events - ALL)

    @property
    def seen(self) -> Seen:
        """What `seen` finds in the journal."""
        return [(self.ended, {"reached"})] * self.requests


def broken(
    name: str, script: str, error: type[BaseException], events: int, **more: Any
) -> list[Row]:
    """The same error by both ways of streaming, one of which tells how far it came."""
    return [
        Row(name, "raw", script, Outcome(error, events=events), **more),
        Row(name, "helper", script, Outcome(error), **more),
    ]


def truncated(name: str, script: str, events: int, helper: Outcome, **more: Any) -> list[Row]:
    """An end that iteration takes for a good one, and what the helper makes of it."""
    raw = attrs.evolve(helper, error=None, events=events)
    return [
        Row(name, "raw", script, raw, ended="end", **more),
        Row(name, "helper", script, helper, ended="end", **more),
    ]


ROWS = [
    # Before a head: all three ways ask again, twice.
    *[Row("read_close", way, "disconnect", CUT, 3) for way in WAYS],
    *[Row("read_rst", way, "disconnect(reset=true)", RESET, 3) for way in WAYS],
    *[Row("hang", way, "hang", LATE, 3, "left", HEADLESS) for way in WAYS],
    *[Row("st_529", way, "529", Outcome(OverloadedError), 3, "end") for way in WAYS],
    # In a JSON body, which the SDK reads before it decides: it asks again, but not where the
    # framing says that nothing is missing.
    Row("chunk_trunc", "create", "disconnect(at_byte=50)", CUT, 3),
    Row("rst_body", "create", "disconnect(at_byte=50, reset=true)", RESET, 3),
    Row("body_hang", "create", "stall(at_byte=50, seconds=60)", LATE, 3, "left", HEADLESS),
    Row("trunc_json_cl", "create", "truncate(at_byte=50)", NO_JSON, ended="end"),
    Row("empty200", "create", "truncate", NO_JSON, ended="end"),
    # In a stream.
    *broken("rst_body", "disconnect(after_events=4, reset=true)", httpx2.ReadError, 3),
    *broken("sse_cut_empty", "disconnect(after_events=0)", httpx2.RemoteProtocolError, 0),
    *broken("sse_cut_mid", "disconnect(after_events=4)", httpx2.RemoteProtocolError, 3),
    *broken("sse_cut_midframe", "disconnect(at_byte=50)", httpx2.RemoteProtocolError, 0),
    *broken("sse_cut_afterstop", "disconnect(after_events={all})", httpx2.RemoteProtocolError, ALL),
    *broken(
        "body_hang",
        "stall(after_events=0, seconds=60)",
        httpx2.ReadTimeout,
        0,
        ended="left",
        timeout=IMPATIENT,
    ),
    *broken(
        "sse_stall",
        "stall(after_events=4, seconds=60)",
        httpx2.ReadTimeout,
        3,
        ended="left",
        timeout=IMPATIENT,
    ),
    *broken("sse_err_first", "error_event", APIStatusError, 0, ended="end"),
    *broken("sse_err_after_start", "error_event(after_events=1)", APIStatusError, 1, ended="end"),
    *broken("sse_err_mid", "error_event(after_events=4)", APIStatusError, 3, ended="end"),
    *broken(
        "sse_err_after_stop", "error_event(after_events={all})", APIStatusError, ALL, ended="end"
    ),
    *truncated("sse_trunc_empty", "truncate(after_events=0)", 0, Outcome(AssertionError)),
    *truncated("sse_trunc_midframe", "truncate(at_byte=50)", 0, Outcome(AssertionError)),
    *truncated("sse_trunc_start", "truncate(after_events=1)", 1, Outcome()),
    *truncated("sse_trunc_mid", "truncate(after_events=4)", 3, Outcome()),
    *truncated("sse_trunc_nodelta", "truncate(before_event=message_delta)", ALL - 2, Outcome()),
    *truncated(
        "sse_trunc_nostop",
        "truncate(before_event=message_stop)",
        ALL - 1,
        Outcome(stop_reason="end_turn"),
    ),
    # Silences shorter than the client's timeout are none, though together they are longer.
    *truncated(
        "sse_thinking_gap",
        "stall(after_events=4, seconds=1.6)+stall(before_event=message_delta, seconds=1.6)",
        ALL,
        Outcome(stop_reason="end_turn"),
        timeout=IMPATIENT,
    ),
]


@pytest.fixture(scope="module")
def whole(fronts: Callable[[str], Tenant]) -> int:
    """The number of frames of the whole answer, one of which is a ping; all keys get the same."""
    key = fronts("asgi").new_key()
    with client(key) as sdk:
        ask(sdk, "raw")
    return int(key.requests()[0]["sent_events"])


@pytest.fixture(scope="module")
def met(whole: int, fronts: Callable[[str], Tenant]) -> dict[Row, tuple[Outcome, Seen]]:
    """What came of each row."""
    keys = {row: fronts("asgi").new_key() for row in ROWS}
    for row, key in keys.items():
        key.set(script=row.over_and_over(whole))

    def meet(row: Row) -> Outcome:
        with client(keys[row], timeout=row.timeout) as sdk:
            return ask(sdk, row.way)[0]

    with ThreadPoolExecutor(AT_A_TIME) as threads:
        outcomes = list(threads.map(meet, ROWS))
    return {row: (outcome, seen(keys[row])) for row, outcome in zip(ROWS, outcomes, strict=True)}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_sdk_reacts_as_it_does_to_such_bytes(
    row: Row, whole: int, met: dict[Row, tuple[Outcome, Seen]]
) -> None:
    outcome, requests = met[row]

    assert outcome == row.expected(whole)
    assert requests == row.seen


# The SDK drops its generators in the middle of a stream that has an error in it, and trio minds.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
async def test_so_does_the_asynchronous_sdk(whole: int, twin: Tenant) -> None:
    keys = {row: twin.new_key() for row in ROWS}
    outcomes: dict[Row, Outcome] = {}
    places = trio.CapacityLimiter(AT_A_TIME)

    async def meet(row: Row) -> None:
        async with places, async_client(keys[row], timeout=row.timeout) as sdk:
            outcomes[row], _ = await ask_async(sdk, row.way)

    async with trio.open_nursery() as nursery:
        for row, key in keys.items():
            key.set(script=row.over_and_over(whole))
            nursery.start_soon(meet, row)

    assert outcomes == {row: row.expected(whole) for row in ROWS}
    assert {row: seen(key) for row, key in keys.items()} == {row: row.seen for row in ROWS}


@pytest.mark.parametrize(
    ("settings", "type_", "message"),
    [
        ("", "overloaded_error", "Overloaded"),
        ("type=rate_limit_error", "rate_limit_error", None),
        ("type=invalid_request_error", "invalid_request_error", None),
        ('type=zzz_error, message="Nobody knows"', "zzz_error", "Nobody knows"),
    ],
)
def test_an_error_event_tells_its_type_under_a_status_of_200(
    settings: str, type_: str, message: str | None, key: Key, sdk: Anthropic
) -> None:
    key.set(script=f"error_event({', '.join(filter(None, ('after_events=4', settings)))})")

    _, error = ask(sdk, "raw")

    assert type(error) is APIStatusError
    assert (error.status_code, error.type) == (200, type_)
    assert message in (None, error.api_message)
    assert isinstance(error.body, dict)
    assert error.body["request_id"] == error.request_id


def test_a_truncated_stream_leaves_a_part_of_the_text_and_no_stop_reason(
    key: Key, sdk: Anthropic
) -> None:
    with sdk.messages.stream(**ASKED) as whole:
        text = whole.get_final_text()
    key.set(script="truncate(at_token=5)")

    with sdk.messages.stream(**ASKED) as stream:
        message = stream.get_final_message()

    (block,) = message.content
    assert message.stop_reason is None
    assert block.type == "text"
    assert block.text
    assert text.startswith(block.text)
    assert len(block.text) < len(text)


def seen(key: Key) -> Seen:
    """What the journal says."""
    return [
        (entry["ended"], {each["outcome"] for each in entry["fired"]}) for entry in key.requests()
    ]

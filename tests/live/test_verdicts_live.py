"""Clients with their mistakes, on real sockets and in real seconds, against one twin with a key for each.

What tells them apart is a wait of 0 or of 100 ms and more, so a machine that is late by some tens of
milliseconds changes nothing; where thirty have to come at once they are let go together.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPConnection
from threading import Barrier
from typing import Any, Self
from urllib.parse import urlsplit

import anthropic
import httpx2
import pytest

from simtwin.testing.live_server import LiveServer
from simtwin.testing.live_twin import LiveTwin
from simtwin.verdicts.verdict import failing

HELLO: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Tell me of Rome, in forty words."}],
}
#: A wait that is no mistake by itself: twice what counts as at once.
PAUSE = 0.1
WORKERS = 30
#: Of the SDK, under each profile.
CALLS = 6
SOON = "retry_after_form=ms, retry_after=0.3"


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """One for all. No wait of a profile lasts longer than this, however slow the morning."""
    with LiveServer(options=("--max-wait", "0.3")) as server:
        yield server


@pytest.fixture
def twin_with(server: LiveServer, request: pytest.FixtureRequest) -> Callable[..., LiveTwin]:
    """Makes a key that nobody else uses, with a schedule of its own."""
    return lambda **settings: server.twin(request.node.name, **settings)


def mistakes(twin: LiveTwin) -> set[tuple[str, str]]:
    """The findings that count, down to warnings: the rule and how grave."""
    return {(rule.id, found.severity) for rule, found in failing(twin.verdict(), "warning")}


class ByHand:
    """A client of somebody's own making, on one connection, which knows nothing of retries."""

    def __init__(self, twin: LiveTwin, lane: str = "") -> None:
        address = urlsplit(twin.base_url)
        self._connection = HTTPConnection(address.hostname or "", address.port, timeout=20)
        self._path = f"{lane}/v1/messages"
        self._headers = {
            "x-api-key": twin.api_key,
            "anthropic-version": "2023-06-01",
            "content-type": "application/json",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def send(self, doc: Mapping[str, Any]) -> tuple[int, str, str]:
        """The status, the id of the request, and all that was read."""
        self._connection.request("POST", self._path, json.dumps(doc), self._headers)
        answer = self._connection.getresponse()
        return answer.status, answer.headers["request-id"], answer.read().decode()

    def until_answered(self, wait: float) -> None:
        """Ask until there is an answer, whatever was said, and wait so long in between."""
        while self.send(HELLO)[0] != 200:
            time.sleep(wait)


@pytest.mark.parametrize(
    ("script", "wait", "found"),
    [
        pytest.param("529*5; ok", 0.0, ("V5", "error"), id="a loop without waits"),
        pytest.param("429(retry_after=1)*2; ok", PAUSE, ("V1", "error"), id="ignores retry-after"),
        pytest.param("400*2; ok", PAUSE, ("V9", "error"), id="tries a 400 again"),
    ],
)
def test_one_that_asks_until_it_is_answered(
    twin_with: Callable[..., LiveTwin], script: str, wait: float, found: tuple[str, str]
) -> None:
    twin = twin_with(script=script)
    with ByHand(twin) as client:
        client.until_answered(wait)

    assert mistakes(twin) == {found}
    with pytest.raises(AssertionError, match=found[0]):
        twin.assert_resilient()


def text_of(stream: str) -> str:
    """What a stream says, as far as it came."""
    lines = (line for line in stream.splitlines() if line.startswith("data: "))
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    return "".join(event.get("delta", {}).get("text", "") for event in events)


def test_one_that_stores_a_cut_stream_as_an_answer(twin_with: Callable[..., LiveTwin]) -> None:
    twin = twin_with(script="truncate(after_events=12); ok")
    with ByHand(twin) as client:
        said = text_of(client.send({**HELLO, "stream": True})[2])
        more = [{"role": "assistant", "content": said}, {"role": "user", "content": "Thanks."}]
        client.send({**HELLO, "messages": HELLO["messages"] + more})

    assert said
    assert mistakes(twin) == {("V13", "error")}


def test_one_that_sees_the_cut_and_raises_is_right(twin_with: Callable[..., LiveTwin]) -> None:
    twin = twin_with(script="truncate(after_events=12)")
    with ByHand(twin) as client:
        _, request_id, stream = client.send({**HELLO, "stream": True})
    assert "message_stop" not in stream
    told = json.dumps({"call": request_id, "outcome": "raised"}).encode()
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    direct.open(twin.environment["SIMTWIN_OUTCOME_URL"], told, timeout=20).close()

    twin.assert_resilient("info")
    assert next(rule for rule in twin.verdict().rules if rule.id == "V13").value == "pass"


def test_two_layers_of_retries(twin_with: Callable[..., LiveTwin]) -> None:
    twin = twin_with(script="429(retry_after_form=ms, retry_after=0.05)*4")
    with twin.blocking_anthropic(max_retries=1) as client:
        for _ in range(2):
            with suppress(anthropic.RateLimitError):
                client.messages.create(**HELLO)
            time.sleep(PAUSE)

    assert mistakes(twin) == {("V16", "warning")}


def test_thirty_workers_without_jitter(twin_with: Callable[..., LiveTwin]) -> None:
    twin = twin_with(script=f"429({SOON}); ok")
    together = Barrier(WORKERS)

    def work(number: int) -> list[int]:
        asked = {**HELLO, "messages": [{"role": "user", "content": f"Part {number}."}]}
        with ByHand(twin, f"/_lane/w{number}") as client:
            first, _, _ = client.send(asked)
            # As if all had been told in the same moment, however late the machine let them run.
            together.wait(20)
            time.sleep(0.3)
            second, _, _ = client.send(asked)
        return [first, second]

    with ThreadPoolExecutor(WORKERS) as pool:
        statuses = list(pool.map(work, range(WORKERS)))

    assert statuses == [[429, 200]] * WORKERS
    assert mistakes(twin) == {("V7", "warning")}


def test_the_official_sdk_has_no_error_under_shipped_profiles(server: LiveServer) -> None:
    profiles = ("overloaded", "flaky_stream", "black_hole")
    # By this seed each of them strikes within the first requests.
    twins = [server.twin(f"sdk/{name}", seed=4, profiles=[name]) for name in profiles]

    def ask(client: anthropic.Anthropic, number: int) -> None:
        # In a lane of its own, so that what it meets does not hang on who comes first.
        client = client.with_options(base_url=f"{server.base_url}/_lane/call-{number}")
        asked = {**HELLO, "messages": [{"role": "user", "content": f"Part {number}."}]}
        with suppress(anthropic.APIError, httpx2.HTTPError):
            if number % 2:
                with client.messages.stream(**asked) as stream:
                    stream.get_final_message()
            else:
                client.messages.create(**asked)

    # Side by side, since the SDK waits for half a second and more before it tries again.
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor(CALLS * len(twins)))
        clients = [stack.enter_context(twin.blocking_anthropic(timeout=20)) for twin in twins]
        told = [pool.submit(ask, client, n) for n in range(CALLS) for client in clients]
        for each in told:
            each.result()

    for twin in twins:
        assert [attempt for attempt in twin.attempts if attempt.faults and attempt.failed]
        twin.assert_resilient()

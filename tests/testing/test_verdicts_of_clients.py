"""Real clients in virtual time, and what is said of each: its own mistake, and no other."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal

import anthropic
import httpx2
import pytest
import trio
from anthropic import Anthropic

from simtwin.testing import VirtualTwin, run
from simtwin.verdicts.verdict import failing
from simtwin_faults.profiles import texts

MODEL = "claude-sonnet-4-6"
HEADERS = {"anthropic-version": "2023-06-01"}


def hello(text: str = "Hello") -> dict[str, Any]:
    return {
        "model": MODEL,
        "max_tokens": 64,
        "messages": [{"role": "user", "content": text}],
    }


def mistakes(twin: VirtualTwin) -> set[tuple[str, str]]:
    """The findings that count, down to warnings: the rule and how grave."""
    return {(rule.id, found.severity) for rule, found in failing(twin.verdict(), "warning")}


def by_hand(twin: VirtualTwin) -> Callable[[], int]:
    """A client of its own making: one request, and the status that it got."""
    client = httpx2.Client(transport=twin.blocking_transport(), base_url=twin.base_url)
    headers = {**HEADERS, "x-api-key": twin.api_key}
    return lambda: client.post("/v1/messages", json=hello(), headers=headers).status_code


@pytest.mark.parametrize("profile", texts())
def test_the_official_sdk_makes_no_mistake_that_fails_a_run(profile: str) -> None:
    with VirtualTwin(profiles=[profile], seed=3) as twin:
        client = twin.blocking_anthropic()
        for number in range(24):
            try:
                if number % 2:
                    with client.messages.stream(**hello(str(number))) as stream:
                        stream.get_final_message()
                else:
                    client.messages.create(**hello(str(number)))
            except (anthropic.APIError, httpx2.HTTPError):
                pass
            twin.sleep(2)

        assert failing(twin.verdict(), "error", "low") == []
        twin.assert_resilient()


def test_its_known_gap_is_a_limit_of_money_that_it_tries_again() -> None:
    with VirtualTwin("refuse(status=429, error_code=enforced_spend_limit_reached)*3") as twin:
        with pytest.raises(anthropic.RateLimitError):
            twin.blocking_anthropic().messages.create(**hello())

        assert ("V9", "error") in mistakes(twin)


def test_a_loop_without_waits() -> None:
    with VirtualTwin("529*4; ok") as twin:
        ask = by_hand(twin)
        while ask() != 200:
            time.sleep(0)

        assert mistakes(twin) == {("V5", "error")}
        with pytest.raises(AssertionError, match="V5 never retries at once"):
            twin.assert_resilient()


def test_one_that_ignores_retry_after() -> None:
    with VirtualTwin("429(retry_after=20)*2; ok") as twin:
        ask = by_hand(twin)
        while ask() != 200:
            twin.sleep(2)

        assert mistakes(twin) == {("V1", "error")}


def test_one_that_tries_a_400_again() -> None:
    with VirtualTwin("400*2; ok") as twin:
        ask = by_hand(twin)
        while ask() != 200:
            twin.sleep(3)

        assert mistakes(twin) == {("V9", "error")}


def test_one_that_stores_a_cut_stream_as_an_answer() -> None:
    with VirtualTwin("truncate(after_events=12); ok") as twin:
        client = twin.blocking_anthropic()
        turns: list[Any] = [{"role": "user", "content": "Tell me of Rome, in a hundred words."}]
        ask: dict[str, Any] = {"model": MODEL, "max_tokens": 400}
        with client.messages.stream(**ask, messages=turns) as stream:
            said = stream.get_final_text()
        turns += [{"role": "assistant", "content": said}, {"role": "user", "content": "Thanks."}]
        client.messages.create(**ask, messages=turns)

        assert said
        assert mistakes(twin) == {("V13", "error")}


def test_one_that_sees_the_cut_and_asks_again_is_right() -> None:
    with VirtualTwin("truncate(after_events=12); ok") as twin:
        client = twin.blocking_anthropic()
        stop = None
        while stop is None:
            with client.messages.stream(**hello()) as stream:
                stop = stream.get_final_message().stop_reason
            twin.sleep(1)

        assert mistakes(twin) == set()
        assert next(r for r in twin.verdict().rules if r.id == "V13").value == "pass"


@pytest.mark.parametrize(("became", "found"), [("raised", set()), ("returned", {("V13", "error")})])
def test_one_that_sees_the_cut_and_says_so_is_right(
    became: Literal["raised", "returned"], found: set[tuple[str, str]]
) -> None:
    with VirtualTwin("truncate(after_events=12)") as twin:
        with twin.blocking_anthropic().messages.stream(**hello()) as stream:
            whole = stream.get_final_message().stop_reason is not None
            call = stream.request_id
        twin.outcome(became, call)

        assert not whole
        assert mistakes(twin) == found
        assert next(r for r in twin.verdict().rules if r.id == "V13").value != "not_exercised"


def test_two_layers_of_retries() -> None:
    def patient(client: Anthropic) -> None:
        for _ in range(2):
            try:
                client.messages.create(**hello())
            except anthropic.APIStatusError:
                time.sleep(2)

    with VirtualTwin("529*6") as twin:
        patient(twin.blocking_anthropic())

        assert mistakes(twin) == {("V16", "warning")}


@pytest.mark.parametrize(("script", "rule"), [("529; ok", "V6"), ("429(retry_after=5); ok", "V7")])
def test_thirty_workers_without_jitter(script: str, rule: str) -> None:
    async def worker(client: httpx2.AsyncClient, number: int) -> None:
        headers = {**HEADERS, "x-api-key": client.headers["x-api-key"], "x-simtwin-script": script}
        headers["x-simtwin-call"] = str(number)
        path = f"/_lane/w{number}/v1/messages"
        answer = await client.post(path, json=hello(str(number)), headers=headers)
        if answer.is_error:
            await trio.sleep(5)
            await client.post(path, json=hello(str(number)), headers=headers)

    async def main() -> set[tuple[str, str]]:
        async with VirtualTwin() as twin:
            async with (
                httpx2.AsyncClient(
                    transport=twin.transport(),
                    base_url=twin.base_url,
                    headers={"x-api-key": twin.api_key},
                ) as client,
                trio.open_nursery() as nursery,
            ):
                for number in range(30):
                    nursery.start_soon(worker, client, number)
            return mistakes(twin)

    assert run(main) == {(rule, "warning")}


def test_connections_that_are_left_open() -> None:
    with VirtualTwin() as twin:
        kept = []
        for number in range(16):
            client = httpx2.Client(transport=twin.blocking_transport(), base_url=twin.base_url)
            headers = {**HEADERS, "x-api-key": twin.api_key}
            client.post("/v1/messages", json=hello(str(number)), headers=headers)
            kept.append(client)
            twin.sleep(1)

        assert mistakes(twin) == {("V23", "warning")}
        for client in kept:
            client.close()

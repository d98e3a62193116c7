"""Faults on HTTP/2 as the SDK meets them, and as the journal tells of them."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from virtual import HELLO, URL, Stage, staged

from simtwin_faults import KINDS


async def asked(stage: Stage, script: str, *, stream: bool = False) -> tuple[Any, list[Any]]:
    """What one call of the SDK over HTTP/2 comes to, and the journal."""
    await stage.configure(script=script)
    transport = stage.network.transport(http1=False, http2=True)
    outcome: Any
    async with (
        httpx2.AsyncClient(transport=transport, base_url=URL) as http,
        anthropic.AsyncAnthropic(
            api_key=stage.tenant.api_key, base_url=URL, http_client=http, max_retries=2
        ) as sdk,
    ):
        try:
            if stream:
                events = await sdk.messages.create(**HELLO, stream=True)
                outcome = [event.type async for event in events][-1]
            else:
                outcome = (await sdk.messages.create(**HELLO)).stop_reason
        except (anthropic.APIError, httpx2.TransportError) as error:
            outcome = type(error)
    return outcome, await stage.entries()


def told(entries: list[Any]) -> list[tuple[int, int, str, str]]:
    """Of each request: its connection, its number on that, its protocol and its end."""
    names = ("connection", "request_on_connection", "protocol", "ended")
    return [tuple(entry[name] for name in names) for entry in entries]


@pytest.mark.parametrize(
    "script",
    ["disconnect; ok", "disconnect(h2_error=refused_stream); ok", "disconnect(reset=true); ok"],
)
async def test_a_stream_that_is_reset_is_asked_for_again_on_the_same_connection(
    script: str, autojump_clock: object
) -> None:
    async with staged("asgi") as stage:
        outcome, entries = await asked(stage, script)

    first = entries[0]["connection"]
    assert outcome == "end_turn"
    assert told(entries) == [(first, 1, "2", "hangup"), (first, 2, "2", "end")]


async def test_a_stream_that_is_reset_in_its_middle_raises(autojump_clock: object) -> None:
    async with staged("asgi") as stage:
        outcome, entries = await asked(stage, "disconnect(after_events=3); ok", stream=True)

    assert outcome is httpx2.RemoteProtocolError
    assert [entry["closed_by"] for entry in entries] == ["twin"]


async def test_what_is_cut_short_ends_as_if_it_were_whole(autojump_clock: object) -> None:
    async with staged("asgi") as stage:
        outcome, entries = await asked(stage, "truncate(after_events=3); ok", stream=True)

    assert outcome != "message_stop"
    assert [entry["ended"] for entry in entries] == ["end"]


@pytest.mark.parametrize("script", ["goaway; ok", "goaway(processed=false); ok"])
async def test_a_client_that_is_sent_away_asks_on_another_connection(
    script: str, autojump_clock: object
) -> None:
    async with staged("asgi") as stage:
        outcome, entries = await asked(stage, script)

    assert outcome == "end_turn"
    assert [entry["request_on_connection"] for entry in entries] == [1, 1]
    assert entries[0]["connection"] != entries[1]["connection"]
    assert entries[0]["ended"] == ("end" if script == "goaway; ok" else "hangup")


@pytest.mark.parametrize(
    "script", ["garbage(text=hello)", "framing(chunk_size=ZZ)", "interim(status=101)", "stale"]
)
async def test_a_kind_of_http_1_is_unsupported_and_the_next_request_is_served(
    script: str, autojump_clock: object
) -> None:
    assert script.split("(", maxsplit=1)[0] in KINDS
    async with staged("asgi") as stage:
        outcome, entries = await asked(stage, f"{script}; ok")

    assert outcome == "end_turn"
    assert [[fired["outcome"] for fired in entry["fired"]] for entry in entries] == [
        ["unsupported"],
        [],
    ]


async def test_in_http_1_a_client_that_is_sent_away_is_hung_up_on(autojump_clock: object) -> None:
    async with staged("asgi") as stage:
        await stage.configure(script="goaway; goaway(processed=false); ok")
        first = await stage.create()
        with pytest.raises(httpx2.RemoteProtocolError):
            await stage.create()
        last = await stage.create()
        entries = await stage.entries()

    assert (first.status_code, last.status_code) == (200, 200)
    assert [entry["protocol"] for entry in entries] == ["1.1"] * 3
    assert len({entry["connection"] for entry in entries}) == 3

"""What the operator has become of connections, in virtual time."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
import trio
from virtual import HELLO, OPERATOR, Stage, staged

from simtwin.core.profile import parse as parse_profile
from simtwin_faults import KINDS

PROFILE = """
summary = "Every second connection is dead."
good_client = "Connects again."

[[connections]]
when = { every = 2 }
close = { reset = true }
"""


async def rule(stage: Stage, *rules: dict[str, Any]) -> None:
    """Set what happens to connections, over one that is there already."""
    await stage.control("PUT", "/settings", OPERATOR, {"connections": list(rules)})


async def outcome(stage: Stage) -> tuple[Any, float]:
    """What a request on a connection of its own comes to, and how long that takes."""
    began = stage.elapsed
    async with stage.network.client(base_url="http://localhost", timeout=60) as client:
        try:
            answer = await client.post("/v1/messages", headers=stage.headers(), json=HELLO)
        except httpx2.TransportError as error:
            return type(error), stage.elapsed - began
        return answer.status_code, stage.elapsed - began


async def told(stage: Stage) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = (await stage.control("GET", "/settings", OPERATOR))["connections"]
    return rules


async def test_connections_are_refused_as_long_as_the_window_lasts(front: str) -> None:
    async with staged(front) as stage:
        await rule(stage, {"when": {"window": [1, 5]}, "refuse": {}})
        outcomes = []
        for _ in range(4):
            outcomes.append((await outcome(stage))[0])
            await trio.sleep(2)

    assert outcomes == [200, httpx2.ConnectError, httpx2.ConnectError, 200]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (httpx2.RemoteProtocolError, 0)),
        ({"reset": True}, (httpx2.ReadError, 0)),
        ({"after_seconds": 3}, (httpx2.RemoteProtocolError, 3)),
        ({"after_seconds": 3, "reset": True}, (httpx2.ReadError, 3)),
    ],
)
async def test_a_connection_is_cut_before_anything_is_read(
    front: str, settings: dict[str, Any], expected: tuple[type[Exception], float]
) -> None:
    async with staged(front) as stage:
        await rule(stage, {"when": {"nth": 1}, "close": settings})
        cut, fine = await outcome(stage), await outcome(stage)
        (state,) = await told(stage)
        entries = await stage.entries()

    assert cut[0] in (expected[0], httpx2.WriteError)
    assert cut[1] == expected[1]
    assert fine == (200, 0)
    assert (state["name"], state["looked"], state["fired"]) == ("close", 2, 1)
    assert len(entries) == 1


async def test_a_black_hole_takes_everything_and_says_nothing(front: str) -> None:
    async with staged(front) as stage:
        await rule(
            stage,
            {"when": {"nth": 1}, "black_hole": {}},
            {"when": {"nth": 2}, "black_hole": {"seconds": 7}},
        )
        for_ever, for_a_while, fine = [await outcome(stage) for _ in range(3)]

    assert for_ever == (httpx2.ReadTimeout, 60)
    assert for_a_while == (httpx2.RemoteProtocolError, 7)
    assert fine == (200, 0)


@pytest.mark.parametrize(
    ("reset", "error"), [(True, httpx2.ReadError), (False, httpx2.RemoteProtocolError)]
)
async def test_the_request_of_a_stale_connection_is_nobodys(
    front: str, reset: bool, error: type[Exception]
) -> None:
    async with staged(front) as stage:
        await rule(stage, {"stale": {"request": 3, "reset": reset}})
        async with stage.network.client(base_url="http://localhost", timeout=60) as client:
            for _ in range(2):
                answer = await client.post("/v1/messages", headers=stage.headers(), json=HELLO)
                assert answer.status_code == 200
            with pytest.raises(error):
                await client.post("/v1/messages", headers=stage.headers(), json=HELLO)

        assert len(await stage.entries()) == 2


async def test_an_idle_connection_closes_when_it_is_told_to(front: str) -> None:
    async with staged(front) as stage:
        await rule(stage, {"idle": {"seconds": 30}})
        opened = stage.network.opened
        async with stage.network.client(base_url="http://localhost", timeout=60) as client:
            for pause in (29, 31, 0):
                await client.post("/v1/messages", headers=stage.headers(), json=HELLO)
                await trio.sleep(pause)

        assert stage.network.opened == opened + 2


async def test_an_early_answer_does_not_wait_for_the_body(front: str) -> None:
    async with staged(front) as stage:
        await rule(stage, {"when": {"nth": 1}, "early": {"reset": False}})
        line = await stage.network.connect("localhost", 80, httpx2)
        await line.write(b"POST /v1/messages HTTP/1.1\r\ncontent-length: 9000000\r\n\r\n{")
        heard = b""
        while data := await line.read(65_536):
            heard += data
        await line.aclose()

    assert heard.startswith(b"HTTP/1.1 413 \r\n")
    assert b"\r\nconnection: close\r\n" in heard
    assert b'"type":"request_too_large"' in heard


async def test_what_happens_to_connections_is_not_a_tenants_to_say(front: str) -> None:
    async with staged(front) as stage:
        refused = await stage.client.put(
            "/_twin/settings", headers=stage.auth, json={"connections": [{"close": {}}]}
        )
        mine = await stage.control("GET", "/settings")

    assert refused.status_code == 400
    words = "connections: what happens to connections is the operator's to say"
    assert refused.json()["error"] == words
    assert "connections" not in mine["in_force"]


async def test_settings_that_are_taken_away_leave_connections_alone(front: str) -> None:
    async with staged(front) as stage:
        await rule(stage, {"close": {}})
        before = (await outcome(stage))[0]
        await stage.control("DELETE", "/settings", OPERATOR)
        after = (await outcome(stage))[0]

    assert (before != 200, after) == (True, 200)


def test_a_profile_can_have_rules_for_connections() -> None:
    profile = parse_profile(PROFILE, "dead", KINDS)

    assert [(each.name, each.when.every) for each in profile.connections] == [("close", 2)]


async def test_what_the_twin_is_started_with_can_say_it_too(front: str) -> None:
    rules = [{"when": {"nth": 1}, "close": {}}]
    async with staged(front, settings={"connections": rules}) as stage:
        outcomes = [(await outcome(stage))[0] for _ in range(2)]

    assert outcomes == [httpx2.RemoteProtocolError, 200]


async def test_a_window_goes_on_when_something_else_is_changed(front: str) -> None:
    async with staged(front) as stage:
        await rule(stage, {"when": {"window": [5, 10]}, "refuse": {}})
        await trio.sleep(4)
        await stage.control("PATCH", "/settings", OPERATOR, {"seed": 8})
        await trio.sleep(2)
        refused = (await outcome(stage))[0]
        await trio.sleep(4)
        await rule(stage, {"when": {"window": [5, 10]}, "refuse": {}})
        fine = (await outcome(stage))[0]

    assert (refused, fine) == (httpx2.ConnectError, 200)

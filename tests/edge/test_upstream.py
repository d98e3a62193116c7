from __future__ import annotations

import zlib
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
import trio
import trio.testing
from live.test_after_every_kind import MET
from proxied import CALLER, ENVIRONMENT, proxied
from virtual import HELLO, OPERATOR, URL, VERSION, staged

from simtwin.api.replay.shelf import Replay
from simtwin.edge.recordings import read_recordings
from simtwin.edge.upstream.connection import UnreachableError
from simtwin.edge.upstream.recorder import Recorder
from simtwin.edge.upstream.target import Target
from simtwin_faults import KINDS

STREAM = {**HELLO, "stream": True}
SECRET = "a-secret-of-another-service"
MCP = [{"type": "url", "url": "https://a.example", "name": "a", "authorization_token": SECRET}]


async def test_the_answer_is_the_upstreams() -> None:
    async with proxied() as both:
        through = await both.ask()
        direct = await both.behind.create(key=CALLER)

        (entry,) = await both.entries()
        assert through.status_code == 200
        assert through.json()["content"] == direct.json()["content"]
        assert entry["request"] == through.headers["request-id"]
        assert entry["usage"]["output_tokens"] == through.json()["usage"]["output_tokens"] > 0
        assert entry["cause"] is None


async def test_a_stream_is_counted_as_it_passes() -> None:
    async with proxied() as both:
        through = await both.ask(stream=True)

        (entry,) = await both.entries()
        assert "message_stop" in through.text.splitlines()[-2]
        assert entry["last_event"] == "message_stop"
        assert entry["sent_events"] == through.text.count("event: ")
        assert entry["usage"]["input_tokens"] == 8
        assert entry["usage"]["output_tokens"] > 8


async def test_events_are_passed_on_as_they_come(autojump_clock: trio.testing.MockClock) -> None:
    async with proxied(behind={"pace": "steady"}) as both:
        request = both.front.client.build_request(
            "POST", "/v1/messages", headers=both.front.headers(CALLER), json=STREAM
        )
        response = await both.front.client.send(request, stream=True)
        times = [trio.current_time() async for _ in response.aiter_raw()]

        assert times == sorted(set(times))
        assert len(times) > 10


async def test_a_place_in_the_upstreams_stream_is_reached() -> None:
    async with proxied() as both:
        await both.front.configure(script="truncate(before_event=content_block_stop); ok")
        through = await both.ask(both.front.tenant.api_key, stream=True)

        (entry,) = await both.entries()
        assert "content_block_delta" in through.text
        assert "content_block_stop" not in through.text
        assert [each["outcome"] for each in entry["fired"]] == ["reached"]


async def test_a_stall_lasts_as_long_amid_what_arrives(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with proxied(behind={"pace": "steady"}) as both:
        await both.front.configure(script="ok; stall(after_events=5, seconds=30)")
        started = trio.current_time()
        await both.ask(both.front.tenant.api_key, stream=True)
        alone = trio.current_time() - started
        await both.ask(both.front.tenant.api_key, stream=True)

        # What the upstream says meanwhile waits in its connection.
        assert 29 < trio.current_time() - started - 2 * alone <= 30


async def test_a_fault_in_the_place_of_an_answer_never_reaches_the_upstream() -> None:
    async with proxied() as both:
        await both.front.configure(script="529; disconnect; ok")
        refused = await both.ask(both.front.tenant.api_key)

        assert refused.status_code == 529
        assert both.road.wires == []


async def test_a_charged_one_lets_the_upstream_do_the_work() -> None:
    async with proxied() as both:
        await both.front.configure(rules=[{"charge": True, "refuse": {"status": 529}}])
        refused = await both.ask(both.front.tenant.api_key)

        (entry,) = await both.entries()
        (behind,) = await both.arrived()
        assert refused.status_code == 529
        assert behind["whole"]
        assert entry["usage"]["output_tokens"] == behind["usage"]["output_tokens"] > 0
        assert entry["cause"] is None


async def test_what_the_upstream_refuses_is_told_from_what_was_injected() -> None:
    async with proxied(behind={"script": "529*2"}) as both:
        await both.front.configure(script="ok; latency(seconds=1); 503")
        for status in (529, 529, 503):
            refused = await both.ask(both.front.tenant.api_key)
            assert refused.status_code == status

        causes = [entry["cause"] for entry in await both.entries()]
        logs = await both.front.control("GET", "/logs")
        details = [each.get("details") or {} for each in logs["logs"]]
        verdict = await both.front.control("GET", "/verdict")
        assert causes == ["upstream", "upstream", None]
        assert verdict["upstream"] == 2
        assert sum(each.get("cause") == "upstream" for each in details) == 2


async def test_paths_and_methods_that_nobody_knows_are_passed_on_with_their_query() -> None:
    asked: list[Any] = []
    async with proxied(
        app=partial(_noting, asked), target=Target("http", "localhost", 80, "/g")
    ) as both:
        headers = {**both.front.headers(CALLER), "x-simtwin-call": "a", "x-mine": "b"}
        await both.front.client.request(
            "DELETE", "/_lane/l/v1/new/th%2Fing?a=b&a=c", headers=headers, content=b"\x00\xff"
        )

        ((scope, body),) = asked
        given = dict(scope["headers"])
        assert (scope["method"], scope["raw_path"]) == ("DELETE", b"/g/v1/new/th%2Fing")
        assert (scope["query_string"], body) == (b"a=b&a=c", b"\x00\xff")
        assert given[b"x-mine"] == b"b"
        assert given[b"x-api-key"] == CALLER.encode()
        assert not any(name.startswith(b"x-simtwin") for name in given)


async def test_a_redirect_is_not_followed() -> None:
    async with proxied(behind={"script": "redirect(status=307)"}) as both:
        request = both.front.client.build_request(
            "POST", "/v1/messages", headers=both.front.headers(CALLER), json=HELLO
        )
        response = await both.front.client.send(request, follow_redirects=False)

        assert response.status_code == 307
        assert len(await both.arrived()) == 1


async def test_a_key_of_the_twin_becomes_that_of_the_environment() -> None:
    asked: list[Any] = []
    async with proxied(app=partial(_noting, asked)) as both:
        key = both.front.tenant.api_key
        await both.ask(key)
        await both.front.client.post(
            "/v1/messages", headers={"authorization": f"Bearer {key}", **VERSION}, json=HELLO
        )

        heads = [dict(scope["headers"]) for scope, _ in asked]
        assert heads[0][b"x-api-key"] == ENVIRONMENT.encode()
        assert heads[1][b"authorization"] == f"Bearer {ENVIRONMENT}".encode()
        assert key not in repr(asked)


async def test_without_one_it_is_refused_in_words_that_say_why() -> None:
    async with proxied(key=None) as both:
        refused = await both.ask(both.front.tenant.api_key)

        assert refused.status_code == 401
        assert "ANTHROPIC_API_KEY" in refused.json()["error"]["message"]
        assert both.road.wires == []


async def test_a_client_that_leaves_ends_the_connection_behind_at_once(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with proxied(behind={"script": "stall(after_events=2, seconds=600)"}) as both:
        with trio.move_on_after(5):
            await both.ask(stream=True)
        await trio.sleep(1)

        (wire,) = both.road.wires
        assert wire.closed_by == "client"
        assert wire.closed_at == both.front.began + 5
        assert (await both.entries())[0]["ended"] == "left"


async def test_one_that_leaves_at_rest_does_too(autojump_clock: trio.testing.MockClock) -> None:
    async with proxied() as both:
        client = both.front.anthropic(api_key=CALLER)
        for _ in range(3):
            await client.messages.create(**HELLO)

        (wire,) = both.road.wires
        assert wire.closed_by is None
        await client.close()
        await trio.sleep(1)
        assert wire.closed_by == "client"


async def test_a_fault_goes_on_when_the_upstream_closes_what_rests(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with proxied(behind={"script": "stale(seconds=5, reset=false)"}) as both:
        await both.front.configure(script="ok; hang(seconds=60)")
        await both.ask(both.front.tenant.api_key)
        with pytest.raises(httpx2.RemoteProtocolError):
            await both.ask(both.front.tenant.api_key)

        (wire,) = both.road.wires
        assert wire.closed_at == both.front.began + 5
        assert both.front.elapsed == 60


async def test_an_upstream_that_answers_before_it_has_read_is_heard(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await _answer(send, b"{}")

    async with proxied(app=refuse) as both:
        answer = await both.front.client.post(
            "/v1/files", headers=both.front.headers(CALLER), content=b"x" * 5_000_000
        )

        assert answer.status_code == 200


@pytest.mark.parametrize(("late", "status"), [(False, 502), (True, 504)])
async def test_an_upstream_that_cannot_be_reached_is_told_in_the_apis_words(
    late: bool, status: int
) -> None:
    async with proxied() as both:
        both.road.blocked = UnreachableError("Connection refused", late=late)
        refused = await both.ask()

        (entry,) = await both.entries()
        assert refused.status_code == status
        assert refused.json()["error"]["message"].endswith("Connection refused")
        assert refused.headers["x-simtwin-cause"] == "upstream"
        assert entry["cause"] == "upstream"


async def test_an_upstream_that_says_nothing_hangs_up_on_the_client() -> None:
    async with proxied(behind={"script": "disconnect"}) as both:
        with pytest.raises(anthropic.APIConnectionError):
            await both.front.anthropic(api_key=CALLER).messages.create(**HELLO)

        (entry,) = await both.entries()
        assert (entry["cause"], entry["ended"], entry["status"]) == ("upstream", "hangup", None)


async def test_there_are_no_limits_but_those_that_are_set() -> None:
    async with proxied(behind={"limits": {"tier": "tier1"}}) as both:
        through = await both.ask(both.front.tenant.api_key)
        await both.front.configure(limits={"tier": "tier2"})
        limited = await both.ask(both.front.tenant.api_key)

        name = "anthropic-ratelimit-requests-limit"
        assert (through.headers[name], limited.headers[name]) == ("50", "1000")


async def test_a_limit_of_the_twins_own_refuses_before_anything_is_sent() -> None:
    async with proxied() as both:
        limits = {"pools": {"claude-sonnet-4.x": {"rpm": 1}}}
        await both.front.configure(limits=limits)
        statuses = [(await both.ask(both.front.tenant.api_key)).status_code for _ in range(2)]

        assert statuses == [200, 429]
        assert len(await both.arrived()) == 1


@pytest.mark.parametrize("fields", [{}, {"stream": True}])
async def test_what_was_recorded_is_played_again_byte_for_byte(
    fields: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(recorder=Recorder(path, print)) as both:
        recorded = await both.ask(**fields)
    async with staged("asgi", open_keys=True, replay=Replay(read_recordings([path]))) as stage:
        played = await stage.create(key=CALLER, **fields)

    assert played.content == recorded.content
    assert played.headers["request-id"] == recorded.headers["request-id"]


async def test_with_recordings_only_what_is_not_among_them_reaches_the_upstream(
    tmp_path: Path,
) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(recorder=Recorder(path, print)) as both:
        await both.ask()
    shelf = read_recordings([path])
    async with proxied(
        recorder=Recorder(path, print), replay=Replay(shelf, answers_misses=True)
    ) as both:
        for most in (64, 3):
            assert (await both.ask(max_tokens=most)).status_code == 200

        assert len(await both.arrived()) == 1
    assert len(read_recordings([path])) == 2


async def test_what_is_not_whole_is_not_recorded(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(
        behind={"script": "disconnect(after_events=4)"}, recorder=Recorder(path, print)
    ) as both:
        with pytest.raises(httpx2.RemoteProtocolError):
            await both.ask(stream=True)

    assert path.read_bytes() == b""


async def test_what_was_compressed_is_recorded_as_it_reads(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(behind={"script": "encoding"}, recorder=Recorder(path, print)) as both:
        recorded = await both.ask(stream=True)
        (entry,) = await both.entries()
    async with staged("asgi", open_keys=True, replay=Replay(read_recordings([path]))) as stage:
        played = await stage.create(key=CALLER, stream=True)

    assert recorded.headers["content-encoding"] == "gzip"
    assert played.content == recorded.content
    assert entry["last_event"] == "message_stop"


async def test_secrets_are_nowhere_but_on_the_way(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(app=_echo, recorder=Recorder(path, print)) as both:
        own = both.front.tenant.api_key
        for key in (CALLER, own):
            echoed = await both.ask(key, mcp_servers=MCP)
            assert (CALLER if key == CALLER else ENVIRONMENT) in echoed.text
        journal = await both.entries()
        logs = await both.front.control("GET", "/logs", OPERATOR)
        usage = await both.front.control("GET", "/usage", OPERATOR)
        kept = repr((journal, logs, usage, both.front.twin.store, caplog.text, capsys.readouterr()))

    assert len(journal) == 2
    for secret in (CALLER, ENVIRONMENT, SECRET, own):
        assert secret not in kept
        assert secret not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


async def test_a_recorded_request_with_a_secret_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "cassette.jsonl"
    async with proxied(app=_echo, recorder=Recorder(path, print)) as both:
        await both.ask(mcp_servers=MCP)
    async with staged("asgi", open_keys=True, replay=Replay(read_recordings([path]))) as stage:
        played = await stage.create(key=CALLER, mcp_servers=MCP)

    assert played.status_code == 200


async def test_bodies_that_nobody_looks_into_are_passed_on_piece_by_piece() -> None:
    pieces: list[int] = []

    async def count(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            pieces.append(len(message.get("body", b"")))
            more = message.get("more_body", False)
        await _answer(send, b"{}")

    async def body() -> Any:
        for _ in range(600):
            yield b"x" * 65_536

    async with proxied(app=count) as both:
        answer = await both.front.client.post(
            "/v1/files", headers=both.front.headers(CALLER), content=body()
        )

        (entry,) = await both.entries()
        assert answer.status_code == 200
        # More than the 32 MB that a document may have.
        assert sum(pieces) == entry["body_bytes"] == 600 * 65_536


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_takes_effect_on_an_answer_of_the_upstreams(
    kind: str, autojump_clock: trio.testing.MockClock, caplog: pytest.LogCaptureFixture
) -> None:
    met = MET[kind]
    async with proxied() as both:
        headers = {**both.front.headers(CALLER), "x-simtwin-script": met.script}
        # A connection of its own, as some kinds leave it unfit for the next request.
        client = both.front.network.client(base_url=URL, timeout=None)
        with trio.move_on_after(60), suppress(httpx2.HTTPError, zlib.error):
            await client.post(
                "/v1/messages",
                headers=headers,
                json={**HELLO, **met.asked},
                follow_redirects=False,
            )
        await client.aclose()
        await trio.sleep(60)

        (entry,) = await both.entries()
        assert [each["outcome"] for each in entry["fired"]] == ["reached"]
        assert entry["cause"] is None
    assert caplog.records == []


async def test_http_2_has_a_connection_behind_for_each_request() -> None:
    async with proxied(behind={"script": "ok*2; 529; disconnect(after_events=2)"}) as both:
        transport = both.front.network.transport(http1=False, http2=True)
        headers = both.front.headers(CALLER)
        async with httpx2.AsyncClient(transport=transport, base_url=URL) as client:
            post = partial(client.post, "/v1/messages", headers=headers)
            json, stream = await post(json=HELLO), await post(json=STREAM)
            refused = await post(json=HELLO)
            with pytest.raises(httpx2.RemoteProtocolError):
                await post(json=STREAM)

        assert [each.http_version for each in (json, stream)] == ["HTTP/2", "HTTP/2"]
        assert stream.text.count("event: message_stop") == 1
        assert refused.status_code == 529
        assert len(both.road.wires) == 4
        assert [each["cause"] for each in await both.entries()] == [None, None, *["upstream"] * 2]


async def test_silence_of_the_upstream_ends_with_the_longest_wait(
    autojump_clock: trio.testing.MockClock,
) -> None:
    async with proxied(behind={"script": "hang"}, max_wait=20) as both:
        with pytest.raises(httpx2.RemoteProtocolError):
            await both.ask()

        (entry,) = await both.entries()
        assert both.front.elapsed == 20
        assert (entry["cause"], entry["ended"]) == ("upstream", "hangup")


async def _noting(asked: list[Any], scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    asked.append((scope, body))
    await _answer(send, b"{}")


async def _echo(scope: Any, receive: Any, send: Any) -> None:
    """An upstream that repeats whatever it was told, credentials and all."""
    asked: list[Any] = []

    async def nothing(_: Any) -> None:
        """Answered below."""

    await _noting(asked, scope, receive, nothing)
    await _answer(send, repr(asked).encode())


async def _answer(send: Any, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})

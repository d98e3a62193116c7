"""What simtwin/edge/connection.py relies on in Hypercorn, which documents none of it.

A failure here after an upgrade says what has moved. Look at connection.py with the new source
beside it before raising the upper bound in pyproject.toml.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from hypercorn.config import Config
from hypercorn.events import Closed, RawData, Updated
from hypercorn.protocol import ProtocolWrapper
from hypercorn.protocol.events import Request
from hypercorn.protocol.h2 import H2Protocol, StreamBuffer
from hypercorn.protocol.http_stream import HTTPStream
from hypercorn.trio.task_group import TaskGroup
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import EventWrapper, WorkerContext
from hypercorn.typing import ConnectionState

from simtwin.edge.connection import Connection, Tasks, settings
from simtwin.edge.h2.protocol import H2

ADVICE = "Hypercorn has moved: compare simtwin/edge/connection.py with its trio/tcp_server.py"


def names(function: Callable[..., Any]) -> list[str]:
    return list(inspect.signature(function).parameters)


@pytest.mark.parametrize(
    ("function", "parameters"),
    [
        (TCPServer, ["app", "config", "context", "state", "stream"]),
        (WorkerContext, ["max_requests"]),
        (RawData, ["data", "address"]),
        (Updated, ["idle"]),
        (Closed, []),
        (TaskGroup.spawn_app, ["self", "app", "config", "scope", "send"]),
        (TaskGroup.spawn, ["self", "func", "args"]),
        (TCPServer.protocol_send, ["self", "event"]),
        (ProtocolWrapper.handle, ["self", "event"]),
        (ProtocolWrapper.initiate, ["self"]),
        (EventWrapper.set, ["self"]),
    ],
)
def test_the_parameters_are_those_that_we_pass(
    function: Callable[..., Any], parameters: list[str]
) -> None:
    assert names(function) == parameters, ADVICE


def test_the_protocols_take_what_we_pass_by_position() -> None:
    assert names(ProtocolWrapper) == [
        "app",
        "config",
        "context",
        "task_group",
        "state",
        "ssl",
        "client",
        "server",
        "send",
        "alpn_protocol",
    ], ADVICE
    assert inspect.signature(ProtocolWrapper).parameters["alpn_protocol"].default is None


def test_a_connection_keeps_what_its_parent_was_given() -> None:
    anything: Any = object()
    config, context, state = settings(), WorkerContext(None), {"wire": anything}

    server = TCPServer(anything, config, context, state, anything)

    kept = (server.app, server.config, server.context, server.state)
    assert kept == (anything, config, context, state), ADVICE


@pytest.mark.parametrize("method", ["run", "protocol_send", "_read_data"])
def test_what_we_override_is_still_there_to_override(method: str) -> None:
    assert method in vars(TCPServer), ADVICE
    assert method in vars(Connection)


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("handle", ["self", "event"]),
        ("stream_send", ["self", "event"]),
        ("_handle_events", ["self", "events"]),
        ("_send_data", ["self", "stream_id"]),
    ],
)
def test_what_our_http_2_overrides_is_still_there(method: str, parameters: list[str]) -> None:
    assert names(vars(H2Protocol)[method]) == parameters, ADVICE
    assert names(vars(H2)[method]) == parameters


async def test_what_our_http_2_looks_into_is_still_there() -> None:
    anything: Any = None
    context = WorkerContext(None)
    protocol = H2(anything, settings(), context, anything, {}, False, None, None, anything)
    buffer = StreamBuffer(context.event_class)

    for name in ("connection", "streams", "stream_buffers", "priority", "context", "closed"):
        assert name in vars(protocol), ADVICE
    for method in ("_flush", "_close_stream", "_window_updated"):
        assert method in vars(H2Protocol), ADVICE
    assert (bytes(buffer.buffer), buffer.complete) == (b"", False), ADVICE
    await buffer.close()
    assert buffer.complete, ADVICE


@pytest.mark.parametrize("method", ["spawn_app", "spawn"])
def test_our_tasks_answer_to_the_same_calls(method: str) -> None:
    theirs = inspect.signature(getattr(TaskGroup, method)).parameters.values()
    ours = inspect.signature(getattr(Tasks, method)).parameters.values()

    assert [parameter.kind for parameter in ours] == [parameter.kind for parameter in theirs], (
        ADVICE
    )


def test_each_setting_that_we_make_is_one_of_hypercorns() -> None:
    made = vars(settings())

    unknown = [name for name in made if not hasattr(Config, name)]

    assert made
    assert unknown == [], ADVICE


def test_a_server_that_stops_lets_no_connection_rest() -> None:
    assert "terminated" in vars(WorkerContext(None)), ADVICE


async def test_a_request_sees_a_copy_of_the_connections_state() -> None:
    seen: list[Any] = []
    state = ConnectionState({"wire": object()})

    class Group:
        async def spawn_app(self, _app: Any, _config: Any, scope: Any, _send: Any) -> Any:
            seen.append(scope["state"])

    async def send(event: Any) -> None:
        """Nothing is sent."""

    anything: Any = None
    group: Any = Group()
    stream = HTTPStream(
        anything, settings(), WorkerContext(None), group, False, None, None, send, 1
    )
    await stream.handle(Request(1, [], "1.1", "GET", b"/", state))

    assert seen == [state], ADVICE
    assert seen[0] is not state

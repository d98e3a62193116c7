"""The data plane as Quart routes: Quart finds the route, the plan is performed past its response."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from quart import Response, request
from quart_trio import QuartTrio
from quart_trio.asgi import TrioASGIHTTPConnection
from werkzeug.exceptions import RequestEntityTooLarge

from simtwin.api.errors import ApiError, envelope
from simtwin.edge.data_plane.request import BodyTooLargeError, Receive, Request, from_scope
from simtwin.edge.perform import Send

Respond = Callable[[Request, Send], Awaitable[None]]

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Performance(Response):
    """A response that writes itself: a head, pauses, frames, or no proper end."""

    def __init__(self, perform: Callable[[Send], Awaitable[None]]) -> None:
        super().__init__()
        self.perform = perform


class PerformingConnection(TrioASGIHTTPConnection):
    """Quart's connection, which lets a `Performance` have the ASGI send channel to itself."""

    async def _send_response(self, send: Any, response: Any) -> None:
        if isinstance(response, Performance):
            await response.perform(send)
        else:
            await super()._send_response(send, response)


def register(app: QuartTrio, respond: Respond) -> None:
    """Route everything under `/v1` to `respond`; what is on no route is not found."""
    app.asgi_http_class = PerformingConnection
    # Quart would send `/v1//messages` elsewhere; to the API it is a path like any other.
    app.url_map.merge_slashes = False

    async def answer(**_: str) -> Performance:
        asked = from_scope(request.scope, _receive())
        return Performance(lambda send: respond(asked, send))

    async def astray(_: Exception) -> Response:
        if request.path.startswith("/v1/"):
            return await answer()
        body = envelope(ApiError.of(404), "")
        return Response(body, 404, content_type="application/json")

    for rule in ("/v1", "/v1/", "/v1/<path:rest>"):
        app.add_url_rule(rule, rule, answer, methods=METHODS, provide_automatic_options=False)
    # A path that no rule has a form for, and a method that nobody has heard of.
    app.register_error_handler(404, astray)
    app.register_error_handler(405, astray)


def _receive() -> Receive:
    """The body that Quart collects, as the ASGI messages that it was made of."""
    pieces = request.body

    async def receive() -> Mapping[str, Any]:
        try:
            piece = await anext(pieces)
        except StopAsyncIteration:
            return {"type": "http.request", "body": b"", "more_body": False}
        except RequestEntityTooLarge:
            raise BodyTooLargeError from None
        return {"type": "http.request", "body": piece, "more_body": True}

    return receive

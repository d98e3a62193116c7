"""The ASGI application: Quart with both planes, and a short way past it for the hot route."""

from __future__ import annotations

from functools import partial
from typing import Any

import attrs
from quart_trio import QuartTrio

from simtwin.edge.connection import App
from simtwin.edge.data_plane import quart_routes
from simtwin.edge.data_plane.address import Addressed
from simtwin.edge.data_plane.endpoints import find
from simtwin.edge.data_plane.plane import respond
from simtwin.edge.data_plane.request import MOST_DISCARDED_BYTES, from_scope
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.hosts import refusal
from simtwin.edge.twin_plane.mount import PlaneConfig, register

HOT_PATH = "/v1/messages"


def make_app(
    twin: Twin, config: PlaneConfig, secrets: TenantSecrets | None = None, *, hot: bool = True
) -> App:
    """The application.

    Args:
        twin: what it is the front of.
        config: how the twin plane is set up.
        secrets: checks tenants' secrets; in virtual time one that uses no thread.
        hot: whether `POST /v1/messages` goes past Quart. The answers are the same either way.
    """
    app = QuartTrio("simtwin", static_folder=None, template_folder=None)
    # A stream may last as long as its plan says, and a body may trickle in; both are faults that
    # people ask for. Quart's own limits, 60 s each, would cut them off.
    app.config["RESPONSE_TIMEOUT"] = None
    app.config["BODY_TIMEOUT"] = None
    # The API's own limit is checked where its own error can be given; this one bounds what is
    # thrown away after it. Quart's default is 16 MiB.
    app.config["MAX_CONTENT_LENGTH"] = MOST_DISCARDED_BYTES
    register(app, twin, config, secrets)
    quart_routes.register(app, partial(respond, twin))
    for gateway in twin.gateways.values():
        gateway.mount(app, twin)
    prefixes = {gateway.prefix: name for name, gateway in twin.gateways.items()}
    quart: App = app.asgi_app
    past_quart = partial(HotRoute, twin=twin, allowed_hosts=config.allowed_hosts, hot=hot)
    # Twice: what has a prefix is looked at again without it, and what has none is not looked at for
    # one on its way.
    app.asgi_app = past_quart(Addressed(past_quart(quart), prefixes))  # type: ignore[method-assign]  # the documented place for ASGI middleware
    return app


@attrs.frozen
class HotRoute:
    """ASGI middleware that answers itself what is not for Quart.

    `POST /v1/messages`, as Quart's routing costs as much again; and what is spooled, as Quart takes a
    body in as fast as it comes, and keeps it in memory until somebody asks for it.

    Args:
        app: answers the rest.
        twin: whose requests they are.
        allowed_hosts: host names that the twin answers to.
        hot: whether `POST /v1/messages` is answered here.
    """

    app: App
    twin: Twin
    allowed_hosts: frozenset[str]
    hot: bool = True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and scope["method"] == "POST" and self._takes(scope["path"]):
            request = from_scope(scope, receive)
            found = refusal(request.header(b"host"), request.header(b"origin"), self.allowed_hosts)
            if found is None:
                await respond(self.twin, request, send)
                return
        await self.app(scope, receive, send)

    def _takes(self, path: str) -> bool:
        if path == HOT_PATH:
            return self.hot
        return path.startswith("/v1/") and find("POST", path)[0].spooled is not None

"""The front of a twin inside a test, made of what it needs and no more."""

from __future__ import annotations

from functools import cache
from typing import Any

import attrs

from simtwin.core.settings import Vocabulary
from simtwin.edge.app import HotRoute, make_app
from simtwin.edge.connection import App
from simtwin.edge.options import vocabulary
from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin import Twin
from simtwin.edge.twin_plane.mount import PlaneConfig
from simtwin.store.work import on_the_spot


@cache
def words() -> Vocabulary:
    """The vocabulary of every virtual twin; reading the profiles takes its time."""
    return vocabulary(lambda _: None)


def front(twin: Twin) -> App:
    """The application of a twin: the hot route, and Quart once something else is asked for.

    Most tests ask for messages alone, and Quart takes longer to set up than they do.
    """
    return HotRoute(_OnceAsked(twin), twin, frozenset())


@attrs.define(eq=False)
class _OnceAsked:
    """The whole application, made on its first request."""

    twin: Twin
    app: App | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if self.app is None:
            self.app = make_app(self.twin, PlaneConfig(), TenantSecrets(on_the_spot))
        await self.app(scope, receive, send)

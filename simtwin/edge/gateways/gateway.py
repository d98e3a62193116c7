"""What a gateway is to a request that comes through it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from simtwin.api.errors import ApiError
from simtwin.api.gateways.rules import Doc
from simtwin.edge.data_plane.request import Request
from simtwin.store.records import AccountRecord
from simtwin.store.store import Store

if TYPE_CHECKING:
    from quart import Quart

    from simtwin.edge.data_plane.endpoints import Endpoint
    from simtwin.edge.data_plane.exchange import Exchange, Headers
    from simtwin.edge.twin import Twin


class Gateway(Protocol):
    """One gateway of a twin."""

    @property
    def name(self) -> str:
        """What the journal calls it."""
        ...

    @property
    def prefix(self) -> bytes:
        """What its paths begin with."""
        ...

    def settle_in(self, store: Store, tenant_id: str, wall: float) -> None:
        """Belong to a tenant: whose keys its keys are, and whose account it has with the provider."""
        ...

    def mount(self, app: Quart, twin: Twin) -> None:
        """Serve the paths that it has beside the API's."""
        ...

    def forwarded(self, request: Request) -> Request:
        """The request as it is sent on to the provider, but for its body."""
        ...

    def account(self, twin: Twin, request: Request) -> AccountRecord | ApiError:
        """Whose request it is, or why it is nobody's."""
        ...

    def rewritten(self, endpoint: Endpoint, doc: Doc) -> Doc:
        """The document as it is sent on; the same one where nothing is changed."""
        ...

    async def admits(self, twin: Twin, exchange: Exchange) -> None:
        """Let a request through.

        Raises:
            Rejected: it does not; the error has a body of its own.
        """
        ...

    def forget(self, account: AccountRecord) -> None:
        """Let go of what is kept for an account that was removed."""
        ...

    def passed(self, exchange: Exchange, headers: Headers) -> Headers:
        """The headers of an answer of the provider, as they are passed on."""
        ...

    def own(self, exchange: Exchange) -> Headers:
        """The headers of an answer of its own."""
        ...

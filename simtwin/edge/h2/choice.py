"""Which protocol a connection speaks: as ALPN agreed, or as its first bytes say."""

from __future__ import annotations

from typing import Any

from hypercorn.events import Event, RawData
from hypercorn.protocol import ProtocolWrapper
from hypercorn.protocol.h11 import H2CProtocolRequiredError, H2ProtocolAssumedError

from simtwin.edge.h2.protocol import H2


class Protocols(ProtocolWrapper):
    """Hypercorn's choice, with our own HTTP/2.

    Args:
        arguments: of `ProtocolWrapper`, without the last.
        agreed: what ALPN said, None where nobody asked it.
    """

    def __init__(self, *arguments: Any, agreed: str | None = None) -> None:
        super().__init__(*arguments)
        if agreed == "h2":
            self.protocol = self._h2()

    async def handle(self, event: Event) -> None:
        try:
            await self.protocol.handle(event)
        except H2ProtocolAssumedError as error:
            self.protocol = self._h2()
            await self.protocol.initiate()
            rest = error.data
        except H2CProtocolRequiredError as error:
            upgraded = self.protocol = self._h2()
            await upgraded.initiate(error.headers, error.settings)
            rest = error.data
        else:
            return
        if rest:
            await self.protocol.handle(RawData(rest))

    def _h2(self) -> H2:
        return H2(
            self.app,
            self.config,
            self.context,
            self.task_group,
            self.state,
            self.ssl,
            self.client,
            self.server,
            self.send,
        )

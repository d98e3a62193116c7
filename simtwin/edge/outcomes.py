"""Who may tell what became of calls: whoever knows the token of a run, which is good for nothing else."""

from __future__ import annotations

import secrets

import attrs

from simtwin.core.journal import Journal
from simtwin.core.outcome import Outcome, Teller
from simtwin.core.scope import OfKey, OfLane
from simtwin.edge.credentials import same

#: A client that makes this many calls in one run has told enough of how it takes a cut.
MOST_TOLD = 10_000
#: Runs whose tokens are good at once, of a tenant and in all; past it the oldest are not any more.
#: `chaos run` has one at a time, and a suite one for each test under way.
MOST_OF_TENANT = 100
MOST = 10_000


class TooManyToldError(Exception):
    """A run has told as many outcomes as it may."""


@attrs.define
class _Run:
    teller: Teller
    secret: str = attrs.field(repr=False)
    told: int = 0


class Outcomes:
    """The runs that may tell outcomes, and where these are kept.

    A token is a name, by which its run is found, and a secret, which is compared in constant time.

    Args:
        journal: keeps what is told.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._runs: dict[str, _Run] = {}

    def open(self, scope: OfKey | OfLane) -> str:
        """A token for calls of a key or of a lane: 256 bits and a name, safe in a URL."""
        lane = scope.lane if isinstance(scope, OfLane) else None
        teller = Teller(scope.tenant_id, scope.api_key_id, lane)
        of_tenant = [name for name, run in self._runs.items() if run.teller.tenant == teller.tenant]
        if len(of_tenant) >= MOST_OF_TENANT:
            del self._runs[of_tenant[0]]
        elif len(self._runs) >= MOST:
            del self._runs[next(iter(self._runs))]
        name, secret = secrets.token_hex(8), secrets.token_urlsafe(32)
        self._runs[name] = _Run(teller, secret)
        return f"{name}.{secret}"

    def teller(self, token: str) -> Teller | None:
        """Who tells by a token, None where it is not good."""
        run = self._run(token)
        return None if run is None else run.teller

    def tell(self, token: str, outcome: Outcome) -> None:
        """Keep what became of a call; nothing where the token is not good.

        Raises:
            TooManyToldError: as much was told as may be.
        """
        run = self._run(token)
        if run is None:
            return
        if run.told >= MOST_TOLD:
            raise TooManyToldError
        run.told += 1
        self._journal.tell(run.teller, outcome)

    def close(self, token: str) -> None:
        """The run is over: the token is not good any more."""
        self._runs.pop(token.partition(".")[0], None)

    def forget(self, key: str) -> None:
        """A key is no more, nor are its runs."""
        for name in [name for name, run in self._runs.items() if run.teller.key == key]:
            del self._runs[name]

    def _run(self, token: str) -> _Run | None:
        name, _, secret = token.partition(".")
        run = self._runs.get(name)
        return run if run is not None and same(secret, run.secret) else None

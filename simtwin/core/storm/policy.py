"""What a client does when an attempt fails: the one thing that all policies say.

    wait(attempt, status, retry_after, elapsed, rng) -> seconds, or None

`attempt` is how many attempts of the call were made, the failed one included; `status` is that of
the refusal, None where no answer came in time; `retry_after` is how long the refusal says to wait
(s), None where it does not say; `elapsed` is how long ago the call began (s); `rng` is the client's
own source of randomness. What is returned is how long to wait before the next attempt; None gives
the call up.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from random import Random
from typing import ClassVar, Protocol

import attrs

from simtwin.core import bounds
from simtwin.core.quote import quote

Wait = Callable[[int, int | None, float | None, float, Random], float | None]

#: The SDK's (`_constants.py`, anthropic 2.12.0); what others have that say nothing of it.
TIMEOUT_SECONDS = 600.0


class PolicyError(ValueError):
    """A policy did what none may; the text says which, and what."""


class Client(Protocol):
    """One client's side of a policy."""

    def wait(
        self,
        attempt: int,
        status: int | None,
        retry_after: float | None,
        elapsed: float,
        rng: Random,
        /,
    ) -> float | None:
        """How long to wait after a failed attempt; see the head of this file."""
        ...


class Holding(Client, Protocol):
    """One that remembers, and may hold attempts back that were not even refused."""

    def answered(self) -> None:
        """The attempt under way was answered."""
        ...

    def failed(self, now: int, /) -> None:
        """It failed, at `now` (ns); `wait` is asked next."""
        ...

    def may_send(self, now: int) -> int | None:
        """When an attempt that is due at `now` may be sent (ns); None gives the call up."""
        ...


class Policy(Protocol):
    """A policy with its settings."""

    #: Whether its clients are `Holding`, each with a memory of its own.
    holds: ClassVar[bool]

    @property
    def timeout_seconds(self) -> float:
        """How long an attempt may take (s)."""
        ...

    def client(self) -> Client:
        """The side of one client."""
        ...


@attrs.frozen
class Retrying:
    """What all policies that come with simtwin have.

    Args:
        retries: how many attempts a call may have after its first. Ten is what the function has that
            OpenAI's cookbook writes out ("How to handle rate limits", 2022:
            `retry_with_exponential_backoff`); its examples with libraries stop at six attempts.
        timeout_seconds: how long an attempt may take.
    """

    holds: ClassVar[bool] = False
    retries: int = attrs.field(default=10, validator=bounds.whole(0), kw_only=True)
    timeout_seconds: float = attrs.field(
        default=TIMEOUT_SECONDS, validator=bounds.above_zero, kw_only=True
    )


@attrs.frozen
class Given:
    """A policy of somebody's own: a function, as the head of this file has it.

    Args:
        name: what it is called.
        function: what is asked.
    """

    holds: ClassVar[bool] = False
    name: str
    function: Wait
    timeout_seconds: float = attrs.field(default=TIMEOUT_SECONDS, validator=bounds.above_zero)

    def client(self) -> Client:
        """See `Policy`."""
        return self

    def wait(
        self,
        attempt: int,
        status: int | None,
        retry_after: float | None,
        elapsed: float,
        rng: Random,
    ) -> float | None:
        """What the function says.

        Raises:
            PolicyError: it raised something, or said what cannot be.
        """
        at = f"{self.name}, after attempt {attempt} with status {quote(status)}"
        try:
            said = self.function(attempt, status, retry_after, elapsed, rng)
        except Exception as error:
            raise PolicyError(f"{at}: {type(error).__name__}: {error}") from error
        if said is None:
            return None
        if not isinstance(said, int | float) or not (isfinite(said) and 0 <= said <= bounds.MOST):
            raise PolicyError(f"{at}: seconds from 0 up or None are wanted, not {quote(said)}")
        return said

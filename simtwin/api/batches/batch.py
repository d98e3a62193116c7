"""A message batch, from its creation to its end.

    in_progress ─► ended            every request has its result, or the day is over
        └ canceling ─► ended        cancelled: what is under way may still end well

Times are Unix seconds and arguments. The words are those of the API reference (2026-08).
"""

from __future__ import annotations

from typing import Any, Literal

import attrs
from attrs.validators import ge

from simtwin.api.timestamp import with_offset

#: "A Message Batch will expire […] 24 hours after creation."
LIFE_SECONDS = 24 * 3600.0
#: "Batch results are available for 29 days after creation."
RESULTS_SECONDS = 29 * 24 * 3600.0

Status = Literal["in_progress", "canceling", "ended"]
#: What becomes of a request, in the order in which the API counts them.
Outcome = Literal["succeeded", "errored", "canceled", "expired"]


@attrs.frozen
class Counts:
    """Requests of a batch by what became of them."""

    succeeded: int = attrs.field(default=0, validator=ge(0))
    errored: int = attrs.field(default=0, validator=ge(0))
    canceled: int = attrs.field(default=0, validator=ge(0))
    expired: int = attrs.field(default=0, validator=ge(0))

    @property
    def total(self) -> int:
        """How many have a result."""
        return self.succeeded + self.errored + self.canceled + self.expired

    def plus(self, outcome: Outcome) -> Counts:
        """The same with one more."""
        return attrs.evolve(self, **{outcome: getattr(self, outcome) + 1})


NONE = Counts()


@attrs.frozen
class Batch:
    """A message batch.

    Args:
        id: its id.
        requests: how many it has.
        created_at: when it was made.
        cancel_at: when it was told to stop, None where it was not.
        ended_at: when every request had a result, None until then.
        done: how many are through, of a batch under way; those have no result to be told yet.
        counts: what became of them, once it has ended.
        lost: why there are no results to read although it has ended; None where there are.
    """

    id: str
    requests: int
    created_at: float
    cancel_at: float | None = None
    ended_at: float | None = None
    done: int = 0
    counts: Counts = NONE
    lost: str | None = None

    @property
    def status(self) -> Status:
        """Its `processing_status`."""
        if self.ended_at is not None:
            return "ended"
        return "in_progress" if self.cancel_at is None else "canceling"

    @property
    def expires_at(self) -> float:
        """When it ends, whatever is left."""
        return self.created_at + LIFE_SECONDS

    @property
    def queued(self) -> int:
        """How many of its requests wait in the queue, or are under way."""
        return 0 if self.ended_at is not None else self.requests - self.done

    def archived(self, wall: float) -> bool:
        """Whether its results are gone for their age."""
        return wall >= self.created_at + RESULTS_SECONDS

    def cancelled(self, wall: float) -> Batch:
        """The same, told to stop; nothing changes where it was told before, or has ended."""
        if self.status != "in_progress":
            return self
        return attrs.evolve(self, cancel_at=wall)

    def progressed(self, done: int) -> Batch:
        """The same with `done` requests through; never fewer than before, nor more than there are."""
        if self.ended_at is not None or done <= self.done:
            return self
        return attrs.evolve(self, done=min(done, self.requests))

    def ended(self, counts: Counts, wall: float, lost: str | None = None) -> Batch:
        """The same at its end; nothing changes where it has ended before.

        Args:
            counts: what became of its requests.
            wall: when.
            lost: why there are no results to read, None where there are.

        Raises:
            ValueError: the counts are not those of so many requests.
        """
        if self.ended_at is not None:
            return self
        if counts.total != self.requests:
            raise ValueError(f"{counts.total} results for {self.requests} requests")
        return attrs.evolve(self, ended_at=wall, done=self.requests, counts=counts, lost=lost)

    def doc(self, wall: float, base_url: str) -> dict[str, Any]:
        """The batch as the API tells of it.

        "Requests start as `processing` and move to one of the other statuses only once processing
        of the entire batch ends."

        Args:
            wall: now.
            base_url: where the API is: what comes before `/v1`.
        """
        counts = self.counts
        has_ended = self.ended_at is not None
        archived_at = self.created_at + RESULTS_SECONDS if self.archived(wall) else None
        return {
            "id": self.id,
            "type": "message_batch",
            "processing_status": self.status,
            "request_counts": {
                "processing": 0 if has_ended else self.requests,
                "succeeded": counts.succeeded,
                "errored": counts.errored,
                "canceled": counts.canceled,
                "expired": counts.expired,
            },
            "ended_at": moment(self.ended_at),
            "created_at": moment(self.created_at),
            "expires_at": moment(self.expires_at),
            "archived_at": moment(archived_at),
            "cancel_initiated_at": moment(self.cancel_at),
            "results_url": f"{base_url}/v1/messages/batches/{self.id}/results"
            if has_ended
            else None,
        }


def moment(wall: float | None) -> str | None:
    """A time as RFC 3339 has it, with the six digits that the API gives it."""
    if wall is None:
        return None
    return with_offset(wall)

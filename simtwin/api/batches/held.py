"""The batches of one organization: each function takes its holdings and gives them back changed.

`now` is the time of the actor, which tells no date: dates come as `wall`, Unix seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import attrs

from simtwin.api.batches.batch import Batch, Counts
from simtwin.api.holdings import Holdings

#: Some 5 MB of memory, and a hundred a day for longer than results are there.
MOST_BATCHES = 10_000


@attrs.frozen
class QueueFull:
    """There is no room in the queue: `limit` requests, of which `queued` are there."""

    limit: int
    queued: int


class TooManyError(Exception):
    """An organization has more batches than the twin keeps."""


def create(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # every message takes both
    *,
    name: Callable[[int], str],
    requests: int,
    wall: float,
    most_queued: int,
) -> tuple[Holdings, Batch | QueueFull | None]:
    """Make a batch; None where there are too many.

    Args:
        holdings: what there is.
        now: ns.
        name: its id, by how many of that name there are already: after a reset they come again.
        requests: how many it has.
        wall: when.
        most_queued: the most requests in the queue of all batches.
    """
    batches = holdings.batches
    if len(batches) >= MOST_BATCHES:
        return holdings, None
    queued = sum(batch.queued for batch in batches.values())
    if queued + requests > most_queued:
        return holdings, QueueFull(most_queued, queued)
    number = 0
    while (id_ := name(number)) in batches:
        number += 1
    batch = Batch(id_, requests, wall)
    return attrs.evolve(holdings, batches={**batches, id_: batch}), batch


def cancel(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # likewise
    *,
    batch_id: str,
    wall: float,
) -> tuple[Holdings, Batch | None]:
    """Tell a batch to stop; it as it is then, None where there is none."""
    return _changed(holdings, batch_id, lambda batch: batch.cancelled(wall))


def progress(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # likewise
    *,
    batch_id: str,
    done: int,
) -> tuple[Holdings, Batch | None]:
    """So many requests of a batch are through."""
    return _changed(holdings, batch_id, lambda batch: batch.progressed(done))


def end(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # likewise
    *,
    batch_id: str,
    counts: Counts,
    wall: float,
    lost: str | None = None,
) -> tuple[Holdings, Batch | None]:
    """A batch is over; see `Batch.ended`."""
    return _changed(holdings, batch_id, lambda batch: batch.ended(counts, wall, lost))


def delete(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # likewise
    *,
    batch_id: str,
) -> tuple[Holdings, Batch | None]:
    """Forget a batch, where it has ended; it as it was, None where there is none."""
    batch = holdings.batches.get(batch_id)
    if batch is None or batch.ended_at is None:
        return holdings, batch
    return forget(holdings, 0, batch_id=batch_id)


def forget(
    holdings: Holdings,
    now: int,  # noqa: ARG001  # likewise
    *,
    batch_id: str,
) -> tuple[Holdings, Batch | None]:
    """Forget a batch, whatever its state; it as it was, None where there is none."""
    batch = holdings.batches.get(batch_id)
    rest = {id_: each for id_, each in holdings.batches.items() if id_ != batch_id}
    return attrs.evolve(holdings, batches=rest), batch


def _changed(
    holdings: Holdings, batch_id: str, change: Callable[[Batch], Batch]
) -> tuple[Holdings, Batch | None]:
    batch = holdings.batches.get(batch_id)
    if batch is None:
        return holdings, None
    after = change(batch)
    batches: Mapping[str, Batch] = {**holdings.batches, batch_id: after}
    return attrs.evolve(holdings, batches=batches), after

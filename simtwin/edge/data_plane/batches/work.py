"""Working a batch off: its requests in their order, so many at once, each to a line of results.

    the body's file ─► one request ─► planned, in order ─► performed, beside others ─► the results' file

One document is in memory at a time, and plans hold little: a batch of 256 MB takes no more than its
largest request. Between two pieces of work all others have their turn.
"""

from __future__ import annotations

import logging
from functools import partial

import trio

from simtwin.api.batches import held
from simtwin.api.batches.batch import NONE, Counts, Outcome
from simtwin.api.batches.envelope import AT_ONCE_BYTES, parts
from simtwin.api.batches.result import answered, untouched
from simtwin.api.batches.split import Splitter
from simtwin.edge.data_plane.batches.order import Order, Single, single
from simtwin.edge.data_plane.batches.works import Turn
from simtwin.edge.data_plane.books import settle
from simtwin.edge.data_plane.planned import carry_out
from simtwin.edge.data_plane.turns import drained
from simtwin.edge.twin import Twin
from simtwin.store.draft import Draft

log = logging.getLogger(__name__)

#: "The system may complete any in-progress, non-interruptible requests before finalizing
#: cancellation": so long, which is longer than most answers take.
CANCEL_SECONDS = 60.0
#: The queue is told of progress so often in a batch.
_REPORTS = 100


class _GoneError(Exception):
    """The batch is nobody's any more: its tenant was dropped."""


def body_name(batch: str) -> str:
    """The name of the file that a batch came in."""
    return f"batches/{batch}.json"


def results_name(batch: str) -> str:
    """The name of the file of its results."""
    return f"batches/{batch}.jsonl"


async def work_off(twin: Twin, order: Order) -> None:
    """Bring a batch to its end, whatever happens. A cancellation leaves it as it is."""
    results = twin.blobs.draft(order.tenant)
    work = _Work(twin, order, results)
    with twin.works.under_way(order.tenant, order.batch, work):
        try:
            await work.run()
        except* _GoneError:
            pass
        except* Exception as group:
            log.exception("a batch crashed", exc_info=group)
            await _lose(twin, order, f"the results could not be kept: {group.exceptions[0]}")
        finally:
            await results.discard()


async def _lose(twin: Twin, order: Order, why: str) -> None:
    """End a batch whose results there is no room for, or that a flaw of ours broke."""
    counts = Counts(errored=order.requests)
    end = partial(held.end, batch_id=order.batch, counts=counts, wall=twin.wall(), lost=why)
    await twin.holdings.ask(order.tenant, end)
    await twin.blobs.remove(body_name(order.batch))


class _Work:
    """The work on one batch."""

    def __init__(self, twin: Twin, order: Order, results: Draft) -> None:
        self._twin = twin
        self._order = order
        self._results = results
        self._counts = NONE
        self._writing = trio.Lock()
        self._waiting = trio.CancelScope()
        # When what is under way has to have ended (loop time, s).
        self._latest = order.expires
        self._performing: set[trio.CancelScope] = set()
        self._every = max(1, order.requests // _REPORTS)

    async def run(self) -> None:
        """Work the batch off, keep its results, and say that it has ended."""
        twin, order = self._twin, self._order
        splitter = Splitter()
        async with (
            twin.blobs.reading(body_name(order.batch)) as reader,
            trio.open_nursery() as many,
        ):
            while piece := await reader.read():
                for start in range(0, len(piece), AT_ONCE_BYTES):
                    for element in splitter.feed(piece[start : start + AT_ONCE_BYTES]):
                        await self._begin(element, many)
                    await trio.lowlevel.checkpoint()
        self._over()
        await self._results.keep(results_name(order.batch))
        end = partial(held.end, batch_id=order.batch, counts=self._counts, wall=twin.wall())
        await twin.holdings.ask(order.tenant, end)
        await twin.blobs.remove(body_name(order.batch))

    def hurry(self) -> None:
        """Begin nothing more, and give what is under way so long and no longer."""
        self._waiting.cancel()
        self._latest = min(self._latest, trio.current_time() + CANCEL_SECONDS)
        for scope in self._performing:
            scope.deadline = self._latest

    def _over(self) -> Outcome | None:
        """What becomes of a request that begins now; None where it is answered.

        Raises:
            _GoneError: there is no such batch any more.
        """
        holdings = self._twin.holdings.state(self._order.tenant)
        batch = None if holdings is None else holdings.batches.get(self._order.batch)
        if batch is None:
            raise _GoneError
        if batch.status == "canceling":
            return "canceled"
        return "expired" if trio.current_time() >= self._order.expires else None

    async def _begin(self, element: bytes, many: trio.Nursery) -> None:
        """Have a request answered once its turn comes, unless it is too late for that."""
        outcome, turn = self._over(), Turn()
        if outcome is None:
            self._waiting = trio.CancelScope(deadline=self._order.expires)
            with self._waiting:
                await self._twin.works.take(self._order.tenant, turn)
            outcome = self._over() if self._waiting.cancelled_caught else None
        if outcome is not None:
            custom_id, _ = await drained(parts(element))
            await self._write(outcome, untouched(custom_id, outcome))
            return
        try:
            one = await single(self._twin, self._order, element)
        except BaseException:
            self._twin.works.give_back(self._order.tenant, turn)
            raise
        many.start_soon(self._answer, one, turn)

    async def _answer(self, one: Single, turn: Turn) -> None:
        exchange, end = one.exchange, one.end
        scope = trio.CancelScope(deadline=self._latest)
        self._performing.add(scope)
        try:
            with scope:
                await carry_out(self._twin, one.plan, exchange, end.send)
        finally:
            self._performing.discard(scope)
            self._twin.works.give_back(self._order.tenant, turn)
            exchange.progress.conclude(end)
            settle(self._twin, exchange)
        late = self._over() if scope.cancelled_caught else None
        if late is not None:
            await self._write(late, untouched(one.custom_id, late))
            return
        status = end.status if end.whole else None
        outcome, line = answered(one.custom_id, status, bytes(end.body), exchange.request_id)
        await self._write(outcome, line)

    async def _write(self, outcome: Outcome, line: bytes) -> None:
        async with self._writing:
            await self._results.write(line)
        self._counts = self._counts.plus(outcome)
        if self._counts.total % self._every == 0:
            order = self._order
            done = partial(held.progress, batch_id=order.batch, done=self._counts.total)
            await self._twin.holdings.ask(order.tenant, done)

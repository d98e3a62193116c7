"""Carrying a plan out: the only place that waits for one and writes one.

Waits add up into one deadline, so that the time spent writing never stretches a plan. Steps up to
the next wait that is not over yet, or to the end, leave in one write: a JSON answer is one write,
and so is everything that a late performer has to catch up on.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import trio

from simtwin.core.plan import Arrival, Chunk, End, Hangup, Plan, Wait
from simtwin.edge.batch import Batch, PlanError, Send
from simtwin.edge.carrier import Carrier, UnsupportedError
from simtwin.edge.progress import Progress

__all__ = ["PlanError", "Progress", "Send", "perform"]

#: A plan that never waits leaves in writes of this size, with a turn for other tasks between them:
#: 64 kB of frames take about a millisecond to make.
WRITE_BYTES = 65_536


async def perform(
    plan: Plan,
    send: Send,
    wire: Carrier,
    progress: Progress,
    *,
    max_wait: float,
    waits: Callable[[float], object] | None = None,
) -> None:
    """Carry `plan` out on the connection below `send`.

    Returns as soon as the plan is done, has hung up, or the client has left; `progress` says which.

    Args:
        plan: what happens.
        send: ASGI's `send` of the request.
        wire: the connection that the request came in on.
        progress: written as things happen, so that it holds also where this is cancelled.
        max_wait: the longest that any one wait of the plan lasts, seconds. A wait without end
            lasts that long and then hangs up.
        waits: is told of each wait as it begins, once what came before it has left: until when.

    Raises:
        PlanError: the plan has a body without a head, or stops without an end.
    """
    wire.be_patient(max_wait)
    before, blocked = wire.bytes_out, wire.blocked
    with trio.CancelScope() as scope:
        wire.watch(scope)
        try:
            batch = Batch(send, wire, progress, max_wait)
            await _carry_out(plan, batch, wire, max_wait, waits)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            pass
        except UnsupportedError:
            progress.unsupported = progress.marks[-1] if progress.marks else ""
            await wire.refuse()
        finally:
            wire.unwatch(scope)
            if not wire.multiplexed:
                progress.wire_bytes += wire.bytes_out - before
                progress.blocked = wire.blocked - blocked
            progress.conclude(wire)


async def _carry_out(  # noqa: C901  # a case for each step that it does something about itself
    plan: Plan,
    batch: Batch,
    wire: Carrier,
    max_wait: float,
    waits: Callable[[float], object] | None,
) -> None:
    due = trio.current_time()
    for step in plan:
        match step:
            case Chunk():
                # Before the frame, not after it: what comes last leaves together with the end.
                if batch.size >= WRITE_BYTES:
                    await batch.leave()
                    await trio.lowlevel.checkpoint()
                batch.add(step)
            case Wait(seconds):
                due += min(seconds, max_wait)
                if due > trio.current_time():
                    await batch.leave()
                    if waits is not None:
                        waits(due)
                    await wire.sleep_until(due)
                if seconds == math.inf:
                    return await batch.hang_up(Hangup())
            case End():
                return await batch.end(step)
            case Hangup():
                return await batch.hang_up(step)
            case Arrival(more):
                await batch.leave()
                wire.attend()
                with trio.move_on_after(max_wait) as patience:
                    await more()
                if patience.cancelled_caught:
                    return await batch.hang_up(Hangup())
                # A wait that follows is one after what arrived.
                due = max(due, trio.current_time())
            case _:
                await batch.note(step)
    raise PlanError("the plan stops without an End or a Hangup")

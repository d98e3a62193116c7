"""What ten thousand tenants that do nothing cost, each with one key.

    recorded   made, and never asked
    rested     one answer each, then idle: the state of tenant and key without their tasks
    awake      one answer each, and not idle for long enough: with their tasks

Made through the store and the actors. Each is measured twice, each time in a fresh process: by
tracemalloc (what Python objects hold) and by the process's resident memory (what the system sees).
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from functools import partial
from pathlib import Path
from typing import Any

import trio
import trio.testing
from child import resident_bytes
from table import table, verdict

from simtwin.actors.actor import present
from simtwin.actors.router import IDLE, Router
from simtwin.api.models import resolve
from simtwin.api.tiers import TIERS
from simtwin.core import key as keys
from simtwin.core import tenant as tenants
from simtwin.core.bucket import NS
from simtwin.core.key import Key, Settlement
from simtwin.core.lane import Schedule
from simtwin.core.pools import Ask, Curve
from simtwin.core.schedule import Asked
from simtwin.core.tenant import Tenant
from simtwin.core.usage import Tokens
from simtwin.edge.credentials import make_key, make_tenant_id
from simtwin.store.memory import MemoryStore

TENANTS, BATCH = 10_000, 100
TARGET_MB = 20
MB = 1_000_000
STATES = ("recorded", "rested", "awake")
METHODS = ("tracemalloc", "resident")
MODEL = "claude-sonnet-4-6"


class Twins:
    """A store and the actors over it."""

    def __init__(self, nursery: trio.Nursery) -> None:
        self.store = MemoryStore()
        self.keys: Router[Key] = Router(nursery, fresh=Key.made, rested=keys.rested)
        self.tenants: Router[Tenant] = Router(
            nursery, fresh=lambda _: Tenant(), rested=tenants.rested
        )

    def record(self, number: int) -> tuple[str, str]:
        """Make a tenant and its key; their ids."""
        # As long as what is kept of a real secret, whose hash takes 50 ms to make.
        kept = f"scrypt$16384${number:024}${number:044}"
        tenant = self.store.add_tenant(make_tenant_id(), kept, f"tenant {number}", 1.8e9 + number)
        key = make_key()
        self.store.add_account(tenant.tenant_id, key.api_key_id, key.digest, "key", 1.8e9 + number)
        return tenant.tenant_id, key.api_key_id

    async def answer(self, number: int, tenant_id: str, api_key_id: str) -> None:
        """What one answered request leaves behind in the actors."""
        model = resolve(MODEL)
        assert model is not None, "the model is in the table"  # noqa: S101  # narrows a type
        now = present()
        asked = Asked("messages", "POST", "/v1/messages", MODEL, stream=False, answers=True)
        schedule = Schedule((), None, 7, f"{number}/1")
        _, of_key = await self.keys.ask_reserving(
            api_key_id, partial(keys.admit, asked=asked, schedule=schedule)
        )
        hold = f"{number}"
        take = Ask(model.pool, hold, 20, Curve(now, now, 64))
        quota = TIERS["scale"].quotas[model.pool]
        _, of_tenant = await self.tenants.ask_reserving(
            tenant_id, partial(tenants.take, ask=take, quota=quota)
        )
        settlement = Settlement(200, MODEL, Tokens(input=20, output=64), whole=True, hold=hold)
        of_key.tell(partial(keys.settle, settlement=settlement))
        of_tenant.tell(partial(tenants.settle, request=hold, produced=64))


async def make(state: str, number: int, start: int) -> Twins:
    """So many more tenants in that state, in virtual time."""
    async with trio.open_nursery() as nursery:
        twins = Twins(nursery)
        # The first ones fill every cache, which all the others share.
        for each in range(start):
            await one(twins, state, each)
        await settle(state)
        before = measured()
        for each in range(start, start + number):
            await one(twins, state, each)
            # Not all awake at once on their way to rest: the peak would stay in the process.
            if state == "rested" and each % BATCH == 0:
                await settle(state)
        await settle(state)
        after = measured()
        told = twins.keys.statistics()
        print(json.dumps({"bytes": after - before, "awake": told.active, "rested": told.passive}))
        nursery.cancel_scope.cancel()
    return twins


async def one(twins: Twins, state: str, number: int) -> None:
    """One tenant in that state, or on its way there."""
    tenant_id, api_key_id = twins.record(number)
    if state != "recorded":
        await twins.answer(number, tenant_id, api_key_id)


async def settle(state: str) -> None:
    """Let the actors do what they were told; the virtual clock jumps over their idleness."""
    await trio.sleep(2 * IDLE / NS if state == "rested" else 1)


def measured() -> int:
    """Bytes in use, by the method of this process."""
    gc.collect()
    return (
        tracemalloc.get_traced_memory()[0]
        if tracemalloc.is_tracing()
        else resident_bytes(os.getpid())
    )


def in_process(state: str, method: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, str(Path(__file__)), state, method]
    done = subprocess.run(command, check=True, capture_output=True, timeout=120)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure everything and print it."""
    rows = []
    for state in STATES:
        found = {method: in_process(state, method)["bytes"] for method in METHODS}
        most = max(found.values()) / MB
        idle = state != "awake"
        rows.append(
            (
                state,
                *(f"{found[method] / MB:.1f}" for method in METHODS),
                f"{found['tracemalloc'] / TENANTS:,.0f}",
                f"< {TARGET_MB} MB" if idle else "",
                verdict(most < TARGET_MB) if idle else "",
            )
        )
    columns = (
        f"{TENANTS:,} tenants",
        "tracemalloc, MB",
        "resident, MB",
        "bytes each",
        "target",
        "",
    )
    print(table(columns, rows))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        if sys.argv[2] == "tracemalloc":
            tracemalloc.start()
        clock = trio.testing.MockClock(autojump_threshold=0)
        trio.run(make, sys.argv[1], TENANTS, 200, clock=clock)

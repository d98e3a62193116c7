"""An exploration: runs of the command side by side, each with a key of its own on one twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

import attrs
import trio

from simtwin import __version__
from simtwin.chaos.explore import kept
from simtwin.chaos.explore.document import VERSION, Cell, CellDoc, Report, State, rules
from simtwin.chaos.explore.exploration import Exploration
from simtwin.chaos.explore.judged import cell_doc, unlike, whole
from simtwin.chaos.explore.plan import Plan
from simtwin.chaos.explore.progress import Progress
from simtwin.chaos.explore.requests import Request, requests
from simtwin.chaos.trial.ending import Clean, clean
from simtwin.chaos.trial.observed import Observed, observed
from simtwin.chaos.trial.patience import CLEAN_SECONDS, patience
from simtwin.core.scope import OfKey, OfTenant
from simtwin.core.settings import Settings, Vocabulary
from simtwin.edge.options import command_line
from simtwin.edge.run import say
from simtwin.edge.served import MOST_CONNECTIONS, Served, served
from simtwin.edge.server import raise_file_limit
from simtwin.edge.start import FirstTenant, first_tenant

#: How often how far it is is written down, seconds: less than a run of most programs takes.
_KEEP_SECONDS = 1.0
_SIGNALLED = 128


class ExploreError(Exception):
    """An exploration cannot go on; the text says why."""


def explore(plan: Plan, progress: Progress) -> Report:
    """Explore; what was found.

    Raises:
        OptionsError: the plan cannot be.
        ListenError: no port can be listened on.
        StateError: the state cannot be gone on from, or not be kept.
        ExploreError: the command can no longer be started.
    """
    plan.check_files()
    before = None if plan.state is None else kept.read(plan.state, plan.asked)
    words, settings = command_line(plan.options, say)
    too_few_files = raise_file_limit(MOST_CONNECTIONS)
    if too_few_files:
        say(too_few_files)
    return trio.run(_Exploring(plan, words, settings, before, progress).all)


@attrs.define
class _Exploring:
    """An exploration under way."""

    plan: Plan
    words: Vocabulary
    settings: Settings
    before: State | None
    progress: Progress
    stopped_by: int | None = None
    problem: Exception | None = None
    asked: tuple[Request, ...] = ()
    patience: float = CLEAN_SECONDS
    clean_seconds: float = 0.0
    expected: Clean | None = None
    found: Exploration | None = None
    _lanes: Iterator[int] = attrs.field(factory=lambda: count(1))
    _runs: int = 0
    _began: float = 0.0
    _kept_at: float = 0.0
    _changed: trio.Event = attrs.field(factory=trio.Event)

    async def all(self) -> Report:
        useless: str | None = "stopped before there was a clean run"
        started = True
        async with served(self.plan.options, self.words, self.settings) as here:
            self._began = here.twin.now()
            tenants = [await first_tenant(here.twin, here.secrets) for _ in range(self.plan.jobs)]
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._obey, here, nursery.cancel_scope)
                try:
                    useless = await self._clean(here, tenants[0])
                except OSError as error:
                    started = False
                    useless = f"the command cannot be run: {self.plan.command[0]}: {error.strerror}"
                if useless is None and self.problem is None:
                    await self._cells(here, tenants)
                nursery.cancel_scope.cancel()
            self._keep()
            await here.end()
        if self.problem is not None:
            raise self.problem
        return self._report(useless, started=started)

    async def _obey(self, here: Served, scope: trio.CancelScope) -> None:
        """A signal ends what is under way; what is over is told all the same."""
        self.stopped_by = await anext(here.signals)
        scope.cancel()

    async def _clean(self, here: Served, tenant: FirstTenant) -> str | None:
        """Run the command twice without faults; why that is of no use, None where it is."""
        runs = []
        for _ in range(2):
            runs.append(await self._run(here, tenant, ()))
            self.progress.clean(runs[-1])
            if runs[-1].ran.status != 0:
                break
        useless = unlike(runs[0], runs[-1])
        if useless is not None:
            return useless
        self.clean_seconds = max(run.seconds for run in runs)
        self.patience = patience(self.plan.hang_seconds, self.clean_seconds)
        self.asked = requests(runs[0].entries)
        self.expected = clean(runs[0].ran, runs[1].ran, any_order=self.plan.any_order)
        self.found = Exploration(
            self.asked, self.plan.choices, pairs=self.plan.pairs, saturation=self.plan.saturation
        )
        if self.before is not None and self.plan.state is not None:
            try:
                kept.check(self.before, self.asked, self.plan.state)
            except kept.StateError as error:
                self.problem = error
            self.found.restore(self.before.cells)
        return None

    async def _cells(self, here: Served, tenants: Sequence[FirstTenant]) -> None:
        assert self.found is not None  # noqa: S101  # there is a clean run
        self.progress.begun(self.found)
        async with trio.open_nursery() as nursery:
            for tenant in tenants:
                nursery.start_soon(self._work, here, tenant, nursery.cancel_scope)

    async def _work(self, here: Served, tenant: FirstTenant, scope: trio.CancelScope) -> None:
        """Do one cell after the other, as long as there are some and there is a budget."""
        assert self.found is not None  # noqa: S101  # there is a clean run
        while not self._is_used_up(here):
            cell = self.found.next()
            if cell is None and self.found.finished:
                return
            if cell is None:
                # What is under way may yet show that there is more to do.
                await self._changed.wait()
                continue
            try:
                doc = await self._cell(here, tenant, cell)
                self.found.done(doc)
                self.progress.ended(doc, self.found, here.twin.now())
                if here.twin.now() - self._kept_at > _KEEP_SECONDS:
                    self._kept_at = here.twin.now()
                    self._keep()
            except OSError as error:
                self.problem = ExploreError(f"{self.plan.command[0]}: {error.strerror}")
            if self.problem is not None:
                scope.cancel()
            self._changed.set()
            self._changed = trio.Event()

    def _is_used_up(self, here: Served) -> bool:
        seconds = self.plan.seconds
        return self._runs >= self.plan.most_runs or (
            seconds is not None and here.twin.now() - self._began >= seconds
        )

    async def _cell(self, here: Served, tenant: FirstTenant, cell: Cell) -> CellDoc:
        assert self.expected is not None  # noqa: S101  # there is a clean run
        run = await self._run(here, tenant, cell)
        return cell_doc(
            cell,
            run,
            clean=self.expected,
            known={each.name for each in self.asked},
            seconds=self.patience,
            replay=self.plan.replay_line(run.token),
        )

    async def _run(self, here: Served, tenant: FirstTenant, cell: Cell) -> Observed:
        """One run, in a lane that nobody has used: not even what an earlier run left behind."""
        self._runs += 1
        await here.twin.reset(OfTenant(tenant.tenant_id))
        doc = {"seed": self.plan.seed, "rules": rules(cell, self.words.kinds)}
        await here.twin.configure(OfKey(tenant.tenant_id, tenant.api_key_id), doc)
        lane = f"run-{next(self._lanes)}"
        return await observed(here, tenant, lane, self.plan.command, self.patience)

    def _keep(self) -> None:
        if self.plan.state is None or self.found is None or self.problem is not None:
            return
        try:
            kept.write(self.plan.state, self.plan.asked, self.asked, self.found.cells)
        except kept.StateError as error:
            self.problem = error

    def _report(self, useless: str | None, *, started: bool) -> Report:
        found = Exploration((), ()) if self.found is None else self.found
        if useless is None:
            result, status, why = whole(
                found.cells, self.plan.fail_on, left=found.left, stopped_by=self.stopped_by
            )
        elif self.stopped_by is not None:
            result, status, why = "stopped", _SIGNALLED + self.stopped_by, (useless,)
        else:
            result, status = ("clean_failed", 3) if started else ("not_started", 2)
            why = (useless,)
        return Report(
            version=VERSION,
            simtwin=__version__,
            asked=self.plan.asked,
            fail_on=self.plan.fail_on,
            requests=self.asked,
            clean_seconds=round(self.clean_seconds, 3),
            hang_seconds=self.patience,
            free_lines=0 if self.expected is None else self.expected.out.free,
            planned=len(found.singles),
            pairs_planned=found.pairs_planned,
            cells=found.cells,
            saturated=found.saturated,
            left=found.left,
            not_run=found.not_run,
            result=result,
            status=status,
            why=why,
        )

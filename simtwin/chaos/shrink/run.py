"""Shrinking: runs of the command one after the other, each against a twin that is its own."""

from __future__ import annotations

import tempfile
from collections.abc import Callable

import attrs
import msgspec
import trio

from simtwin.chaos.judging import judgement
from simtwin.chaos.plan import Plan as RunPlan
from simtwin.chaos.shrink.pasted import Said, pytest_of, said
from simtwin.chaos.shrink.plan import Plan
from simtwin.chaos.shrink.schedule import Schedule, doc_of, fates_of, schedule_of
from simtwin.chaos.shrink.shrinking import shrinking
from simtwin.chaos.shrink.way import Shown, Way, WayError, named, shown, way_of
from simtwin.chaos.trial.ending import Clean, clean
from simtwin.chaos.trial.observed import Observed, observed
from simtwin.chaos.trial.patience import CLEAN_SECONDS, patience
from simtwin.core.fault import Kinds
from simtwin.core.replay_token import pack
from simtwin.edge.data_plane.endpoints import find
from simtwin.edge.options import OptionsError, command_line, vocabulary
from simtwin.edge.run import say
from simtwin.edge.served import MOST_CONNECTIONS, Served, served
from simtwin.edge.server import raise_file_limit

#: The clean runs, the first one, and those that confirm the last.
_CLEAN, _CONFIRM = 2, 2
#: What is told once a candidate was tried: how many runs there were, and the smallest so far.
Tell = Callable[[int, Schedule], None]


@attrs.frozen
class Shrunk:
    """What came of it.

    Args:
        way: how the command fails.
        before: the schedule, and `after` the smallest that fails the same way.
        runs: how many there were.
        complete: whether nothing smaller is left to try.
        held: how many of the runs that confirm it fail so, of `confirmed`.
        said: it as settings; `token` and `replay`, as a word and a command line; `test`, for pytest.
        stopped_by: the signal that ended it, None for none.
    """

    way: Way
    before: Schedule
    after: Schedule
    runs: int
    complete: bool
    held: int
    confirmed: int
    said: Said
    token: str
    replay: str
    test: str
    stopped_by: int | None = None

    @property
    def holds(self) -> bool:
        """Whether it fails each time."""
        return self.held == self.confirmed == _CONFIRM


def shrink(plan: Plan, tell: Tell) -> Shrunk:
    """Make the schedule of a plan small.

    Raises:
        OptionsError: it cannot be run.
        ListenError: no port can be listened on.
        WayError: it does not fail.
    """
    if plan.until is not None:
        named(plan.until)
    too_few_files = raise_file_limit(MOST_CONNECTIONS)
    if too_few_files:
        say(too_few_files)
    kinds = vocabulary(lambda _: None).kinds
    return trio.run(_Shrinking(plan, kinds, tell).all)


class _StoppedError(Exception):
    """A signal came."""


@attrs.define
class _Shrinking:
    """A shrinking under way."""

    plan: Plan
    kinds: Kinds
    tell: Tell
    patience: float = CLEAN_SECONDS
    runs: int = 0
    stopped_by: int | None = None
    _began: float = 0.0
    _now: float = 0.0

    async def all(self) -> Shrunk:
        before = schedule_of(self.plan.fates)
        nothing = attrs.evolve(before, mets=())
        try:
            cleans = [await self._run(nothing) for _ in range(_CLEAN)]
            for run in cleans:
                if run.ran.status is None or run.ran.status:
                    why = "is not over in time" if run.ran.status is None else "fails"
                    raise WayError(f"TOKEN: the command {why} without any fault")
            of = clean(cleans[0].ran, cleans[1].ran, any_order=self.plan.any_order)
            self.patience = patience(self.plan.hang_seconds, max(run.seconds for run in cleans))
            first = await self._run(before)
            way = way_of(self._shown(first, of), self._shown(cleans[0], of), self.plan.until)
        except _StoppedError:
            raise WayError(
                f"TOKEN: stopped by signal {self.stopped_by} before it had failed"
            ) from None
        self.tell(self.runs, before)
        after, last, complete = await self._smaller(before, first, of, way)
        held, confirmed = 0, 0
        try:
            for _ in range(_CONFIRM):
                run = await self._run(after)
                confirmed += 1
                if self._shown(run, of).fails(way):
                    held, last = held + 1, run
        except _StoppedError:
            complete = False
        return self._shrunk(before, after, last, of, way, complete, (held, confirmed))

    async def _smaller(
        self, before: Schedule, first: Observed, of: Clean, way: Way
    ) -> tuple[Schedule, Observed, bool]:
        """The smallest that fails, the last run of it, and whether nothing is left to try."""
        best, last = schedule_of(fates_of(before, self.kinds)), first
        work = shrinking(best, self.kinds)
        try:
            candidate = next(work)
            while not self._is_used_up():
                run = await self._run(candidate)
                still = self._shown(run, of).fails(way)
                if still:
                    best, last = candidate, run
                self.tell(self.runs, best)
                candidate = work.send(still)
        except StopIteration:
            return best, last, True
        except _StoppedError:
            pass
        return best, last, False

    def _is_used_up(self) -> bool:
        seconds = self.plan.seconds
        return self.runs >= self.plan.most_runs - _CONFIRM or (
            seconds is not None and self._now - self._began >= seconds
        )

    def _shown(self, run: Observed, of: Clean) -> Shown:
        return shown(run, of, self.patience, judgement)

    async def _run(self, schedule: Schedule) -> Observed:
        """One run, against a twin that has had no other: as `simtwin replay` does it."""
        if self.stopped_by is not None:
            raise _StoppedError
        self.runs += 1
        options = self.plan.options(fates_of(schedule, self.kinds))
        words, settings = command_line(options, lambda _: None)
        found: Observed | None = None
        problem: OSError | None = None
        async with served(options, words, settings) as here:
            self._began = self._began or here.twin.now()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._obey, here, nursery.cancel_scope)
                try:
                    # What it drew in its lane is drawn by the lane's name.
                    lane = self.plan.fates.only_lane
                    found = await observed(
                        here, here.tenant, lane, self.plan.command, self.patience
                    )
                except OSError as error:
                    problem = error
                nursery.cancel_scope.cancel()
            self._now = here.twin.now()
            await here.end()
        if problem is not None:
            why = f"{self.plan.command[0]}: {problem.strerror}"
            raise OptionsError(f"the command cannot be run: {why}")
        if found is None:
            raise _StoppedError
        return found

    async def _obey(self, here: Served, scope: trio.CancelScope) -> None:
        self.stopped_by = await anext(here.signals)
        scope.cancel()

    def _shrunk(  # noqa: PLR0917  # what it was made of, once
        self,
        before: Schedule,
        after: Schedule,
        last: Observed,
        of: Clean,
        way: Way,
        complete: bool,  # likewise
        confirmed: tuple[int, int],
    ) -> Shrunk:
        entries = last.entries
        answers = [find(entry.method, entry.path)[0].answers for entry in entries]
        as_settings = said(after, entries, answers)
        doc = doc_of(after)
        token = pack(doc) or _kept(doc)
        return Shrunk(
            way=way,
            before=before,
            after=after,
            runs=self.runs,
            complete=complete,
            held=confirmed[0],
            confirmed=confirmed[1],
            said=as_settings,
            token=token,
            replay=RunPlan(command=self.plan.command, seed=after.seed).replay_line(token),
            test=pytest_of(
                self.plan.command,
                after,
                as_settings,
                way,
                expected=of.out,
                output=last.ran.out,
                seconds=self.patience,
            ),
            stopped_by=self.stopped_by,
        )


def _kept(doc: dict[str, object]) -> str:
    """What is too long for a token, in a file of its own, as `simtwin replay` takes it."""
    with tempfile.NamedTemporaryFile(prefix="simtwin-", suffix=".json", delete=False) as file:
        file.write(msgspec.json.encode({"replay": doc}))
    return f"@{file.name}"

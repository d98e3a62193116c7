"""The command, run against a twin in this process, as often as was asked for."""

from __future__ import annotations

import sys
import tempfile
from typing import Any

import attrs
import msgspec
import trio

from simtwin import __version__
from simtwin.chaos.baseline import unseen
from simtwin.chaos.document import VERSION, Report, RunDoc
from simtwin.chaos.journal_file import JournalFile
from simtwin.chaos.judgement import Judge
from simtwin.chaos.met import Met, run_doc
from simtwin.chaos.outcome import Ended, Outcome, worst
from simtwin.chaos.plan import Plan, lane_of, named_file
from simtwin.chaos.progress import Progress
from simtwin.chaos.stimulus import stimulus
from simtwin.core.entry import Entry
from simtwin.core.journal_line import Dropped, Line, read
from simtwin.core.outcome import ToldOutcome
from simtwin.core.scope import OfKey, OfLane, OfTenant, Operator
from simtwin.core.settings import Settings, Vocabulary
from simtwin.core.settings import parse as parse_settings
from simtwin.edge.child import SIGNALLED, attend
from simtwin.edge.environment import environment
from simtwin.edge.options import command_line
from simtwin.edge.run import say
from simtwin.edge.served import GRACE, MOST_CONNECTIONS, Served, served
from simtwin.edge.server import raise_file_limit
from simtwin.edge.twin import Twin


def run(plan: Plan, progress: Progress, judge: Judge, journal: JournalFile | None = None) -> Report:
    """Run a plan; its report.

    Args:
        plan: what is run.
        progress: tells of it meanwhile.
        judge: says what to think of what was seen.
        journal: where that is kept, None for nowhere.

    Raises:
        OptionsError: the plan cannot be.
        ListenError: no port can be listened on.
    """
    plan.check_files()
    known = plan.known()
    words, _ = command_line(plan.options, say)
    too_few_files = raise_file_limit(MOST_CONNECTIONS)
    if too_few_files:
        say(too_few_files)
    return trio.run(_Runs(plan, words, known, progress, judge, journal or JournalFile()).all)


@attrs.define
class _Runs:
    """The runs of a plan, one after the other, against one twin with one key."""

    plan: Plan
    words: Vocabulary
    known: frozenset[str]
    progress: Progress
    judge: Judge
    journal: JournalFile
    stopped_by: int | None = None

    async def all(self) -> Report:
        plan = self.plan
        runs: list[RunDoc] = []
        async with served(plan.options, self.words, self._for_all()) as here:
            for number, seed in enumerate(plan.seeds(), 1):
                runs.append(await self._one(here, number, seed))
                if self.stopped_by is not None or runs[-1].result == "not_started":
                    break
            await here.end()
        outcomes = [Outcome(each.result, each.status, each.why) for each in runs]
        left = plan.runs - len(runs)
        if left and self.stopped_by is not None:
            why = (f"stopped by signal {self.stopped_by}: {left:,} runs are left out",)
            outcomes.append(Outcome("stopped", SIGNALLED + self.stopped_by, why))
        of_all = worst(outcomes)
        found = [each.known_as for one in runs for each in one.findings]
        return Report(
            version=VERSION,
            simtwin=__version__,
            scenario=plan.scenario,
            command=plan.command,
            file=named_file(plan.command),
            seed=plan.seed,
            profiles=plan.profiles,
            script=plan.script,
            tier=plan.tier,
            pace=plan.pace,
            fail_on=plan.fail_on,
            min_confidence=plan.min_confidence,
            expect_success=plan.expect_success,
            runs_asked=plan.runs,
            result=of_all.result,
            status=of_all.status,
            why=of_all.why,
            not_found=tuple(unseen(self.known, found)),
            runs=tuple(runs),
        )

    def _for_all(self) -> Settings:
        """What holds beside the settings of the key."""
        doc = {"limits": {"tier": self.plan.tier}, "pace": self.plan.pace}
        return parse_settings(doc, self.words)

    async def _configure(self, twin: Twin, key: OfKey, seed: int) -> None:
        """Let a run begin as if there had been none before it."""
        profiles = list(self.plan.profiles)
        doc: dict[str, Any] = {"script": self.plan.script, "seed": seed, "profiles": profiles}
        # Nobody but the operator says what becomes of connections.
        if any(self.words.profiles[name].connections for name in profiles):
            await twin.configure(Operator(), {"profiles": doc.pop("profiles"), "seed": seed})
        await twin.reset(OfTenant(key.tenant_id))
        await twin.configure(key, doc)

    async def _one(self, here: Served, number: int, seed: int) -> RunDoc:
        twin, lane = here.twin, lane_of(seed)
        key = OfKey(here.tenant.tenant_id, here.tenant.api_key_id)
        await self._configure(twin, key, seed)
        self.progress.begun(number, seed, self.plan.scenario)
        broken = _broken(twin)
        start, began = twin.wall(), twin.now()
        ended = await self._command(here, key, lane)
        await twin.quiet(key, GRACE)
        seconds = twin.now() - began
        lines = self._saved(twin, key, lane)
        entries = tuple(line for line in lines if isinstance(line, Entry))
        rules = (await twin.rules(key))["rules"]
        replay = await twin.fates(key, lane=lane)
        met = Met(
            number=number,
            seed=seed,
            lane=lane,
            start=start,
            seconds=round(seconds, 3),
            ended=ended,
            entries=entries,
            outcomes=tuple(line for line in lines if isinstance(line, ToldOutcome)),
            connections=_broken(twin) - broken,
            missing=stimulus(twin.board.in_force(key), rules, entries, twin.doors.statistics()),
            dropped=twin.entries.dropped(key.tenant_id),
            token=replay["token"],
            replay=self.plan.replay_line(replay["token"] or _kept(replay, seed)),
        )
        run = run_doc(self.plan, met, self.judge(lines), self.known)
        self.progress.ended(run)
        return run

    def _saved(self, twin: Twin, key: OfKey, lane: str) -> list[Line]:
        """What the journal tells of a run, as it is kept in the file as well."""
        lines = list(twin.saved(key, lane=lane, after=0, limit=sys.maxsize))
        if not twin.entries.dropped(key.tenant_id):
            whole = Dropped(id=0, tenant=key.tenant_id, dropped=0, lane=lane)
            lines.insert(0, msgspec.json.encode(whole))
        self.journal.add(lines)
        return list(map(read, lines))

    async def _command(self, here: Served, key: OfKey, lane: str) -> Ended:
        """Run the command to its end."""
        token = here.twin.outcomes.open(OfLane(key.tenant_id, key.api_key_id, lane))
        surroundings = environment(
            f"{here.base_url}/_lane/{lane}",
            here.tenant.api_key,
            here.ca_file,
            f"{here.base_url}/_twin/outcome/{token}",
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.progress.follow, here.twin, key, lane)
            try:
                ended = await attend(self.plan.command, surroundings, here.signals)
            except OSError as error:
                nursery.cancel_scope.cancel()
                return Ended(None, reason=f"{self.plan.command[0]}: {error.strerror}")
            nursery.cancel_scope.cancel()
        here.twin.outcomes.close(token)
        self.stopped_by = ended.told
        died = ended.told is not None and ended.status == SIGNALLED + ended.told
        return Ended(ended.status, ended.told if died else None)


def _broken(twin: Twin) -> int:
    """How many connections met a fault so far."""
    return sum(each["fired"] for each in twin.doors.statistics())


def _kept(replay: dict[str, Any], seed: int) -> str:
    """What is too long for a token, in a file of its own, as `simtwin replay` takes it."""
    with tempfile.NamedTemporaryFile(
        prefix=f"simtwin-{seed}-", suffix=".json", delete=False
    ) as file:
        file.write(msgspec.json.encode(replay))
    return f"@{file.name}"

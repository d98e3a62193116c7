"""A key against a naive model that works everything out anew from its whole history."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import attrs
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simtwin.core import key as keys
from simtwin.core.bucket import NS
from simtwin.core.chance import draw
from simtwin.core.fault import Kinds
from simtwin.core.key import Key, Settlement
from simtwin.core.lane import MOST_TIMES, PLACE_LIFETIME, Fate, Schedule
from simtwin.core.lanes import MOST_PLACES
from simtwin.core.plan import Plan, Step
from simtwin.core.rule import rules
from simtwin.core.schedule import Asked
from simtwin.core.script import parse
from simtwin.core.usage import Tokens


@attrs.frozen
class Refuse:
    status: int
    replaces = True

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield from plan


@attrs.frozen
class Stall:
    seconds: float
    replaces = False

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield from plan


KINDS: Kinds = {"refuse": Refuse, "stall": Stall}


def place(index: int, inner: str) -> str:
    return f"rules[{index}].{inner}"


SCRIPT = parse("529; ok*2; stall(seconds=3)+429", KINDS)
LOOP = parse("529; ok; loop", KINDS)
RULES = rules(
    [
        {"when": {"every": 3}, "stall": {"seconds": 1}},
        {"when": {"chance": 0.5}, "match": {"stream": True}, "refuse": {"status": 500}},
        {"name": "late", "when": {"window": [10, 20]}, "refuse": {"status": 503}, "charge": True},
    ],
    KINDS,
    "rules",
    place,
)
MESSAGES = Asked("messages", "POST", "/v1/messages", "claude-x", False, answers=True)
STREAM = attrs.evolve(MESSAGES, stream=True)
MODELS = Asked("models", "GET", "/v1/models")


def schedule(rules_in_force: object = RULES, script: object = None) -> Schedule:
    return Schedule(rules_in_force, script, 7, "1/1")  # type: ignore[arg-type]


def admitted(key: Key, asked: Asked, scheme: Schedule, now: int = 0) -> tuple[Key, Fate]:
    return keys.admit(key, now, asked=asked, schedule=scheme)


def ended(key: Key, fate: Fate, now: int = 0) -> Key:
    settlement = Settlement(200, "m", Tokens(), whole=True, hold="1", place=fate.place)
    return keys.settle(key, now, settlement=settlement)[0]


def names(fate: Fate) -> list[str]:
    return [fired.rule for fired in fate.fired]


def statuses(script: str, requests: int) -> list[int | None]:
    key, seen = Key.made(0), list[int | None]()
    scheme = schedule((), parse(script, KINDS))
    for _ in range(requests):
        key, fate = admitted(key, MESSAGES, scheme)
        seen.append(next((f.fault.status for f in fate.fired if isinstance(f.fault, Refuse)), None))
    return seen


def test_a_script_is_played_once_and_then_requests_are_served() -> None:
    assert statuses("529; ok; 429*2", 6) == [529, None, 429, 429, None, None]


def test_a_looped_script_starts_again() -> None:
    assert statuses("529; ok; loop", 5) == [529, None, 529, None, 529]


def test_the_place_in_a_script_is_shown_and_then_that_it_is_finished() -> None:
    key, shown = Key.made(0), []
    for _ in range(3):
        key, fate = admitted(key, MESSAGES, schedule((), parse("529; ok", KINDS)))
        shown.append(fate.script)

    assert shown == ["1/2", "2/2", "finished"]


def test_a_request_that_a_script_addresses_meets_no_rule_not_even_on_ok_or_at_the_end() -> None:
    always = rules([{"refuse": {"status": 503}}], KINDS, "rules", place)
    scheme = schedule(always, parse("ok", KINDS))
    key, on_ok = admitted(Key.made(0), MESSAGES, scheme)
    key, after_the_end = admitted(key, MESSAGES, scheme)

    _, not_addressed = admitted(key, MODELS, scheme)

    assert on_ok.fired == after_the_end.fired == ()
    assert names(not_addressed) == ["refuse"]


def test_only_requests_that_ask_a_model_to_answer_use_up_items() -> None:
    scheme = schedule((), parse("529; ok", KINDS))
    key, _ = admitted(Key.made(0), MODELS, scheme)
    key, fate = admitted(key, MESSAGES, scheme)

    assert fate.script == "1/2"
    assert fate.ordinal == 1


def test_the_place_in_a_script_is_dropped_ten_minutes_after_its_last_request() -> None:
    scheme = schedule((), parse("529; ok; ok", KINDS))
    key, first = admitted(Key.made(0), MESSAGES, scheme, 0)
    key, kept = admitted(ended(key, first, 0), MESSAGES, scheme, PLACE_LIFETIME)
    key = ended(key, kept, PLACE_LIFETIME)
    key, dropped = admitted(key, MESSAGES, scheme, 2 * PLACE_LIFETIME + 1)

    assert (kept.script, dropped.script) == ("2/3", "1/3")


def test_the_place_in_a_script_outlasts_a_request_that_hangs() -> None:
    """The SDK gives up after ten minutes, and what it then tries again is to meet the next item."""
    scheme = schedule((), parse("stall(seconds=3600); ok", KINDS))
    key, hung = admitted(Key.made(0), MESSAGES, scheme, 0)
    key, other = admitted(key, MESSAGES, schedule((), LOOP), 2 * PLACE_LIFETIME)
    key = ended(ended(key, hung, 3 * PLACE_LIFETIME), other, 3 * PLACE_LIFETIME)

    _, again = admitted(key, MESSAGES, scheme, 3 * PLACE_LIFETIME + NS)

    assert again.script == "2/2"


def test_of_too_many_places_the_oldest_is_dropped() -> None:
    key = Key.made(0)
    for number in range(MOST_PLACES + 5):
        script = parse(f"stall(seconds={number})", KINDS)
        key, _ = admitted(key, MESSAGES, schedule((), script), number)

    assert len(key.lanes.unnamed.places) == MOST_PLACES
    assert "stall(seconds=4)" not in key.lanes.unnamed.places
    assert "stall(seconds=5)" in key.lanes.unnamed.places


def test_times_are_counted_by_name_until_a_reset() -> None:
    key, counts = Key.made(0), []
    for name in ("a", "b", "a", "a"):
        key, count = keys.next_time(key, 0, name=name)
        counts.append(count)
    key, _ = admitted(key, MESSAGES, schedule(()), 0)
    settled = Settlement(200, "m", Tokens(), whole=True, hold="1")
    key, _ = keys.settle(key, 0, settlement=settled)
    key, after = keys.next_time(keys.rested(key, 0), 0, name="a")
    key, _ = keys.reset(key, 0)

    assert (counts, after) == ([1, 1, 2, 3], 4)
    assert keys.next_time(key, 0, name="a")[1] == 1


def test_a_time_that_was_not_given_comes_again() -> None:
    key, _ = keys.next_time(Key.made(0), 0, name="a")
    key, _ = keys.not_this_time(key, 0, name="a")
    key, _ = keys.not_this_time(key, 0, name="a")

    assert keys.next_time(key, 0, name="a")[1] == 1


def test_of_too_many_times_the_one_that_was_longest_not_used_is_dropped() -> None:
    key = Key.made(0)
    for name in ("kept", "dropped", *map(str, range(MOST_TIMES - 2)), "kept", "new"):
        key, _ = keys.next_time(key, 0, name=name)

    assert len(key.lanes.unnamed.times) == MOST_TIMES
    assert keys.next_time(key, 0, name="kept")[1] == 3
    assert "dropped" not in key.lanes.unnamed.times


def test_a_replacing_fault_drops_what_came_before_it_and_charges_nothing() -> None:
    both = rules([{"stall": {"seconds": 1}}, {"refuse": {"status": 529}}], KINDS, "rules", place)

    _, fate = admitted(Key.made(0), MESSAGES, schedule(both))

    assert names(fate) == ["refuse"]
    assert fate.replaced
    assert not fate.charge


def test_a_rule_that_says_so_charges_although_it_replaces() -> None:
    _, fate = admitted(Key.made(0), MESSAGES, schedule(), 15 * NS)

    assert names(fate) == ["late"]
    assert fate.charge


def test_the_fate_of_the_nth_request_does_not_depend_on_what_else_is_in_the_rules() -> None:
    chancy = {"when": {"chance": 0.5}, "refuse": {"status": 500}, "name": "coin"}
    alone = rules([chancy], KINDS, "rules", place)
    more = rules([{"stall": {"seconds": 1}}, chancy], KINDS, "rules", place)

    def fates(scheme: Schedule) -> list[bool]:
        key, found = Key.made(0), []
        for _ in range(64):
            key, fate = admitted(key, MESSAGES, scheme)
            found.append("coin" in names(fate))
        return found

    assert fates(schedule(alone)) == fates(schedule(more))
    assert True in fates(schedule(alone))
    assert False in fates(schedule(alone))


class KeyMachine(RuleBasedStateMachine):
    """Requests, settles, time and changes of settings, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.key = Key.made(0)
        self.now = 0
        self.since = 0
        self.setting = "rules"
        self.history: list[tuple[str, Asked, int]] = []
        self.scripted: dict[str, list[tuple[str, int]]] = {"script": [], "loop": []}
        self.open: list[tuple[str | None, Fate]] = []
        self.booked = 0
        self.output = 0

    def scheme(self) -> Schedule:
        return schedule(script={"rules": None, "script": SCRIPT, "loop": LOOP}[self.setting])

    @rule(asked=st.sampled_from([MESSAGES, STREAM, MODELS]))
    def ask(self, asked: Asked) -> None:
        ordinal = len(self.history)
        self.key, fate = admitted(self.key, asked, self.scheme(), self.now)
        expected = self.expected(asked, ordinal)
        self.history.append((self.setting, asked, self.now))
        addressed = self.setting if self.setting != "rules" and asked.answers else None
        self.open.append((addressed, fate))
        if addressed is not None:
            self.scripted[addressed].append(("began", self.now))

        assert fate.ordinal == ordinal
        assert names(fate) == expected

    def expected(self, asked: Asked, ordinal: int) -> list[str]:
        if self.setting != "rules" and asked.answers:
            used = self.used()
            items = {"script": [1, 0, 0, 1], "loop": [1, 0]}[self.setting]
            if self.setting == "loop":
                return ["script"] * items[used % 2]
            return ["script"] * (items[used] if used < len(items) else 0)
        met = [was for name, was, _ in self.history if name == "rules" or not was.answers]
        count, fired = len(met) + 1, []
        if count % 3 == 0:
            fired.append("stall")
        if asked.stream is True and draw(7, "1/1", ordinal, "refuse").random() < 0.5:
            fired = ["refuse"]
        if 10 <= (self.now - self.since) / NS < 20:
            fired = ["late"]
        return fired

    def used(self) -> int:
        """How many requests this script has addressed since its place was last dropped."""
        used = open_ = last = 0
        for event, when in [*self.scripted[self.setting], ("began", self.now)]:
            if event == "began" and not open_ and when - last > PLACE_LIFETIME:
                used = 0
            used += event == "began"
            open_ += 1 if event == "began" else -1
            last = when
        return used - 1

    @precondition(lambda self: self.open)
    @rule(output=st.integers(0, 50), whole=st.booleans(), which=st.integers(0, 9))
    def settle(self, output: int, whole: bool, which: int) -> None:
        addressed, fate = self.open.pop(which % len(self.open))
        tokens = Tokens(output=output)
        settlement = Settlement(200, "claude-x", tokens, whole, "none", place=fate.place)
        self.key, _ = keys.settle(self.key, self.now, settlement=settlement)
        if addressed is not None:
            self.scripted[addressed].append(("ended", self.now))
        self.booked += 1
        self.output += output

    @rule(seconds=st.sampled_from([0.5, 3, 12, 700]))
    def wait(self, seconds: float) -> None:
        self.now += int(seconds * NS)

    @rule(setting=st.sampled_from(["rules", "script", "loop"]))
    def change_settings(self, setting: str) -> None:
        self.setting = setting

    @rule()
    def reset(self) -> None:
        self.key, _ = keys.reset(self.key, self.now)
        self.history = []
        self.scripted = {"script": [], "loop": []}
        # What was under way is nobody's any more: it is settled without a place.
        self.open = [(None, attrs.evolve(fate, place=None)) for _, fate in self.open]
        self.since = self.now
        self.booked = self.output = 0

    @invariant()
    def the_books_add_up(self) -> None:
        told = self.key.statistics()
        assert told["in_flight"] == len(self.open)
        assert told["requests"] == len(self.history)
        usage = told["models"].get("claude-x", {"requests": {}, "output_tokens": 0})
        assert sum(usage["requests"].values()) == self.booked
        assert usage["output_tokens"] == self.output


TestKey = KeyMachine.TestCase

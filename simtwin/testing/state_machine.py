"""A stateful test of a client: calls, and changes of the twin's state, in any order.

    class Mine(TwinMachine):
        def connect(self):
            self.mine = MyClient(self.twin.blocking_anthropic())

        def ask(self):
            return self.mine.summarize("…")

    TestMine = Mine.TestCase

What a rule of the machine changes is what a provider changes under its clients: a key is revoked, a
bucket runs dry, an incident begins and ends. What it holds after every step is that the books of the
twin agree with what its limits must have let through.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from simtwin.core.bucket import NS, Bucket
from simtwin.testing.strategies import faults
from simtwin.testing.virtual_twin import VirtualTwin
from simtwin.verdicts.attempt import Attempt

#: Requests a minute that the machine's key is let make: few, so that steps come to the limit.
RPM = 6
MODEL = "claude-sonnet-4-6"
_LIMITS = {"pools": {"claude-sonnet-4.x": {"rpm": RPM}}}
_REPLACING = ("refuse", "page", "hang")
_INCIDENTS = ("overloaded", "rate_limited", "flaky_stream", "slow_morning")


class TwinMachine(RuleBasedStateMachine):
    """A machine whose client talks to a virtual twin. Override `connect` and `ask`.

    Attributes:
        twin: the twin, in virtual time.
        revoked: whether the client's key was taken away.
        failures: what calls raised, in order.
    """

    def __init__(self) -> None:
        super().__init__()
        self.twin = VirtualTwin(settings={"limits": _LIMITS})
        self.revoked = False
        self.failures: list[Exception] = []
        self._drains: list[tuple[int, float]] = []
        self._read: Counter[str] = Counter()
        self.twin.__enter__()
        self.connect()

    def connect(self) -> None:
        """Make the client under test, of `self.twin`."""
        self.client = self.twin.blocking_anthropic(max_retries=1)

    def ask(self) -> object:
        """Let the client make one call."""
        return self.client.messages.create(
            model=MODEL, max_tokens=16, messages=[{"role": "user", "content": "Hello"}]
        )

    @rule()
    def call(self) -> None:
        """The client asks; what it raises is its answer to what the twin did."""
        try:
            got = self.ask()
        except Exception as error:  # noqa: BLE001  # it is the client's to choose
            self.failures.append(error)
        else:
            usage = getattr(got, "usage", None)
            for name in ("input_tokens", "output_tokens"):
                self._read[name] += getattr(usage, name, 0)

    @rule(seconds=st.integers(1, 120))
    def wait(self, seconds: int) -> None:
        """Nothing happens for a while."""
        self.twin.sleep(seconds)

    @rule(fault=faults(("refuse", "latency", "disconnect", "error_event")))
    def fault_is_next(self, fault: str) -> None:
        """The next request meets a fault."""
        self.twin.script(fault)

    @rule(profile=st.sampled_from(_INCIDENTS))
    def incident_begins(self, profile: str) -> None:
        """An incident begins."""
        self.twin.script(None)
        self.twin.profile(profile)

    @rule()
    def incident_ends(self) -> None:
        """All is well again, but for the limits."""
        self.twin.script(None)
        self.twin.profile()

    @rule()
    def bucket_is_drained(self) -> None:
        """Somebody else with the same key uses up what there is."""
        self.twin.drain()
        self._drains.append((len(self.twin.attempts), self.twin.now))

    @precondition(lambda self: not self.revoked)
    @rule()
    def key_is_revoked(self) -> None:
        """The key is taken away."""
        self.twin.revoke()
        self.revoked = True

    @invariant()
    def the_limits_let_through_what_a_bucket_holds(self) -> None:
        """Of the attempts that no fault answered, those were refused for which there was no room."""
        bucket = Bucket.full(RPM, 0)
        drains = list(self._drains)
        for number, attempt in enumerate(self.twin.attempts):
            while drains and drains[0][0] <= number:
                at = round(drains.pop(0)[1] * NS)
                bucket = bucket.take(bucket.remaining(at), at) or bucket
            if not _limited(attempt):
                continue
            left = bucket.take(1, round(attempt.began * NS))
            assert (attempt.status == 429) is (left is None), attempt  # noqa: S101  # an oracle
            bucket = left or bucket

    @invariant()
    def the_books_add_up(self) -> None:
        """A refusal costs nothing, and what the client was told that it used was booked."""
        booked: Counter[str] = Counter()
        for attempt in self.twin.attempts:
            refused = attempt.status is not None and attempt.status >= 400
            assert not refused or not any(attempt.usage.values()), attempt  # noqa: S101  # likewise
            booked.update(attempt.usage)
        for name, read in self._read.items():
            assert read <= booked[name], f"{read} {name} read, {booked[name]} booked"  # noqa: S101  # likewise

    def teardown(self) -> None:
        self.twin.__exit__(None, None, None)


def _limited(attempt: Attempt) -> bool:
    """Whether an attempt came as far as the limits: no fault took the place of its answer."""
    replaced = any(each.kind in _REPLACING for each in attempt.entry.fired)
    return not replaced and attempt.status not in (None, 401)

"""What a test does with its twin, wherever that runs: say what goes wrong, and read what happened."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from simtwin.core.entry import Entry
from simtwin.core.journal_line import read
from simtwin.core.outcome import Became
from simtwin.testing.tokens import token_of
from simtwin.verdicts.attempt import Attempt
from simtwin.verdicts.calls import Call, Confidence
from simtwin.verdicts.calls import calls as calls_of
from simtwin.verdicts.judging import judge
from simtwin.verdicts.rule import Severity
from simtwin.verdicts.text import findings
from simtwin.verdicts.thresholds import THRESHOLDS, Thresholds
from simtwin.verdicts.verdict import Verdict


class Handle(ABC):
    """A twin in the hands of a test.

    Attributes:
        seed: decides all chance.
    """

    seed: int
    _thresholds: Thresholds = THRESHOLDS

    @property
    @abstractmethod
    def base_url(self) -> str:
        """Where clients reach the twin."""

    @property
    @abstractmethod
    def api_key(self) -> str:
        """The test's own key."""

    @abstractmethod
    def configure(self, **settings: Any) -> None:
        """Change settings from the next request on: None falls back, all others stay.

        Raises:
            SettingsError: they cannot be; nothing has changed.
        """

    @abstractmethod
    def lines(self) -> Iterable[bytes]:
        """The journal of the test, oldest first: a line of JSON for each request and outcome.

        `simtwin judge` judges what was saved of it.
        """

    @abstractmethod
    def _tell(self, call: str, outcome: Became) -> None:
        """Let the twin know what became of a call."""

    @property
    @abstractmethod
    def _began(self) -> float:
        """The Unix time that attempts are counted from."""

    @abstractmethod
    def _scope(self, api_key_id: str) -> str:
        """What the chance of a key is drawn by."""

    @abstractmethod
    def rule_states(self) -> Sequence[Mapping[str, Any]]:
        """Every rule in force, profiles' included: name, kind, state, how often it fired."""

    def script(self, text: str | None) -> None:
        """From the next request on, follow this script; None ends the present one."""
        self.configure(script=text)

    def replies(self, *rules: Mapping[str, Any]) -> None:
        """From the next request on, say this: rules of replies, as in settings."""
        self.configure(replies=list(rules))

    def profile(self, *names: str) -> None:
        """From the next request on, follow these profiles."""
        self.configure(profiles=list(names))

    def rules(self, *rules: Mapping[str, Any]) -> None:
        """From the next request on, follow these rules, as in settings."""
        self.configure(rules=list(rules))

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Every request so far, in the order in which they were over.

        Those of batches are among them: their `entry.batch` is the id of theirs.
        """
        found = map(read, self.lines())
        return tuple(Attempt(line, self._began) for line in found if isinstance(line, Entry))

    @property
    def calls(self) -> tuple[Call, ...]:
        """The same by what the client tried again."""
        return calls_of(each for each in self.attempts if each.entry.batch is None)

    def verdict(self) -> Verdict:
        """What the rules say of what the client did so far: each pass, fail or not exercised."""
        return judge(map(read, self.lines()), thresholds=self._thresholds, dropped=0)

    def outcome(self, outcome: Became, call: str | None = None) -> None:
        """Tell what became of a call, which no server can see, so that it is judged as well.

        Args:
            outcome: it "raised" an error, "returned" an answer, or is "cancelled" now.
            call: what the client sent as `x-simtwin-call`, or the id of one of its requests; that
                of the last request which is over, unless given.

        Raises:
            ValueError: no request is over.
        """
        if call is None:
            attempts = self.attempts
            if not attempts:
                raise ValueError("no request is over, so that the outcome is of none")
            call = attempts[-1].entry.request
        self._tell(call, outcome)

    def assert_resilient(
        self, fail_on: Severity = "error", min_confidence: Confidence = "medium"
    ) -> None:
        """Let the test fail for what the client did wrong.

        Args:
            fail_on: how grave a finding has to be: "error", "warning" or "info".
            min_confidence: how sure it has to be: "high", "medium" or "low".

        Raises:
            AssertionError: it did something wrong; the text says what, and what to do about it.
        """
        found = findings(self.verdict(), fail_on, min_confidence)
        if found:
            raise AssertionError(f"the client is not resilient\n{found}")

    @property
    def unmet(self) -> tuple[str, ...]:
        """What was set up and not met, in words: a test in which it is left has shown less."""
        attempts = self.attempts
        said = [attempt.entry.script for attempt in attempts if attempt.entry.script]
        unmet = []
        if said and said[-1] != "finished":
            used, _, total = said[-1].partition("/")
            if used != total:
                unmet.append(f"{used} of the {total} items of the script were used")
        never = {
            (fired.rule, fired.kind)
            for attempt in attempts
            for fired in attempt.entry.fired
            if fired.outcome == "not_reached"
        }
        unmet += [
            f"{each['kind']} of {each['name']}: it never fired"
            for each in self.rule_states()
            if not each["fired"]
        ]
        unmet += [f"{kind} of {rule}: its place was never reached" for rule, kind in sorted(never)]
        return tuple(unmet)

    @property
    def token(self) -> str | None:
        """What every request met, as one word; None where it would be too long for one.

        `simtwin replay TOKEN` serves the same again, and so does `VirtualTwin(replay=TOKEN)`.
        """
        return token_of(self.attempts, self.seed, self._scope)

    @property
    def usage(self) -> Mapping[str, int]:
        """The tokens that were booked, in all."""
        total: Counter[str] = Counter()
        for attempt in self.attempts:
            total.update(attempt.usage)
        return dict(total)

"""Rules of one twin under requests of any keys, in pure values: no sockets, no clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from small_kinds import KINDS

from simtwin.core.asked import Asked, Details
from simtwin.core.bucket import NS
from simtwin.core.commons import Commons, Share, Who
from simtwin.core.course import START, Course
from simtwin.core.lane import Fate, Lane, Schedule, admit, settled
from simtwin.core.rule import rules
from simtwin.core.schedule import Rule

CREATE = Asked("messages", "POST", "/v1/messages", "claude-opus-4-8", stream=True, answers=True)


def made(*docs: Mapping[str, Any]) -> tuple[Rule, ...]:
    """Rules that hang, but for what is said otherwise."""
    full = [
        doc if set(doc) & set(KINDS) else {**doc, "hang": {}} for doc in ({**doc} for doc in docs)
    ]
    return rules(full, KINDS, "rules", lambda index, inner: f"rules[{index}].{inner}")


@attrs.define
class Site:
    """A twin of whose keys only the lanes are there, each of a tenant of its first letter."""

    rules: Sequence[Rule]
    seed: int = 7
    commons: Commons = attrs.field(factory=Commons)
    lanes: dict[str, Lane] = attrs.field(factory=dict)

    def ask(
        self, key: str = "a1", seconds: float = 0, asked: Asked = CREATE, **details: Any
    ) -> tuple[Fate, Share]:
        """A request at that time, which is under way until `end`."""
        now = round(seconds * NS)
        if details or any(rule.match.looks_closer for rule in self.rules):
            asked = attrs.evolve(asked, details=Details(**details))
        others = [rule for rule in self.rules if rule.when.of_others]
        share = self.commons.enter(others, asked, who(key), now, counts_traffic=True)
        schedule = Schedule(tuple(self.rules), None, self.seed, key, around=share.around)
        lane, fate = admit(self.lanes.get(key, Lane(0)), now, asked, schedule)
        self.lanes[key] = lane
        self.commons.decided(share, fate.rules, now)
        return fate, share

    def end(
        self, key: str, fate: Fate, share: Share, *, succeeded: bool, call: str | None = None
    ) -> None:
        """The answer is over."""
        self.commons.leave(share)
        reached = fate.rules
        self.lanes[key] = settled(self.lanes[key], fate, reached, call, succeeded=succeeded)

    def fired(self, key: str = "a1", seconds: float = 0, **details: Any) -> list[str]:
        """The rules that fire on a request which is over at once, and succeeds if none does."""
        fate, share = self.ask(key, seconds, **details)
        self.end(key, fate, share, succeeded=not fate.rules, call=details.get("call"))
        return list(fate.rules)

    def course(self, key: str = "a1") -> Course:
        return self.lanes[key].course if key in self.lanes else START


def who(key: str) -> Who:
    return Who(key[0], key)


def pattern(site: Site, requests: int, gap: float = 0, key: str = "a1") -> str:
    """A letter for each request of a key: `x` where a rule fires, `.` where none does."""
    return "".join("x" if site.fired(key, gap * n) else "." for n in range(requests))

"""A bucket that answers under way drink from.

Output tokens count as they are produced, not when a request arrives (platform.claude.com/docs/en/
api/rate-limits, 2026-08-22). Each answer says beforehand how it will be produced, as a line from
its start to its end; `level(now)` is what refilling and all those lines make of it together:

    full ──────╮                a stream starts, and drinks faster than the bucket refills
               ╰──╮
                  ╰──╮      ╭── it ends, and the bucket refills
    zero ─────────────│────│─── below zero no new request is admitted, yet none is stopped
                      ╰────╯

All whole numbers. A line has a whole speed (1/MINUTE of a token per ns), which leaves it short of
the truth by less than 1/MINUTE of a token per nanosecond of its length; its end makes up for that,
so a finished answer has cost exactly its tokens.
"""

from __future__ import annotations

from bisect import bisect_left

import attrs

from simtwin.core.bucket import MINUTE, Bucket

#: (when in ns, whose, change of speed, tokens x MINUTE that fall due at once).
Turn = tuple[int, str, int, int]


@attrs.frozen
class Curve:
    """How an answer is produced: evenly between `start` and `end` (ns), up to `tokens`.

    All at `end` where that is not after `start`. `before` of them are there already, as those of an
    answer that has paused.
    """

    start: int
    end: int
    tokens: int
    before: int = 0

    def produced(self, now: int) -> int:
        """How many whole tokens there are at `now`."""
        if now >= self.end:
            return self.tokens
        if now <= self.start:
            return self.before
        return self.before + self._to_come * (now - self.start) // (self.end - self.start)

    def reaches(self, tokens: int) -> int:
        """The first moment (ns) from `start` on at which there are so many; `end` at the latest."""
        lacking = min(tokens, self.tokens) - self.before
        if lacking <= 0:
            return self.start
        length = self.end - self.start
        return self.end if length <= 0 else self.start - -length * lacking // self._to_come

    def units(self, now: int) -> int:
        """What it has drunk by `now`, in 1/MINUTE of a token."""
        if now >= self.end:
            return self.tokens * MINUTE
        drunk = self.before * MINUTE
        return drunk if now <= self.start else drunk + self.speed * (now - self.start)

    @property
    def speed(self) -> int:
        """1/MINUTE of a token per ns, rounded down."""
        length = self.end - self.start
        return self._to_come * MINUTE // length if length > 0 else 0

    def turns(self, name: str) -> tuple[Turn, ...]:
        """The moments at which it changes the speed of a flow."""
        length = self.end - self.start
        if length <= 0:
            return ((self.end, name, 0, self._to_come * MINUTE),)
        speed, rest = self.speed, self._to_come * MINUTE - self.speed * length
        return ((self.start, name, speed, 0), (self.end, name, -speed, rest))

    @property
    def _to_come(self) -> int:
        return self.tokens - self.before


@attrs.frozen
class Flow:
    """A bucket, how fast it is drunk from now (1/MINUTE of a token per ns), and what changes that.

    `turns` lie after `bucket.last`, in order.
    """

    bucket: Bucket
    speed: int = 0
    turns: tuple[Turn, ...] = ()

    def advance(self, now: int) -> Flow:
        """The flow at `now`. Where time goes back it is what it was."""
        bucket, speed, turns = self.bucket, self.speed, self.turns
        if now <= bucket.last:
            return self
        if not speed and not turns:
            return Flow(Bucket(bucket.limit, bucket.level_at(now), now))
        limit, level, last = bucket.limit, bucket.level, bucket.last
        full = limit * MINUTE
        passed = 0
        for at, _, change, due in turns:
            if at > now:
                break
            level = min(full, level + (limit - speed) * (at - last)) - due
            speed += change
            last = at
            passed += 1
        level = min(full, level + (limit - speed) * (now - last))
        return Flow(Bucket(limit, level, now), speed, turns[passed:])

    def resized(self, limit: int) -> Flow:
        """The flow under another limit; what is under way goes on as it is."""
        if limit == self.bucket.limit:
            return self
        return Flow(self.bucket.resized(limit, self.bucket.last), self.speed, self.turns)

    @property
    def is_open(self) -> bool:
        """Whether anything is left at `bucket.last`: then a new answer may begin."""
        return self.bucket.level > 0

    def begun(self, name: str, curve: Curve) -> Flow:
        """With one more answer under way, whose past by `bucket.last` is charged at once."""
        return _poured(_added(self, name, curve), -curve.units(self.bucket.last))

    def ended(self, name: str, curve: Curve, produced: int) -> Flow:
        """Without an answer that was begun with `curve`: it has cost `produced` tokens, no more."""
        back = curve.units(self.bucket.last) - produced * MINUTE
        return _poured(_removed(self, name, curve), back)

    def corrected(self, name: str, curve: Curve, truth: Curve) -> Flow:
        """With `truth` for the curve that an answer was begun with.

        What it has drunk by `bucket.last` changes by the difference alone: giving all of it back
        first would pour away what was refilled since.
        """
        back = curve.units(self.bucket.last) - truth.units(self.bucket.last)
        return _poured(_added(_removed(self, name, curve), name, truth), back)

    def clear_at(self) -> int:
        """The first moment (ns) from which on it stays above zero if all goes as foreseen.

        Later dips count: whoever comes at this time or any later one, alone, finds it open.
        """
        limit, level, last = self.bucket.limit, self.bucket.level, self.bucket.last
        full, speed, clear = limit * MINUTE, self.speed, last
        for at, _, change, due in self.turns:
            gain, length = limit - speed, at - last
            if level <= 0:
                rises = -level // gain + 1 if gain > 0 else length
                clear = last + min(rises, length)
            elif gain < 0 and level + gain * (length - 1) <= 0:
                clear = at
            level = min(full, level + gain * length) - due
            speed += change
            last = at
        return clear if level > 0 else last + -level // limit + 1


def _added(flow: Flow, name: str, curve: Curve) -> Flow:
    """The flow with one more curve to come; nothing is charged."""
    speed, turns = flow.speed, flow.turns
    for turn in curve.turns(name) if curve.end > flow.bucket.last else ():
        if turn[0] <= flow.bucket.last:
            speed += turn[2]
        else:
            place = bisect_left(turns, turn)
            turns = (*turns[:place], turn, *turns[place:])
    return Flow(flow.bucket, speed, turns)


def _removed(flow: Flow, name: str, curve: Curve) -> Flow:
    """The flow without a curve that was added; nothing is given back."""
    speed, turns = flow.speed, flow.turns
    for turn in curve.turns(name) if curve.end > flow.bucket.last else ():
        if turn[0] <= flow.bucket.last:
            speed -= turn[2]
        else:
            place = bisect_left(turns, turn)
            turns = (*turns[:place], *turns[place + 1 :])
    return Flow(flow.bucket, speed, turns)


def _poured(flow: Flow, units: int) -> Flow:
    """The flow with `units` more in its bucket, as far as they go in."""
    bucket = flow.bucket
    level = min(bucket.limit * MINUTE, bucket.level + units)
    return Flow(Bucket(bucket.limit, level, bucket.last), flow.speed, flow.turns)

"""The token bucket, in whole numbers.

Time is an argument and a bucket is a value: whatever is done to one gives another. A level is
counted in units of 1/MINUTE of what the bucket holds, so a nanosecond adds exactly `limit` to it.
Nothing is ever rounded: n refills in a row are one refill, after ten million operations as after
ten, and whoever waits what `wait` told, alone, is admitted.

    level(now) = min(limit x MINUTE, level + (now - last) x limit)

The real API's limits are such buckets: refilled without pause, up to the limit
(platform.claude.com/docs/en/api/rate-limits, 2026-08-22).
"""

from __future__ import annotations

import attrs

NS = 1_000_000_000
MINUTE = 60 * NS


@attrs.frozen
class Bucket:
    """Holds at most `limit`, and gets that much a minute.

    Args:
        limit: whole requests or tokens, at least 1.
        level: what is in it, in 1/MINUTE of a request or token; below zero after a `debit`.
        last: when that was its level, in ns.
    """

    limit: int
    level: int
    last: int

    @classmethod
    def full(cls, limit: int, now: int) -> Bucket:
        """A bucket that nothing was taken from."""
        return cls(limit, limit * MINUTE, now)

    def level_at(self, now: int) -> int:
        """The level at `now`. Where time goes back it is what it was: no refill, and no loss."""
        elapsed = now - self.last
        if elapsed <= 0:
            return self.level
        level = self.level + elapsed * self.limit
        full = self.limit * MINUTE
        return min(full, level)

    def advance(self, now: int) -> Bucket:
        """The same bucket, refilled up to `now`."""
        if now <= self.last:
            return self
        return Bucket(self.limit, self.level_at(now), now)

    def remaining(self, now: int) -> int:
        """How many whole ones are in it, rounded down; below zero where it is in debt."""
        return self.level_at(now) // MINUTE

    def wait(self, amount: int, now: int) -> int:
        """Nanoseconds from `now` until `amount` can be taken, to the nanosecond.

        Raises:
            ValueError: the bucket never holds that much.
        """
        if amount > self.limit:
            raise ValueError(f"{amount} can never be taken: the limit is {self.limit}")
        lack = amount * MINUTE - self.level_at(now)
        if lack <= 0:
            return 0
        return max(now, self.last) - now - (-lack // self.limit)

    def take(self, amount: int, now: int) -> Bucket | None:
        """The bucket with `amount` less in it, or None where there is not that much."""
        level = self.level_at(now) - amount * MINUTE
        if level < 0:
            return None
        return Bucket(self.limit, level, max(self.last, now))

    def debit(self, amount: int, now: int) -> Bucket:
        """The bucket with `amount` less in it, even if that puts it in debt."""
        level = self.level_at(now) - amount * MINUTE
        return Bucket(self.limit, level, max(self.last, now))

    def give_back(self, amount: int, limit: int, since: int, now: int) -> Bucket:
        """Undo a take; exactly when no time has passed, else never more than is safe.

        What the bucket was refilled with since may have been poured away had the take not been,
        so that much is kept. Otherwise more than `burst + rate x T` could leave it in a time T.

        Args:
            amount: what was taken.
            limit: the limit when it was taken.
            since: when it was taken (ns), by the bucket's own time: `last` after the take.
            now: ns.
        """
        now = max(now, self.last)
        units = amount * MINUTE * self.limit // limit - (now - since) * self.limit
        if units <= 0:
            return self
        return Bucket(self.limit, self.level_at(now) + units, now)

    def full_at(self, now: int) -> int:
        """When it is full again if nothing more is taken, in ns; `now` if it is."""
        lack = self.limit * MINUTE - self.level_at(now)
        if lack <= 0:
            return now
        return max(now, self.last) - (-lack // self.limit)

    def resized(self, limit: int, now: int) -> Bucket:
        """The bucket under another limit, as full in proportion as it was (rounded down).

        Keeping the share rather than the number means that a lowered limit leaves nobody in debt
        for minutes, that an empty bucket stays empty, and that it makes no difference when a change
        is carried out: any bucket gets the same share back in the same time.
        """
        if limit == self.limit:
            return self
        level = self.level_at(now) * limit // self.limit
        return Bucket(limit, level, max(self.last, now))

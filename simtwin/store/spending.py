"""What was used, minute by minute, for the reports of organizations: columns, bounded.

A row takes some 80 bytes, where an object of its own would take 300. Once there are too many, rows
of one hour that are alike are added up; if that does not help, the oldest go, and are counted.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator

import attrs

from simtwin.core.spent import Geo, Spent, Tier
from simtwin.core.usage import Tokens
from simtwin.store.records import AccountRecord

#: Some 16 MB; two weeks of ten keys in use all the time.
MOST_ROWS = 200_000

#: The narrowest bucket of a report.
_MINUTE = 60
_HOUR = 3_600
_TIERS: tuple[Tier, ...] = ("standard", "batch")
_GEOS: tuple[Geo, ...] = ("global", "us", "not_available")
_COUNTS = 7


@attrs.define
class _Columns:
    accounts: list[AccountRecord] = attrs.field(factory=list)
    models: list[str] = attrs.field(factory=list)
    at: array[float] = attrs.field(factory=lambda: array("d"))
    flags: array[int] = attrs.field(factory=lambda: array("B"))
    # Seven to a row.
    counts: array[int] = attrs.field(factory=lambda: array("Q"))

    def append(self, account: AccountRecord, spent: Spent) -> None:
        self.accounts.append(account)
        self.models.append(spent.model)
        self.at.append(spent.at)
        self.flags.append(_flags(spent))
        self.counts.extend(_counts(spent))

    def add(self, place: int, spent: Spent) -> None:
        for column, count in enumerate(_counts(spent), place * _COUNTS):
            self.counts[column] += count

    def row(self, place: int) -> Spent:
        account, flags = self.accounts[place], self.flags[place]
        counts = self.counts[place * _COUNTS : (place + 1) * _COUNTS]
        return Spent(
            self.at[place],
            account.api_key_id,
            account.workspace_id,
            self.models[place],
            Tokens(*counts[:4]),
            counts[4],
            counts[5],
            _TIERS[flags & 1],
            _GEOS[flags >> 1 & 3],
            bool(flags & 8),
            bool(flags & 16),
            bool(flags & 32),
            counts[6],
        )


class Spending:
    """The rows of all organizations, oldest first.

    Args:
        most: how many there may be.
    """

    def __init__(self, most: int = MOST_ROWS) -> None:
        self._most = most
        self.dropped = 0
        self._columns = _Columns()
        # The rows of the minute that is now.
        self._minute = 0.0
        self._now: dict[tuple[str, str | None, str, int], int] = {}

    def __len__(self) -> int:
        return len(self._columns.accounts)

    def add(self, account: AccountRecord, spent: Spent) -> None:
        """Book what a request of a key cost, as the key is now."""
        minute = spent.at // _MINUTE * _MINUTE
        if minute != self._minute:
            self._minute, self._now = minute, {}
        alike = (account.api_key_id, account.workspace_id, spent.model, _flags(spent))
        place = self._now.get(alike)
        if place is not None:
            self._columns.add(place, spent)
            return
        if len(self) >= self._most:
            self._fold()
            self._now = {}
        self._now[alike] = len(self)
        self._columns.append(account, attrs.evolve(spent, at=minute))

    def rows(self, tenant_id: str, start: float, end: float) -> Iterator[Spent | None]:
        """What an organization used from `start` to before `end` (Unix time, s).

        None stands for a row that is not told of: whoever reads may let others have their turn.
        """
        # Those that there are now, also where a fold puts others in their place meanwhile.
        columns = self._columns
        for place, account in enumerate(columns.accounts):
            if account.tenant_id == tenant_id and start <= columns.at[place] < end:
                yield columns.row(place)
            else:
                yield None

    def _fold(self) -> None:
        """Add up what is alike in an hour; where that leaves too much, drop the oldest."""
        columns = self._columns
        kept: dict[tuple[object, ...], tuple[AccountRecord, Spent]] = {}
        for place, account in enumerate(columns.accounts):
            row = columns.row(place)
            hour = row.at // _HOUR * _HOUR
            alike = (hour, account.tenant_id, row.key, row.workspace, row.model, _flags(row))
            before = kept.get(alike)
            kept[alike] = (
                account,
                attrs.evolve(row, at=hour) if before is None else before[1].plus(row),
            )
        rows = [*kept.values()]
        drop = max(0, len(rows) - self._most * 3 // 4)
        self.dropped += drop
        self._columns = _Columns()
        for account, row in rows[drop:]:
            self._columns.append(account, row)


def _flags(spent: Spent) -> int:
    return (
        _TIERS.index(spent.tier)
        | _GEOS.index(spent.geo) << 1
        | spent.long << 3
        | spent.fast << 4
        | spent.claude_code << 5
    )


def _counts(spent: Spent) -> tuple[int, ...]:
    tokens = spent.tokens
    return (
        tokens.input,
        tokens.cache_creation,
        tokens.cache_read,
        tokens.output,
        spent.written_1h,
        spent.searches,
        spent.requests,
    )

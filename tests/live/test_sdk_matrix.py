"""The measured table of what the SDK does, row by row, on real sockets.

Its scripts are held in virtual time too (tests/edge); here the client has the system's sockets,
its own pool of connections and its own clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs
import pytest
import trio
from live.lanes import Lanes
from live.matrix_body import HANG, RETRIES, TOOLS
from live.sdk_matrix import CASES, MEASURED, NOT_REPRODUCED, OTHERWISE, PATIENCE, Case
from live.sdk_shape import shape
from live.served import SLACK, Served, Tenant
from live.ways import ASKED, Attempts, async_client

#: What ends by itself does so long before.
BOUND = 60.0

OPERATOR = "the-token-of-the-operator"

#: Rows that wait are all met at once, 50 of them, begun so far from one another that none of them is
#: late because of the others; of those that do not, so many at a time, for the same reason.
APART, AT_A_TIME = 0.02, 16

#: What the SDK waits by itself: half a second, then a whole one, less up to a quarter.
BACKOFF = ((0.375, 0.5), (0.75, 1.0))


@attrs.frozen
class Met:
    """What came of a row.

    Args:
        outcome: of its last call.
        requests: how many reached the twin.
        waits: seconds from the beginning of one to that of the next.
    """

    outcome: str
    requests: int
    waits: Sequence[float]


class Table:
    """What came of the rows so far."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._outcomes = dict.fromkeys(CASES, HANG)
        self._attempts = {case: Attempts() for case in CASES}

    async def meet_all(self) -> None:
        places = trio.CapacityLimiter(AT_A_TIME)
        alone = [case for case in CASES if case.connections]
        slow = [case for case in CASES if case.is_slow]

        async def in_turn(case: Case) -> None:
            async with places:
                await self._meet(case)

        for case in CASES:
            self._lanes.key(case)
        async with trio.open_nursery() as nursery:
            for case in slow:
                nursery.start_soon(self._meet, case)
                await trio.sleep(APART)
            for case in CASES:
                if case not in alone and case not in slow:
                    nursery.start_soon(in_turn, case)
        # What happens to connections happens to those of all.
        for case in alone:
            with self._ruled(case.connections):
                await self._meet(case)

    async def _meet(self, case: Case) -> None:
        key = self._lanes.key(case)
        asked: dict[str, Any] = dict(ASKED)
        if case.script is not None:
            asked["extra_headers"] = {"x-simtwin-script": case.script}
        if "calls" in case.reply:
            asked |= {"tools": TOOLS, "tool_choice": {"type": "any"}}
        sdk = async_client(
            key,
            self._attempts[case],
            base_url=self._lanes.address(case),
            timeout=case.timeout,
            max_retries=RETRIES,
        )
        with trio.move_on_after(PATIENCE if case.outcome == HANG else BOUND):
            async with sdk:
                for _ in range(case.calls):
                    self._outcomes[case] = await shape(
                        sdk, case.way, asked, deltas=case.counts_deltas
                    )

    @contextmanager
    def _ruled(self, rules: Sequence[Mapping[str, Any]]) -> Iterator[None]:
        """Rules for connections, said over one that was there before them."""
        headers = {"authorization": f"Bearer {OPERATOR}"}
        with self._lanes.served.plane(auth=None, headers=headers) as operator:
            said = operator.put("/_twin/settings", json={"connections": list(rules)})
            assert said.status_code == 200, said.text
            yield
            operator.delete("/_twin/settings")

    def met(self) -> Mapping[Case, Met]:
        return {
            case: Met(self._outcomes[case], arrived, _gaps(self._attempts[case].sent))
            for case, arrived in self._lanes.arrived(CASES).items()
        }


def _gaps(sent: Sequence[float]) -> list[float]:
    return [then - before for before, then in pairwise(sent)]


@pytest.fixture
def met(tmp_path: Path) -> Iterator[Mapping[Case, Met]]:
    """What came of each row."""
    options = ("--pace", "instant", "--tier", "unlimited", "--admin-token", OPERATOR)
    served = Served.start(tmp_path, *options)
    try:
        with served.plane() as plane:
            table = Table(Lanes(Tenant(served, plane)))
            trio.run(table.meet_all)
            yield table.met()
        served.tell()
        assert served.ended() == (0, b"", "")
    finally:
        served.stop()


# The SDK drops its generators in the middle of a stream that has an error in it, and trio minds.
@pytest.mark.filterwarnings("ignore:Async generator:ResourceWarning")
def test_the_sdk_does_on_every_row_what_was_measured(met: Mapping[Case, Met]) -> None:
    came = {str(case): (each.outcome, each.requests) for case, each in met.items()}
    expected = {str(case): (case.outcome, case.requests) for case in CASES}

    assert {row: each for row, each in came.items() if each != expected[row]} == {}
    assert len(came) == len(CASES)
    waited = {case: each.waits for case, each in met.items() if is_timed(case)}
    assert {str(case): waits for case, waits in waited.items() if not is_due(case, waits)} == {}
    assert len(waited) > 60


def is_timed(case: Case) -> bool:
    """Whether all that happens between its requests is that the SDK gives up and waits."""
    again = case.requests > 1 and case.calls == 1
    return again and case.outcome != HANG and not case.name.startswith("redir")


def is_due(case: Case, waits: Sequence[float]) -> bool:
    """Whether the SDK waited as it was told, or by itself, and for its timeout where that ended it.

    No wait is too short, except for a date, which has whole seconds; the machine may make any longer.
    """
    if case.told is not None:
        date = 1.0 if "date" in case.name or "rfc850" in case.name else 0.0
        return case.told - date <= waits[0] <= case.told + date + SLACK
    busy = case.timeout if case.gives_up else 0.0
    return len(waits) == case.requests - 1 and all(
        busy + least <= wait <= busy + most + SLACK
        for (least, most), wait in zip(BACKOFF, waits, strict=False)
    )


def test_at_least_95_in_100_rows_are_reproduced_and_the_reasons_of_the_rest_are_told() -> None:
    rows = {(case.name, case.way) for case in CASES}

    assert len(rows) == len(CASES)
    assert rows | set(NOT_REPRODUCED) == set(MEASURED)
    assert not rows & set(NOT_REPRODUCED)
    assert len(rows - set(OTHERWISE)) >= 0.95 * len(MEASURED) > 250

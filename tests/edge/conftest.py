"""What the tests of the data plane share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import pytest
import trio
import trio.testing


def in_virtual_time(
    test: Callable[[], Awaitable[None]],
    *,
    clock: trio.abc.Clock | None,
    instruments: Sequence[trio.abc.Instrument],
) -> None:
    """Run a test; pytest-trio itself looks for a clock among the test's own arguments alone."""
    virtual = clock or trio.testing.MockClock(autojump_threshold=0)
    trio.run(test, clock=virtual, instruments=instruments)


@pytest.fixture(params=["asgi", "quart"])
def front(request: pytest.FixtureRequest) -> str:
    """Each of the two ways to answer `POST /v1/messages`, in virtual time: one suite over both."""
    request.node.add_marker(pytest.mark.trio(run=in_virtual_time), append=False)
    name: str = request.param
    return name


@pytest.fixture
def virtual_time(request: pytest.FixtureRequest) -> None:
    """For tests that need only one of the two."""
    request.node.add_marker(pytest.mark.trio(run=in_virtual_time), append=False)

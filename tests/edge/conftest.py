"""What the tests of the data plane share."""

from __future__ import annotations

import pytest
import trio.testing


@pytest.fixture(params=["asgi", "quart"])
def front(request: pytest.FixtureRequest, autojump_clock: trio.testing.MockClock) -> str:
    """Each of the two ways to answer `POST /v1/messages`, in virtual time: one suite over both."""
    name: str = request.param
    return name

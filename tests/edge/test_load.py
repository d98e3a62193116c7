"""What the twin carries at once has a bound, and what was refused does not count."""

from __future__ import annotations

import pytest

from simtwin.edge.data_plane.load import (
    MOST_BODY_BYTES_IN_FLIGHT,
    MOST_REQUESTS_OF_A_TENANT,
    Load,
    OverloadError,
)


def test_a_load_that_carries_nothing_is_idle() -> None:
    load = Load()
    load.begin("a")
    load.hold(5)
    busy = load.idle
    load.end("a")
    half = load.idle
    load.release(5)

    assert (busy, half, load.idle) == (False, False, True)


def test_a_tenant_has_so_many_requests_under_way_and_no_more() -> None:
    load = Load()
    for _ in range(MOST_REQUESTS_OF_A_TENANT):
        load.begin("a")

    with pytest.raises(OverloadError, match="more than 2000 requests under way"):
        load.begin("a")
    load.end("a")
    load.begin("a")


def test_one_tenant_takes_no_requests_from_another() -> None:
    load = Load()
    for _ in range(MOST_REQUESTS_OF_A_TENANT):
        load.begin("a")

    load.begin("b")

    load.end("b")
    assert not load.idle


def test_a_request_that_was_refused_does_not_count() -> None:
    load = Load()
    for _ in range(MOST_REQUESTS_OF_A_TENANT):
        load.begin("a")
    with pytest.raises(OverloadError):
        load.begin("a")

    for _ in range(MOST_REQUESTS_OF_A_TENANT):
        load.end("a")

    assert load.idle


def test_bodies_have_so_many_bytes_together_and_no_more() -> None:
    load = Load()
    load.hold(MOST_BODY_BYTES_IN_FLIGHT - 1)

    with pytest.raises(OverloadError, match="more than 536,870,912 bytes of bodies held"):
        load.hold(2)
    load.hold(1)

    load.release(MOST_BODY_BYTES_IN_FLIGHT)
    assert load.idle

"""Strategies for Hypothesis: what can go wrong, what can be asked, and who asks when.

    @given(script=strategies.scripts())
    def test_my_client_survives(script):
        with VirtualTwin(script=script) as twin:
            my_client(twin.blocking_anthropic())

All of them shrink towards less: fewer faults, simpler ones, shorter waits, earlier places.
"""

from simtwin.testing.strategies.asking import interleavings, replies, requests
from simtwin.testing.strategies.failing import ALL, COMMON, faults, profiles, rules, scripts

__all__ = [
    "ALL",
    "COMMON",
    "faults",
    "interleavings",
    "profiles",
    "replies",
    "requests",
    "rules",
    "scripts",
]

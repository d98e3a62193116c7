"""A test asks its twin for the verdict, and fails by it."""

from __future__ import annotations

import pytest

from simtwin.core.journal_line import read
from simtwin.core.outcome import ToldOutcome
from simtwin.testing import VirtualTwin
from simtwin.testing.told import told

HELLO = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 64,
    "messages": [{"role": "user", "content": "Hello"}],
}
HEADERS = {"anthropic-version": "2023-06-01", "content-type": "application/json"}


def ask(twin: VirtualTwin, *waits: float) -> None:
    import httpx2  # noqa: PLC0415  # of this helper alone

    client = httpx2.Client(transport=twin.blocking_transport(), base_url=twin.base_url)
    for wait in (*waits, 0.0):
        client.post("/v1/messages", json=HELLO, headers={**HEADERS, "x-api-key": twin.api_key})
        twin.sleep(wait)


def test_a_resilient_client_passes_and_another_is_told_why() -> None:
    with VirtualTwin("429(retry_after=5); ok") as twin:
        ask(twin, 5.0)
        twin.assert_resilient("info")
    with VirtualTwin("429(retry_after=5); ok") as twin:
        ask(twin, 4.99)
        with pytest.raises(AssertionError) as failure:
            twin.assert_resilient()

    assert "came back after 4.990 s, told to wait 5 s" in str(failure.value)
    assert "Read retry-after" in str(failure.value)


def test_what_counts_is_as_grave_as_one_says() -> None:
    with VirtualTwin("529; ok") as twin:
        ask(twin, 0.0)
        twin.assert_resilient()
        with pytest.raises(AssertionError, match="V5"):
            twin.assert_resilient(fail_on="warning")
        twin.assert_resilient(fail_on="warning", min_confidence="high")


def test_a_failing_test_is_told_what_its_client_did_wrong() -> None:
    with VirtualTwin("529; ok") as twin:
        ask(twin, 0.0)

        assert "warning, V5 never retries at once:" in told(twin)


def test_an_outcome_is_of_the_last_request_unless_it_says_of_which() -> None:
    with VirtualTwin("529; ok") as twin:
        with pytest.raises(ValueError, match="no request is over"):
            twin.outcome("raised")
        ask(twin)
        twin.outcome("raised")
        twin.outcome("returned", "mine")

        told = [line for line in map(read, twin.lines()) if isinstance(line, ToldOutcome)]
        assert [each.call for each in told] == [twin.attempts[0].entry.request, "mine"]
        assert (twin.verdict().outcomes, twin.verdict().unmatched) == (2, 1)
        assert twin.verdict().dropped == 0

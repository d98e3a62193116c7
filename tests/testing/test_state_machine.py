"""The machine holds for the SDK, and finds a client that breaks what it holds."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from simtwin.testing.state_machine import RPM, TwinMachine


class SdkMachine(TwinMachine):
    """The SDK itself."""


class ForgetfulMachine(TwinMachine):
    """A client that tells of more tokens than anybody booked."""

    def ask(self) -> object:
        got: Any = super().ask()
        return got.model_copy(
            update={"usage": got.usage.model_copy(update={"output_tokens": 1_000_000})}
        )


TestSdk = SdkMachine.TestCase
TestSdk.settings = settings(max_examples=15, stateful_step_count=12)


def test_a_client_that_makes_up_its_usage_is_found() -> None:
    with pytest.raises(AssertionError, match="1000000 output_tokens read"):
        run_state_machine_as_test(
            ForgetfulMachine, settings=settings(max_examples=20, derandomize=True)
        )


def test_a_drained_bucket_and_a_revoked_key_are_what_they_say() -> None:
    machine = SdkMachine()
    try:
        for _ in range(RPM):
            machine.call()
        machine.client = machine.twin.blocking_anthropic(max_retries=0)
        machine.call()
        machine.wait(60)
        machine.bucket_is_drained()
        machine.call()
        machine.key_is_revoked()
        machine.call()
        machine.the_limits_let_through_what_a_bucket_holds()
        machine.the_books_add_up()
    finally:
        machine.teardown()

    kinds = [type(error) for error in machine.failures]
    assert kinds == [
        anthropic.RateLimitError,
        anthropic.RateLimitError,
        anthropic.AuthenticationError,
    ]

"""A virtual twin behind a gateway: its own clients go through it, and so may any other."""

from __future__ import annotations

import json

import pytest
from anthropic import AuthenticationError
from virtual import HELLO

from simtwin.testing import VirtualTwin
from simtwin.testing.stage import GatewayName


@pytest.mark.parametrize(
    ("gateway", "base_url"),
    [("litellm", "http://localhost/anthropic"), ("mintoken", "http://localhost/mintoken")],
)
def test_its_clients_go_through_the_gateway_and_are_known_as_who_they_are(
    gateway: GatewayName, base_url: str
) -> None:
    with VirtualTwin("429(retry_after=30); ok", gateway=gateway) as twin:
        twin.blocking_anthropic(max_retries=1).messages.create(**HELLO)

        assert (twin.now, twin.base_url) == (30, base_url)
        assert [attempt.status for attempt in twin.attempts] == [429, 200]
        assert {json.loads(line)["gateway"] for line in twin.lines()} == {gateway}
        token = twin.token
    with VirtualTwin(replay=token, gateway=gateway) as again:
        again.blocking_anthropic(max_retries=1).messages.create(**HELLO)

        assert again.now == 30


def test_a_key_of_nobodys_is_let_in_by_litellm_and_not_by_the_api() -> None:
    with VirtualTwin(gateway="litellm") as twin:
        anybody = twin.blocking_anthropic(api_key="sk-of-nobody", max_retries=0)
        anybody.messages.create(**HELLO)

        plain = twin.blocking_anthropic(
            api_key="sk-of-nobody", max_retries=0, base_url="http://localhost"
        )
        with pytest.raises(AuthenticationError):
            plain.messages.create(**HELLO)
        assert [attempt.status for attempt in twin.attempts] == [200]
        assert twin.token

"""Which paths and methods there are under `/v1`."""

from __future__ import annotations

import pytest

from simtwin.core.schedule import ENDPOINTS
from simtwin.edge.data_plane.endpoints import UNKNOWN, find


@pytest.mark.parametrize(
    ("method", "path", "name", "has_body", "answers"),
    [
        ("POST", "/v1/messages", "messages", True, True),
        ("POST", "/v1/complete", "complete", True, True),
        ("POST", "/v1/chat/completions", "chat_completions", True, True),
        ("POST", "/v1/messages/count_tokens", "count_tokens", True, False),
        ("GET", "/v1/models", "models", False, False),
        ("GET", "/v1/models/claude-x", "models_retrieve", False, False),
    ],
)
def test_each_endpoint_has_the_name_that_rules_match_on(
    method: str, path: str, name: str, has_body: bool, answers: bool
) -> None:
    endpoint, _ = find(method, path)

    assert endpoint.name == name
    assert name in ENDPOINTS
    assert (endpoint.has_body, endpoint.answers) == (has_body, answers)


@pytest.mark.parametrize(
    "path",
    ["/v1", "/v1/", "/v1/message", "/v1/messages/", "/v1/models/", "/v1/models/a/b", "/v2/models"],
)
def test_any_other_path_is_unknown_and_takes_no_method(path: str) -> None:
    assert find("GET", path) == (UNKNOWN, ())
    assert find("POST", path) == (UNKNOWN, ())


@pytest.mark.parametrize(
    ("method", "path", "methods"),
    [
        ("GET", "/v1/messages", ("POST",)),
        ("post", "/v1/messages", ("POST",)),
        ("HEAD", "/v1/models", ("GET",)),
        ("DELETE", "/v1/models/claude-x", ("GET",)),
    ],
)
def test_a_known_path_tells_the_methods_that_it_takes(
    method: str, path: str, methods: tuple[str, ...]
) -> None:
    assert find(method, path) == (UNKNOWN, methods)


def test_the_name_of_a_model_is_the_argument() -> None:
    endpoint, _ = find("GET", "/v1/models/claude-opus-4-5")

    assert endpoint.arguments == {"model_id": "claude-opus-4-5"}


def test_an_unknown_path_has_a_name_that_rules_can_match_on() -> None:
    assert UNKNOWN.name in ENDPOINTS

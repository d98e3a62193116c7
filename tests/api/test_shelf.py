"""Recordings, found by request, and told of where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from taped import ASKED, row

from simtwin.api.replay.cassette import recordings
from simtwin.api.replay.recording import same_path
from simtwin.api.replay.shelf import Shelf


def shelf(*rows: dict[str, Any]) -> Shelf:
    return Shelf(recordings(list(rows), "tape.yaml"))


def miss(asked: dict[str, Any], *rows: dict[str, Any]) -> str:
    return shelf(*rows).miss("POST", "/v1/messages", asked)


def test_a_request_finds_its_answer_whoever_asks_and_in_any_order_of_fields() -> None:
    asked = {**dict(reversed(ASKED.items())), "metadata": {"user_id": "somebody"}}

    found = shelf(row({**ASKED, "max_tokens": 65}), row()).find("POST", "/v1/messages", asked)

    assert found is not None
    assert found.answer(1).asked == ASKED


@pytest.mark.parametrize(
    ("method", "path", "change"),
    [
        ("POST", "/v1/messages", {"max_tokens": 65}),
        ("POST", "/v1/messages", {"stream": True}),
        ("POST", "/v1/messages", {"temperature": 1}),
        ("POST", "/v1/messages/count_tokens", {}),
        ("GET", "/v1/messages", {}),
    ],
)
def test_no_other_request_does(method: str, path: str, change: dict[str, Any]) -> None:
    assert shelf(row()).find(method, path, {**ASKED, **change}) is None


def test_the_same_request_gets_one_answer_after_the_other_and_then_the_last_again() -> None:
    found = shelf(row(status=529), row(status=500), row()).find("POST", "/v1/messages", ASKED)

    assert found is not None
    assert [found.answer(time).status for time in (1, 2, 3, 4, 99)] == [529, 500, 200, 200, 200]


def test_a_miss_names_the_nearest_recording_and_what_differs() -> None:
    conversation = [
        {"role": "user", "content": "Hello"},
        {"role": "assistant", "content": "Hi"},
        {"role": "user", "content": "How is the weather in Oslo today, and tomorrow?"},
    ]
    other = [*conversation[:2], {"role": "user", "content": "How is the weather in Rome today?"}]

    words = miss({**ASKED, "messages": other}, row(), row({**ASKED, "messages": conversation}))

    assert words == (
        "No recorded exchange answers this request. The nearest of 2 is tape.yaml, exchange 2,"
        " which differs: messages[2].content is '… weather in Rome today?', recorded is"
        " '… weather in Oslo today, and tomorrow…'."
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_tokens": 65}, "max_tokens is 65, recorded is 64"),
        ({"temperature": 1}, "temperature is 1, recorded is none"),
        ({"stream": True}, "stream is true, recorded is none"),
        ({"messages": []}, "messages has 0 items, recorded are 1"),
        ({"model": 7}, "model is 7, recorded is 'claude-sonnet-4-6'"),
        ({"max_tokens": 64.0}, "max_tokens is 64.0, recorded is 64"),
        ({"a": 1, "b": 2, "c": 3, "d": 4}, "a is 1, recorded is none; b is 2, recorded is none"),
        ({"mcp_servers": [{"authorization_token": "x"}]}, "mcp_servers is a list of 1, recorded"),
        ({"metadata": {"user_id": "x"}, "system": {}}, "differs: system is a table, recorded is"),
    ],
)
def test_every_difference_is_told_in_words(change: dict[str, Any], words: str) -> None:
    assert words in miss({**ASKED, **change}, row())


def test_what_is_left_out_is_told_too() -> None:
    asked = {name: value for name, value in ASKED.items() if name != "max_tokens"}

    assert "max_tokens is missing, recorded is 64" in miss(asked, row())


def test_only_the_first_differences_are_told() -> None:
    words = miss({**ASKED, "a": 1, "b": 2, "c": 3, "d": 4, "e": 5}, row())

    assert words.endswith("c is 3, recorded is none; and more.")


def test_secrets_are_not_told() -> None:
    def with_token(token: str) -> dict[str, Any]:
        return {**ASKED, "mcp_servers": [{"name": "x", "authorization_token": token}]}

    words = miss(with_token("sk-asked"), row(with_token("sk-taped")))

    assert "mcp_servers[0].authorization_token is a secret, recorded is a secret" in words
    assert "sk-" not in words


def test_a_path_that_was_never_recorded_is_told_as_such() -> None:
    words = shelf(row()).miss("POST", "/v1/messages/count_tokens", ASKED)

    assert words == (
        "No recorded exchange is for POST /v1/messages/count_tokens; recorded are POST /v1/messages."
    )


@pytest.mark.parametrize(
    ("query", "path"),
    [("", "/v1/m"), ("beta=true", "/v1/m"), ("b=1&beta=true&a=2", "/v1/m?a=2&b=1")],
)
def test_what_matters_of_a_query_is_part_of_the_path(query: str, path: str) -> None:
    assert same_path("/v1/m", query) == path

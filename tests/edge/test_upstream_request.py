from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from simtwin.edge.options import Options, OptionsError, target_of
from simtwin.edge.upstream.request_head import can_be_written, forwarded
from simtwin.edge.upstream.target import Target, TargetError, parse_target

TARGET = Target("https", "api.example", 443, "/gateway")


def head(
    *pairs: tuple[bytes, bytes],
    key: str | None = None,
    length: int | None = 0,
    method: str = "POST",
    plain: bool = False,
) -> list[bytes]:
    """The lines of a forwarded head."""
    made = forwarded(TARGET, method, b"/v1/a%2Fb?c=d", pairs, key=key, length=length, plain=plain)
    assert made.endswith(b"\r\n\r\n")
    return made.split(b"\r\n")[:-2]


def test_the_line_and_the_host_are_the_targets() -> None:
    assert head()[:2] == [b"POST /gateway/v1/a%2Fb?c=d HTTP/1.1", b"host: api.example"]


def test_headers_are_passed_on_one_by_one_and_in_order() -> None:
    pairs = ((b"x-b", b"1"), (b"cookie", b"a"), (b"cookie", b"b"), (b"x-a", b"\xe9"))

    assert head(*pairs)[2:6] == [b"x-b: 1", b"cookie: a", b"cookie: b", b"x-a: \xe9"]


def test_what_is_of_one_connection_or_ours_is_left_out() -> None:
    lines = head(
        (b"connection", b"keep-alive, X-Mine"),
        (b"keep-alive", b"timeout=5"),
        (b"x-mine", b"a"),
        (b"host", b"127.0.0.1"),
        (b"te", b"trailers"),
        (b"transfer-encoding", b"chunked"),
        (b"content-length", b"9"),
        (b"expect", b"100-continue"),
        (b"x-simtwin-script", b"529"),
    )

    assert [line.split(b":")[0] for line in lines[1:]] == [
        b"host",
        b"accept-encoding",
        b"content-length",
    ]


def test_a_client_that_wants_the_connection_to_end_has_both_end() -> None:
    assert b"connection: close" in head((b"connection", b"close"))


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        (None, b"identity"),
        (b"gzip, deflate, br;q=0.5, zstd", b"gzip, deflate"),
        (b"br", b"identity"),
        (b"GZIP;q=0.3", b"GZIP;q=0.3"),
    ],
)
def test_only_codings_that_can_be_read_are_asked_for(asked: bytes | None, sent: bytes) -> None:
    pairs = () if asked is None else ((b"accept-encoding", asked),)

    assert b"accept-encoding: " + sent in head(*pairs)
    assert b"accept-encoding: identity" in head(*pairs, plain=True)


def test_a_body_is_told_by_its_length_or_comes_in_chunks() -> None:
    assert b"content-length: 7" in head(length=7)
    assert b"transfer-encoding: chunked" in head(length=None)
    assert not any(line.startswith(b"content-length") for line in head(method="GET"))


def test_another_key_stands_where_the_callers_was_and_nowhere_else() -> None:
    ours = (b"x-api-key", b"ours"), (b"authorization", b"Bearer other")

    assert b"x-api-key: theirs" in head(*ours, key="theirs")
    assert not any(b"ours" in line or b"other" in line for line in head(*ours, key="theirs"))
    assert b"authorization: Bearer theirs" in head((b"authorization", b"bearer ours"), key="theirs")


@pytest.mark.parametrize(
    ("path", "value"),
    [(b"/v1/a HTTP/1.1\r\nx-a:", b"b"), (b"/v1/a", b"b\r\nx-a: b"), (b"/v1/a", b"b\0")],
)
def test_what_would_be_another_line_is_not_written(path: bytes, value: bytes) -> None:
    assert not can_be_written(path, [(b"x-b", value)])
    assert can_be_written(b"/v1/a?b=%0d", [(b"x-b", b"b\t\xe9")])


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://api.anthropic.com", Target("https", "api.anthropic.com", 443)),
        ("http://127.0.0.1:4000/a/b/", Target("http", "127.0.0.1", 4000, "/a/b")),
        ("http://[::1]:80", Target("http", "::1", 80)),
    ],
)
def test_a_url_names_a_target(url: str, target: Target) -> None:
    assert parse_target(url) == target
    assert parse_target(target.url) == target


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("api.anthropic.com", "neither"),
        ("ftp://a", "neither"),
        ("https://", "no host"),
        ("https://a:b@c", "credentials"),
        ("https://a/?b=c", "more than a path"),
        ("https://a/v1", "/v1"),
        ("https://a:99999", "[Pp]ort"),
        ("https://ä", "ASCII"),
    ],
)
def test_what_names_none_is_told_why(url: str, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        parse_target(url)


def options(**given: Any) -> Options:
    """Those of a twin in front of a server."""
    return Options(seed=7, **{"upstream": "https://api.example", **given})


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"upstream": None, "record": Path("a.jsonl")}, "--record"),
        ({"upstream": "https://api.example/v1"}, "--upstream"),
        ({"upstream": "http://localhost:8080"}, "itself"),
        ({"open_world": True}, "--open-world"),
        ({"gateways": ("litellm",)}, "--gateway"),
        ({"upstream_key": "sk-\n"}, "ANTHROPIC_API_KEY"),
        ({"host": "10.0.0.1", "open_keys": True, "upstream_key": "sk-a"}, "--open: off loopback"),
        ({"host": "::", "public_tenants": True, "upstream_key": "sk-a"}, "--public-tenants: off"),
    ],
)
def test_what_cannot_be_in_front_of_a_server_is_told_by_its_option(
    given: dict[str, Any], words: str
) -> None:
    with pytest.raises(OptionsError, match=words):
        target_of(options(**given))


def test_a_key_of_the_environments_is_spent_by_those_alone_who_have_one_of_the_twins() -> None:
    assert target_of(options(host="10.0.0.1", upstream_key="sk-a")) == Target(
        "https", "api.example", 443
    )
    assert target_of(options(host="10.0.0.1", open_keys=True)) is not None
    assert target_of(options(open_keys=True, upstream_key="sk-a")) is not None


def test_the_key_of_the_environment_is_in_no_picture_of_the_options() -> None:
    assert "sk-a" not in repr(options(upstream_key="sk-a"))

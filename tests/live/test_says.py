"""What a served twin says, by its command line alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from anthropic import Anthropic, NotFoundError
from live.served import Served
from taped import MESSAGE, interaction

from simtwin.cli import main

Start = Callable[..., Served]

TALK = """
summary = "Talks."
good_client = "Listens."
[[replies]]
match = { text = "weather" }
text = "It rains."
[[replies]]
echo = true
"""


def client_of(twin: Served) -> Anthropic:
    return Anthropic(base_url=twin.base_url, api_key=twin.api_key, max_retries=2)


def said(client: Anthropic, text: str) -> str:
    message = client.messages.create(
        model="claude-sonnet-4-6", max_tokens=64, messages=[{"role": "user", "content": text}]
    )
    block = message.content[0]
    return block.text if block.type == "text" else ""


def test_a_profile_says_what_is_answered_and_no_edge_is_seen(
    own_twin: Start, tmp_path: Path
) -> None:
    path = tmp_path / "talk.toml"
    path.write_text(TALK)
    twin = own_twin("--pace", "instant", "--no-edge-headers", "--profile", str(path))

    with client_of(twin) as client:
        answers = [said(client, "How is the weather?"), said(client, "Hello!")]
        headers = client.models.with_raw_response.list().headers

    assert answers == ["It rains.", "Hello!"]
    assert "cf-ray" not in headers


def test_cassettes_of_a_folder_are_played_and_a_miss_says_what_differs(
    own_twin: Start, tmp_path: Path
) -> None:
    (tmp_path / "cassettes").mkdir()
    cassette = {"version": 1, "interactions": [interaction()]}
    (tmp_path / "cassettes" / "hello.yaml").write_text(yaml.safe_dump(cassette))
    twin = own_twin("--replay", str(tmp_path / "cassettes"))

    with client_of(twin) as client:
        answer = said(client, "Hello")
        with pytest.raises(NotFoundError) as missed:
            said(client, "Goodbye")

    assert answer == MESSAGE["content"][0]["text"]
    assert "hello.yaml" in missed.value.message
    assert "messages[0].content is 'Goodbye', recorded is 'Hello'" in missed.value.message
    twin.tell()
    _, _, told = twin.ended()
    assert told.splitlines() == ["simtwin: recorded exchanges to answer with: 1"]


def test_a_recording_that_cannot_be_read_ends_the_start_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("interactions:\n- request: {method: POST}\n  response: {}\n")
    monkeypatch.setattr("sys.argv", ["simtwin", "serve", "--port", "0", "--replay", str(path)])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        f"simtwin: --replay: {path} cannot be read: it has no 'url'\n"
    )

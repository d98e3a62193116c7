"""Recorded exchanges, read from files and folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from taped import ASKED, MESSAGE, interaction, row

from simtwin.api.replay.recording import RecordingError
from simtwin.api.replay.shelf import MOST_RECORDINGS
from simtwin.edge.options import Options, OptionsError, replay_of
from simtwin.edge.recordings import LARGEST_FILE, read_recordings


def cassette(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"version": 1, "interactions": list(rows)}


def refusal(path: Path) -> str:
    with pytest.raises(RecordingError) as caught:
        read_recordings([path])
    return str(caught.value)


def answers(path: Path) -> list[int]:
    """The statuses that a request to be recorded gets, one time after the other."""
    found = read_recordings([path]).find("POST", "/v1/messages", ASKED)
    return [] if found is None else [each.status for each in found.answers]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tape.yaml", yaml.safe_dump(cassette(interaction(status=529), interaction()))),
        ("tape.yml", yaml.dump(cassette(interaction(status=529), interaction()))),
        ("tape.json", json.dumps(cassette(interaction(status=529), interaction()))),
        ("tape.json", json.dumps([row(status=529), row()])),
        ("tape.jsonl", "\n".join([json.dumps(row(status=529)), "", json.dumps(row())])),
        ("tape.ndjson", "".join(f"{json.dumps(each)}\n" for each in (row(status=529), row()))),
    ],
)
def test_a_file_is_read_by_its_ending(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert answers(path) == [529, 200]


def test_a_folder_is_read_in_the_order_of_names_with_all_that_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "b" / "c").mkdir(parents=True)
    for status, name in ((500, "b/c/1.json"), (200, "d.jsonl"), (529, "a.yaml"), (400, "x.txt")):
        taped = row(status=status)
        text = yaml.safe_dump([taped]) if name.endswith("yaml") else json.dumps(taped)
        (tmp_path / name).write_text(text)

    assert answers(tmp_path) == [529, 500, 200]


def test_a_body_in_bytes_and_one_that_was_parsed_are_read_from_yaml(tmp_path: Path) -> None:
    first, second = interaction(), interaction()
    first["response"]["body"]["string"] = json.dumps(MESSAGE).encode()
    second["request"]["parsed_body"] = ASKED
    second["response"]["parsed_body"] = MESSAGE
    del second["request"]["body"], second["response"]["body"]
    path = tmp_path / "tape.yaml"
    path.write_text(yaml.safe_dump(cassette(first, second)))

    found = read_recordings([path]).find("POST", "/v1/messages", ASKED)

    assert found is not None
    assert [json.loads(each.frames[0].data) for each in found.answers] == [MESSAGE, MESSAGE]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.yaml", "a: [", "a.yaml is no YAML: "),
        ("a.yaml", "!!python/object/apply:os.system ['true']", "a.yaml is no YAML: "),
        ("a.json", "{", "a.json is no JSON: "),
        ("a.jsonl", f"{json.dumps(row())}\nx", "a.jsonl, line 2 is no JSON: "),
        ("a.jsonl", '{"method": "POST"}', "a.jsonl, line 1 cannot be read: it has no 'path'"),
        ("a.yaml", "hello", "a.yaml has no recorded exchanges"),
        ("a.json", "[]", "a.json has no exchange of the API recorded"),
        # In itself so often that few steps count them.
        ("a.yaml", f"&a [{'*a, ' * 1_000}]", "a.yaml has more than 5,000,000 values"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text)

    assert words in refusal(path)


def test_aliases_of_yaml_are_counted_where_they_lead(tmp_path: Path) -> None:
    """Thirty short lines that stand for a thousand million values."""
    lines = ["a0: &a0 [1, 1]", *[f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30)]]
    path = tmp_path / "bomb.yaml"
    path.write_text("\n".join(lines))

    assert "more than 5,000,000 values" in refusal(path)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.yaml").endswith("cannot be read: No such file or directory")
    assert "has no exchange of the API recorded" in refusal(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)

    assert refusal(path).endswith("is larger than 67,108,864 bytes")


def test_there_are_so_many_recordings_and_no_more(tmp_path: Path) -> None:
    path = tmp_path / "many.jsonl"
    line = json.dumps(row(response_body="{}"))
    path.write_text("\n".join([line] * (MOST_RECORDINGS + 1)))

    assert "more than 10,000 exchanges" in refusal(path)


def test_options_name_the_recordings(tmp_path: Path) -> None:
    path = tmp_path / "tape.json"
    path.write_text(json.dumps(row()))

    replay = replay_of(Options(seed=7, replay=(path,), replay_misses="answer"))

    assert replay_of(Options(seed=7)) is None
    assert replay is not None
    assert (len(replay.shelf), replay.answers_misses) == (1, True)
    with pytest.raises(OptionsError, match=r"--replay: .*none\.json cannot be read"):
        replay_of(Options(seed=7, replay=(tmp_path / "none.json",)))

"""Reading recorded exchanges from files and folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from simtwin.api.replay.cassette import recordings
from simtwin.api.replay.recording import Recording, RecordingError
from simtwin.api.replay.shelf import MOST_RECORDINGS, Shelf

#: A thousand recordings of agents at work are a quarter of this.
LARGEST_FILE = 64 * 1024 * 1024
#: As many as there may be recordings: a cassette mostly holds one or two.
MOST_FILES = 10_000
#: What aliases in YAML may make of a document, in values: a few lines could be made to mean 2^30.
_MOST_VALUES = 5_000_000

_YAML = (".yaml", ".yml")
#: What files of one exchange a line are called.
LINES = (".jsonl", ".ndjson")
_ENDINGS = (*_YAML, *LINES, ".json")


def read_recordings(paths: Sequence[Path]) -> Shelf:
    """The exchanges in files, and in all cassettes of folders.

    Raises:
        RecordingError: one of them cannot be read, or there are too many, or none.
    """
    found: list[Recording] = []
    for path in paths:
        for file in _files(path):
            found += _exchanges(file)
            if len(found) > MOST_RECORDINGS:
                raise RecordingError(f"more than {MOST_RECORDINGS:,} exchanges, up to {file}")
    if not found:
        told = ", ".join(map(str, paths))
        raise RecordingError(f"{told} has no exchange of the API recorded")
    return Shelf(found)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(each for each in path.rglob("*") if each.suffix in _ENDINGS and each.is_file())
    if len(files) > MOST_FILES:
        raise RecordingError(f"{path} has more than {MOST_FILES:,} files")
    return files


def _exchanges(file: Path) -> Iterator[Recording]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise RecordingError(f"{file} is larger than {LARGEST_FILE:,} bytes")
        data = file.read_bytes()
    except OSError as error:
        raise RecordingError(f"{file} cannot be read: {error.strerror}") from None
    if file.suffix in LINES:
        yield from in_lines(data, file)
    elif file.suffix in _YAML:
        yield from recordings(_yaml(data, file), str(file))
    else:
        yield from recordings(_json(data, str(file)), str(file))


def in_lines(data: bytes, file: Path) -> Iterator[Recording]:
    """The exchanges in the lines of a file.

    Raises:
        RecordingError: one of them cannot be read.
    """
    for number, line in enumerate(data.splitlines(), 1):
        if line.strip():
            source = f"{file}, line {number}"
            yield from recordings(_json(line, source), source)


def _json(data: bytes, source: str) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordingError(f"{source} is no JSON: {error}") from None


def _yaml(data: bytes, file: Path) -> Any:
    import yaml  # noqa: PLC0415  # 15 ms that only cassettes in YAML need

    # The one in C is ten times as fast, and not in every build. Both make plain values alone.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        doc = yaml.load(data, loader)  # noqa: S506  # one of the two safe loaders
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise RecordingError(f"{file} is no YAML: {error}") from None
    _check_size(doc, file)
    return doc


def _check_size(doc: Any, file: Path) -> None:
    """That a document is as small as it looks, and no part of itself."""
    left, waiting = _MOST_VALUES, [doc]
    while waiting:
        value = waiting.pop()
        inner = list(value.values()) if isinstance(value, dict) else value
        if isinstance(inner, list):
            left -= len(inner)
            if left < 0:
                raise RecordingError(f"{file} has more than {_MOST_VALUES:,} values")
            waiting += inner

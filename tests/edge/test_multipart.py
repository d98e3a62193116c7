"""Forms with files, read piece by piece."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.errors import Rejected
from simtwin.edge.data_plane.multipart import MOST_FIELD_BYTES, Part, form
from simtwin.edge.data_plane.request import Request
from simtwin.store.blobs import Blobs
from simtwin.testing import run

BOUNDARY = "simtwin-boundary"
FORM = f"multipart/form-data; boundary={BOUNDARY}"


class Kept(bytearray):
    """A file in memory."""

    async def write(self, piece: bytes, /) -> None:
        self.extend(piece)


def written(*parts: tuple[str, str | None, bytes]) -> bytes:
    """A form as clients write it: name, file name, content."""
    body = b""
    for name, filename, content in parts:
        told = f'; filename="{filename}"' if filename is not None else ""
        kind = "Content-Type: text/plain\r\n" if filename is not None else ""
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{told}\r\n{kind}\r\n'
        body += head.encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def read(body: bytes, kind: str = FORM) -> tuple[dict[str, str], list[tuple[Part, bytes]]]:
    files: list[tuple[Part, Kept]] = []

    async def sink(part: Part) -> Kept:
        files.append((part, Kept()))
        return files[-1][1]

    async def main() -> dict[str, str]:
        draft = Blobs().draft("tenant")
        await draft.write(body)
        try:
            return await form(asked(kind), draft, sink)
        finally:
            await draft.discard()

    return run(main), [(part, bytes(kept)) for part, kept in files]


def asked(kind: str) -> Request:
    nobody: Any = None
    headers = {b"content-type": kind.encode("latin-1")}
    return Request("POST", "/v1/files", b"/v1/files", b"", headers, nobody, nobody)


@given(st.lists(st.binary(max_size=200), max_size=4), st.text("ab1", max_size=5))
def test_every_file_and_field_reads_back_as_it_was(contents: list[bytes], value: str) -> None:
    parts = [("files[]", f"f{number}.txt", each) for number, each in enumerate(contents)]
    fields, files = read(written(("name", None, value.encode()), *parts))

    assert fields == {"name": value}
    assert [content for _, content in files] == contents
    assert [part.filename for part, _ in files] == [name for _, name, _ in parts]
    assert {part.mime_type for part, _ in files} <= {"text/plain"}


@given(st.binary(max_size=300))
def test_what_is_no_form_is_a_400_or_has_nothing_in_it(body: bytes) -> None:
    try:
        fields, files = read(body)
    except Rejected as rejected:
        assert rejected.error.status == 400  # noqa: PT017  # either will do
    else:
        assert (fields, files) == ({}, [])


@pytest.mark.parametrize(
    "kind", ["", "application/json", "multipart/form-data", "multipart/mixed; boundary=x"]
)
def test_a_body_of_another_type_is_a_400(kind: str) -> None:
    with pytest.raises(Rejected, match="must be multipart/form-data"):
        read(written(("name", None, b"x")), kind)


def test_a_field_has_so_many_bytes_and_no_more() -> None:
    fields, _ = read(written(("name", None, b"x" * MOST_FIELD_BYTES)))
    assert len(fields["name"]) == MOST_FIELD_BYTES

    with pytest.raises(Rejected, match="name: String is too long"):
        read(written(("name", None, b"x" * (MOST_FIELD_BYTES + 1))))


def test_a_form_that_breaks_off_is_a_400() -> None:
    with pytest.raises(Rejected):
        read(written(("file", "a", b"content"))[:-30])

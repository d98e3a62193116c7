"""The fields of a form, whoever wrote it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.request.form import form_fields

TYPE = "multipart/form-data; boundary=the-boundary"


def part(head: str, data: str) -> bytes:
    return f"--the-boundary\r\nContent-Disposition: form-data; {head}\r\n\r\n{data}\r\n".encode()


def test_texts_are_told_as_they_are_and_files_by_their_names() -> None:
    body = (
        part('name="notes"', "two\r\nlines")
        + part('name="files[]"; filename="a/SKILL.md"', "text")
        + part('filename="b.md"; name="files[]"', "text")
        + b"--the-boundary--\r\n"
    )

    assert form_fields(body, TYPE) == {"notes": "two\r\nlines", "files": ["a/SKILL.md", "b.md"]}


def test_what_is_no_form_has_no_fields() -> None:
    assert form_fields(b'{"name": "x"}', "application/json") == {}
    assert form_fields(b"--the-boundary\r\nnothing\r\n", TYPE) == {}


@given(data=st.binary(max_size=200), kind=st.text(max_size=80))
def test_no_bytes_are_too_strange(data: bytes, kind: str) -> None:
    for content_type in (kind, TYPE):
        body = b"--the-boundary" + data + b"--the-boundary" + data

        assert isinstance(form_fields(body, content_type), dict)

"""Images and PDFs are what they say they are, and not too large."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest
from asking import doc_of, turn
from hypothesis import given
from hypothesis import strategies as st
from refusing import is_taken, said
from valid_requests import PDF, PNG

from simtwin.api.errors import Rejected
from simtwin.api.images import size
from simtwin.api.request.parse import parse, parsing
from simtwin.api.request.rules.media import MOST_IMAGE_BYTES
from simtwin.api.version import OLDER


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


def image(data: bytes | str, kind: str = "image/png", **more: Any) -> dict[str, Any]:
    text = data if isinstance(data, str) else base64.b64encode(data).decode()
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": kind, "data": text},
        **more,
    }


def pdf(data: str) -> dict[str, Any]:
    return {
        "type": "document",
        "source": {"type": "base64", "media_type": "application/pdf", "data": data},
    }


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (png(3, 5), ("image/png", 3, 5)),
        (b"GIF89a" + struct.pack("<HH", 7, 9), ("image/gif", 7, 9)),
        (
            b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">HH", 20, 10),
            ("image/jpeg", 10, 20),
        ),
        (b"RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x09\0\0\x13\0\0", ("image/webp", 10, 20)),
        (b"BM", None),
        (b"", None),
        (png(3, 5)[:20], None),
        (b"\xff\xd8\xff", None),
    ],
)
def test_a_header_says_what_an_image_is(data: bytes, found: tuple[str, int, int] | None) -> None:
    assert size(data) == found


@given(
    st.sampled_from([b"", png(0, 0)[:16], b"\xff\xd8\xff", b"GIF89a", b"RIFF....WEBPVP8"]),
    st.binary(max_size=60),
)
def test_any_bytes_have_a_size_or_none(start: bytes, rest: bytes) -> None:
    found = size(start + rest)

    assert found is None or found[0].startswith("image/")


@pytest.mark.parametrize(
    ("block", "words"),
    [
        (image(b"no image"), "Could not process image"),
        (
            image(PNG, "image/jpeg"),
            (
                "messages.0.content.0.image.source.base64: The image was specified using the image/jpeg "
                "media type, but the image appears to be a image/png image"
            ),
        ),
        (image("%%%"), "messages.0.content.0.image.source.base64.data: Invalid base64 data"),
        (image("é" * 4), "messages.0.content.0.image.source.base64.data: Invalid base64 data"),
        (
            image("A" * (MOST_IMAGE_BYTES + 4)),
            (
                "messages.0.content.0.image.source.base64: image exceeds 10 MB maximum: 10485764 bytes > "
                "10485760 bytes"
            ),
        ),
        (
            image(png(8_001, 1)),
            (
                "messages.0.content.0.image.source.base64.data: At least one of the image dimensions "
                "exceed max allowed size: 8000 pixels"
            ),
        ),
        (
            {
                "type": "document",
                "source": {"type": "content", "content": [image(png(1, 8_001))]},
            },
            (
                "messages.0.content.0.document.source.content.0.image.source.base64.data: At least one of "
                "the image dimensions exceed max allowed size: 8000 pixels"
            ),
        ),
        (
            image(PNG, "image/bmp"),
            (
                "messages.0.content.0.image.source.base64.media_type: Input should be 'image/jpeg', "
                "'image/png', 'image/gif' or 'image/webp'"
            ),
        ),
        (
            pdf(base64.b64encode(b"no PDF").decode()),
            "messages.0.content.0.pdf.source.base64.data: The PDF specified was not valid.",
        ),
        (
            {"type": "image", "source": {"type": "url", "url": "http://example.com/a.png"}},
            "messages.0.content.0.image.source.url.url: Only HTTPS URLs are supported.",
        ),
        (
            {"type": "image", "source": {"type": "file", "file_id": "../etc"}},
            (
                "messages.0.content.0.image.source.file.file_id: String should match pattern "
                "'^file_[a-zA-Z0-9_-]+$'"
            ),
        ),
    ],
)
def test_what_is_not_as_it_says_is_refused(block: dict[str, Any], words: str) -> None:
    assert said({"messages": [turn(block)]}) == words


@pytest.mark.parametrize(
    "block",
    [
        image(PNG),
        image(png(8_000, 8_000)),
        image(png(9_000, 1), transformations={"oversized_image": "downsize"}),
        pdf(PDF),
    ],
)
def test_what_is_as_it_says_is_taken(block: dict[str, Any]) -> None:
    assert is_taken({"messages": [turn(block)]})


def test_images_in_company_must_be_smaller() -> None:
    some = [image(PNG)] * 19 + [image(png(2_001, 1))]

    assert is_taken({"messages": [turn(*some)]})
    assert said({"messages": [turn(*some), turn(image(PNG))]}) == (
        "messages.0.content.19.image.source.base64.data: At least one of the image dimensions "
        "exceed max allowed size for many-image requests: 2000 pixels"
    )


def test_an_image_that_is_too_large_has_a_code() -> None:
    with pytest.raises(Rejected) as caught:
        parse(doc_of(messages=[turn(image(png(9_000, 1)))]), OLDER, ())

    assert caught.value.error.error_code == "image_dimensions_too_large"


def test_models_of_2024_take_images_of_another_kind() -> None:
    messages = [turn(image(PNG, "image/jpeg"))]

    assert is_taken({"model": "claude-3-5-sonnet-20240620", "messages": messages})


def test_a_large_document_is_read_with_pauses() -> None:
    large = pdf(PDF.rstrip("=")[:40] + "A" * 8_000_000)

    assert sum(1 for _ in parsing(doc_of(messages=[turn(large)]), OLDER, ())) >= 7


def test_many_images_are_read_with_pauses() -> None:
    many = [image(PNG.rstrip("=")[:40] + "A" * 400_000)] * 20

    assert sum(1 for _ in parsing(doc_of(messages=[turn(*many)]), OLDER, ())) >= 20


def test_an_image_has_its_size_after_metadata_of_any_length() -> None:
    metadata = b"\xff\xe1\xff\xff" + bytes(0xFFFF - 2)
    frame = b"\xff\xc0\0\x11\x08\0\x10\0\x20\3" + bytes(9)
    photo = base64.b64encode(b"\xff\xd8" + metadata * 2 + frame).decode()

    assert is_taken({"messages": [turn(image(photo, "image/jpeg"))]})


@pytest.mark.parametrize(("model", "most"), [("claude-haiku-4-5", 100), ("claude-opus-4-8", 600)])
def test_a_request_has_as_many_images_and_documents_as_its_model_takes(
    model: str, most: int
) -> None:
    fields = {"model": model, "messages": [turn(pdf(PDF), *[image(PNG)] * (most - 1))]}
    more = {"model": model, "messages": [turn(pdf(PDF), *[image(PNG)] * most)]}

    assert is_taken(fields)
    assert said(more) == f"too many images and documents: {most} + 1 > {most}"


@pytest.mark.parametrize(("model", "most"), [("claude-haiku-4-5", 100), ("claude-opus-4-8", 600)])
def test_a_document_has_as_many_pages_as_its_model_takes(model: str, most: int) -> None:
    def of(pages: int) -> dict[str, Any]:
        data = b"%PDF-1.7\n" + b"<< /Type /Page >>\n" * pages + b"<< /Type /Pages >>"
        messages = [turn(pdf(base64.b64encode(data).decode()))]
        return {"model": model, "messages": messages}

    assert is_taken(of(most))
    assert said(of(most + 1)) == (
        "messages.0.content.0.pdf.source.base64.data: "
        f"A maximum of {most} PDF pages may be provided."
    )

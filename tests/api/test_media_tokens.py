"""Counting the tokens of images and PDFs."""

from __future__ import annotations

import base64
import struct
import zlib
from time import process_time
from typing import Any

import pytest
from asking import doc_of, turn
from hypothesis import given
from hypothesis import strategies as st

from simtwin.api.tokens import count, count_request
from simtwin.api.tokens.family import family
from simtwin.api.tokens.media import patches
from simtwin.api.tokens.pdf import scan

OLD, NEW = "claude-sonnet-4-5", "claude-opus-5"
PAGE = b"<< /Type /Page >>\n"
TEXT = "The quick brown fox jumps over the lazy dog. " * 30


def encoded(data: bytes) -> str:
    return base64.b64encode(data).decode()


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height)


def image(width: int, height: int) -> dict[str, Any]:
    data = encoded(png(width, height))
    return {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}


def stream(drawn: bytes) -> bytes:
    return b"stream\n" + zlib.compress(drawn) + b"\nendstream\n"


def shown(text: str) -> bytes:
    return stream(b"BT (" + text.encode() + b") Tj ET")


def pdf(body: bytes) -> dict[str, Any]:
    data = encoded(b"%PDF-1.4\n" + body)
    source = {"type": "base64", "media_type": "application/pdf", "data": data}
    return {"type": "document", "source": source}


def added(block: dict[str, Any], model: str = OLD) -> int:
    """What a block adds to a request."""
    hello = {"type": "text", "text": "Hello"}
    with_it, without = turn(hello, block), turn(hello)
    both = (sum(count_request(doc_of(model=model, messages=[each]))) for each in (with_it, without))
    return next(both) - next(both)


@pytest.mark.parametrize(
    ("width", "height", "older", "newer"),
    [
        # Patches of 28 by 28 pixels: "Vision" (platform.claude.com, 2026-08).
        (1, 1, 1, 1),
        (28, 28, 1, 1),
        (200, 200, 64, 64),
        (1_000, 1_000, 1_296, 1_296),
        (1_092, 1_092, 1_521, 1_521),
        (4_000, 4_000, 1_521, 4_761),
    ],
)
def test_an_image_costs_its_patches(width: int, height: int, older: int, newer: int) -> None:
    assert added(image(width, height)) == older + 3
    assert added(image(width, height), NEW) == newer + 3


@given(width=st.integers(1, 8_000), height=st.integers(1, 8_000))
def test_no_image_costs_more_than_a_model_takes(width: int, height: int) -> None:
    for model in (OLD, NEW):
        kind = family(model)

        assert 1 <= patches(width, height, kind) <= kind.most_patches
        assert patches(width, height, kind) == patches(height, width, kind)


def test_an_image_behind_a_url_has_a_made_up_size_of_its_own() -> None:
    one, other = (
        {"type": "image", "source": {"type": "url", "url": f"https://example.com/{n}"}}
        for n in (1, 2)
    )

    assert added(one) == added(one) != added(other)


@pytest.mark.parametrize("data", ["", "A", "AAAA", "iVBO", "A" * 400_000, "====", "é"])
def test_an_image_that_is_none_costs_as_a_small_one(data: str) -> None:
    source = {"type": "base64", "media_type": "image/png", "data": data}

    assert 1 <= added({"type": "image", "source": source}) <= 100


def test_a_pdf_costs_its_pages_and_its_text() -> None:
    blank = added(pdf(PAGE))
    two = added(pdf(PAGE * 2))
    spoken = added(pdf(PAGE + shown(TEXT)))

    assert 1_500 <= blank <= 3_000
    assert two == 2 * blank
    assert spoken - blank == pytest.approx(count(TEXT), rel=0.05)


def test_pages_are_found_in_packed_objects_as_well() -> None:
    assert added(pdf(stream(PAGE * 3))) == added(pdf(PAGE * 3))


@given(st.binary(max_size=2_000))
def test_any_bytes_are_scanned(data: bytes) -> None:
    found = list(scan(data))

    assert sum(part.pages for part in found) >= 0
    assert added(pdf(data)) > 0


@pytest.mark.parametrize(
    "body",
    [
        stream(b"BT Tj " + b"()" * 20_000_000),
        stream(b"BT Tj " + b"(a)" * 40_000) * 300,
        b"stream\nendstream" * 100_000,
        b"/Type /Page " * 200_000,
        b"stream\nBT Tj " + b"(" * 1_500_000,
        b"stream\nBT Tj " + b"<a" * 700_000,
        b"stream\nBT Tj )-" + b"9" * 1_500_000,
        b"stream\nBT Tj )" + b" " * 1_500_000,
    ],
    ids=["bomb", "bombs", "streams", "pages", "opened", "hexadecimal", "gap", "blanks"],
)
def test_a_hostile_pdf_is_counted_in_bounded_time_and_steps(body: bytes) -> None:
    doc = doc_of(messages=[turn(pdf(body))])
    steps = []
    began = process_time()

    for part in count_request(doc):
        steps.append(process_time() - began)
        began = process_time()
        assert 0 <= part <= 1_100_000

    # Measured: 0.4 s for all at the most, 35 ms a step; CPU time, with room for a slow machine.
    assert sum(steps) < 4
    assert max(steps) < 0.5

"""That images are images and documents are PDFs, of a size that the API takes."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.images import size
from simtwin.api.model import Model
from simtwin.api.request.rules.generation import is_of_2024
from simtwin.api.request.shape.pieces import AT_ONCE, SOME
from simtwin.api.request.steps import Steps

#: Of an image, in base64: "image exceeds 5 MB maximum" was seen until 2026-05, 10 MiB from 2026-07 on
#: (kolega-ai/kolega-code#354, can1357/oh-my-pi#10633).
MOST_IMAGE_BYTES = 10 * 1024 * 1024
#: Pixels of a side, alone and in company (docs, vision).
LARGEST_SIDE = 8_000
LARGEST_SIDE_OF_MANY = 2_000
MANY_IMAGES = 20
#: Images and documents of a request, and pages of a PDF: "600 (100 for models with a 200k-token context
#: window)" (docs, vision and PDF support, 2026-08).
MOST_MEDIA, MOST_MEDIA_OF_SHORT = 600, 100
_SHORT_WINDOW = 200_000

#: As much of an image, in base64, as is decoded for its header; where that has no size, metadata
#: stands before it.
_NEAR, _FAR = 16 * 1024, 1024 * 1024
#: Base64 is looked at in pieces of this many characters, a multiple of four: about 2 ms.
_PIECE = 256 * 1024
#: The header of a PDF stands in its first kilobyte.
_PDF_HEADER = 1024
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")

Place = tuple[str, Mapping[str, Any]]


def check_media(messages: Sequence[Mapping[str, Any]], model: Model) -> Steps[None]:
    """Look at every image and PDF that came with the request.

    Args:
        messages: the turns.
        model: the model that is to look at them.

    Raises:
        Rejected: one of them is not what it says it is, or too large, or there are too many.
    """
    loose = is_of_2024(model)
    short = model.max_input_tokens <= _SHORT_WINDOW
    most = MOST_MEDIA_OF_SHORT if short else MOST_MEDIA
    places: list[Place] = []
    for index, message in enumerate(messages):
        content = message.get("content")
        if isinstance(content, list):
            yield from _gather(places, content, f"messages.{index}.content")
        if index % AT_ONCE == AT_ONCE - 1:
            yield
    images = [place for place in places if place[1]["type"] == "image"]
    if len(places) > most:
        # Seen in 2026-02 (anthropics/claude-code#23392).
        documents = len(places) - len(images)
        raise invalid(f"too many images and documents: {len(images)} + {documents} > {most}")
    largest = LARGEST_SIDE_OF_MANY if len(images) > MANY_IMAGES else LARGEST_SIDE
    looked_at = 0
    for path, block in places:
        source = block["source"]
        if source["type"] != "base64":
            continue
        if block["type"] == "image":
            yield from _check_image(block, f"{path}.image.source.base64", largest, loose=loose)
        else:
            # The path of PDFs as seen in 2025-08 (anthropics/claude-code#5174).
            yield from _check_pdf(source["data"], f"{path}.pdf.source.base64.data", most)
        looked_at += len(source["data"])
        if looked_at >= _PIECE:
            looked_at = 0
            yield


def _check_image(block: Mapping[str, Any], path: str, largest: int, *, loose: bool) -> Steps[None]:
    source = block["source"]
    data: str = source["data"]
    if len(data) > MOST_IMAGE_BYTES:
        raise invalid(
            f"{path}: image exceeds {MOST_IMAGE_BYTES // 1024**2} MB maximum: "
            f"{len(data)} bytes > {MOST_IMAGE_BYTES} bytes"
        )
    yield from _check_base64(data, f"{path}.data")
    found = size(binascii.a2b_base64(data[:_NEAR])) or size(binascii.a2b_base64(data[:_FAR]))
    if found is None:
        # Seen in 2026-05 (anthropics/claude-code#60920).
        raise invalid("Could not process image")
    kind, width, height = found
    if kind != source["media_type"] and not loose:
        # Seen in 2026-04 (BerriAI/litellm#24900).
        raise invalid(
            f"{path}: The image was specified using the {source['media_type']} media type, "
            f"but the image appears to be a {kind} image"
        )
    downsized = (block.get("transformations") or {}).get("oversized_image") == "downsize"
    if max(width, height) > largest and not downsized:
        # Seen in 2026-03 and 2026-04 (anthropics/claude-code#49537).
        many = " for many-image requests" if largest == LARGEST_SIDE_OF_MANY else ""
        raise Rejected(
            ApiError.of(
                400,
                f"{path}.data: At least one of the image dimensions exceed max allowed size{many}: "
                f"{largest} pixels",
                error_code="image_dimensions_too_large",
            )
        )


def _check_pdf(data: str, path: str, most: int) -> Steps[None]:
    pages = yield from _check_base64(data, path)
    # Decoded whole characters of four; the header may have other bytes before it.
    if b"%PDF-" not in binascii.a2b_base64(data[: _PDF_HEADER // 3 * 4]):
        raise invalid(f"{path}: The PDF specified was not valid.")
    if pages > most:
        # Seen in 2025 and 2026 for both limits.
        raise invalid(f"{path}: A maximum of {most} PDF pages may be provided.")


def _check_base64(data: str, path: str) -> Steps[int]:
    """That it is base64; returns the pages of a PDF that are there in the open."""
    pages = 0
    for start in range(0, len(data), _PIECE):
        if start:
            yield
        decoded = _decoded(data[start : start + _PIECE], last=start + _PIECE >= len(data))
        if decoded is None:
            # Style.
            raise invalid(f"{path}: Invalid base64 data")
        pages += len(_PAGE.findall(decoded)) if b"/Page" in decoded else 0
    return pages


def _decoded(piece: str, *, last: bool) -> bytes | None:
    try:
        decoded = binascii.a2b_base64(piece.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        return None
    return decoded if last or len(decoded) * 4 == len(piece) * 3 else None


def _gather(places: list[Place], blocks: Sequence[Mapping[str, Any]], path: str) -> Steps[None]:
    """Put every image and document among the blocks, and in them, into `places`."""
    for number, block in enumerate(blocks):
        if number % AT_ONCE == AT_ONCE - 1:
            yield
        tag = block["type"]
        if tag == "text":
            continue
        inner: Any = None
        below = ""
        if tag == "image":
            places.append((f"{path}.{number}", block))
        elif tag == "document":
            places.append((f"{path}.{number}", block))
            inner, below = block["source"].get("content"), "document.source.content"
        elif tag == "tool_result":
            inner, below = block.get("content"), "tool_result.content"
        if isinstance(inner, list):
            yield from _gather(places, inner, f"{path}.{number}.{below}")
            if len(inner) > SOME:
                yield

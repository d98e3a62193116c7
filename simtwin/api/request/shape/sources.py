"""Images, documents and search results, and where their content comes from."""

from __future__ import annotations

from simtwin.api.request.shape.check import Array, Either, Maybe, literal, text
from simtwin.api.request.shape.common import (
    CACHED,
    CITATIONS_CONFIG,
    TEXT,
    TEXTS,
    file_id,
    maybe_text,
)
from simtwin.api.request.shape.record import Record, Tagged

IMAGE_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")


def url(value: object) -> str | None:
    """A URL, of which the API fetches only those with https (words recalled)."""
    fault = text(value)
    if fault is None and not str(value)[:8].lower().startswith("https://"):
        return ": Only HTTPS URLs are supported."
    return fault


_URL = Record({"url": url})
_FILE = Record({"file_id": file_id})

IMAGE = Record(
    {
        "source": Tagged(
            {
                # The words for another media type: seen in 2025-09 (anthropics/claude-code#8184).
                "base64": Record({"data": text, "media_type": literal(*IMAGE_TYPES)}),
                "file": _FILE,
                "url": _URL,
            }
        )
    },
    {
        **CACHED,
        "transformations": Maybe(Record({}, {"oversized_image": literal("downsize", "error")})),
    },
)

_IN_DOCUMENT = Either(Array(Tagged({"image": IMAGE, "text": TEXT})))

DOCUMENT = Record(
    {
        "source": Tagged(
            {
                "base64": Record({"data": text, "media_type": literal("application/pdf")}),
                "content": Record({"content": _IN_DOCUMENT}),
                "file": _FILE,
                "text": Record({"data": text, "media_type": literal("text/plain")}),
                "url": _URL,
            }
        )
    },
    {
        **CACHED,
        "citations": Maybe(CITATIONS_CONFIG),
        "context": maybe_text,
        "title": maybe_text,
    },
)

SEARCH_RESULT = Record(
    {"content": TEXTS, "source": text, "title": text},
    {**CACHED, "citations": CITATIONS_CONFIG},
)

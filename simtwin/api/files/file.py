"""One uploaded file, and how it is shown (Python SDK 2.12.0, `types/file_metadata.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.timestamp import timestamp

#: "500 MB per file" (docs, Files API, 2026-08).
MOST_BYTES = 500 * 1024 * 1024
#: "3,600 to 7,776,000 seconds" (SDK 2.12.0, `file_upload_params.py`).
SHORTEST, LONGEST = 3_600, 7_776_000
#: The beta whose shapes differ from those of today.
BETA = "files-api-2025-04-14"

_FORBIDDEN = frozenset('<>:"|?*\\/') | frozenset(map(chr, range(32)))
_NAME = 255


@attrs.frozen
class File:
    """A file of an organization; its content is in the blob of its id.

    Args:
        id: `file_…`.
        filename: as it was sent.
        mime_type: likewise.
        size: its content, bytes.
        at: when it was made, Unix time in seconds.
        expires_at: when it is no more, likewise; None for never.
    """

    id: str
    filename: str
    mime_type: str
    size: int
    at: float
    expires_at: float | None = None

    @property
    def blob(self) -> str:
        """What its content is kept under."""
        return f"files/{self.id}"

    def expired(self, at: float) -> bool:
        """Whether it is no more."""
        return self.expires_at is not None and at >= self.expires_at

    def doc(self, *, beta: bool) -> Mapping[str, Any]:
        """As it is shown; under the beta nothing expired."""
        shown: dict[str, Any] = {
            "id": self.id,
            "type": "file",
            "filename": self.filename,
            "mime_type": self.mime_type,
            "size_bytes": self.size,
            "created_at": timestamp(self.at),
            # "You can only download files created by skills or code execution" (docs, 2026-08).
            "downloadable": False,
        }
        if not beta:
            shown["expires_at"] = None if self.expires_at is None else timestamp(self.expires_at)
        return shown


def checked_name(name: str | None) -> str:
    """A name that a file may have.

    Raises:
        Rejected: a 400; the rule is that of the docs (Files API, 2026-08), the words are assumed.
    """
    if not name or len(name) > _NAME or not _FORBIDDEN.isdisjoint(name):
        raise invalid(
            "file: Invalid filename: it must have 1 to 255 characters, and none of "
            '< > : " | ? * \\ / or control characters'
        )
    return name


def checked_life(text: str | None) -> float | None:
    """How long a file is to be there, seconds; None for ever.

    Raises:
        Rejected: a 400.
    """
    if text is None:
        return None
    try:
        seconds = int(text)
    except ValueError:
        raise invalid(
            "expires_in_seconds: Input should be a valid integer, unable to parse string as an integer"
        ) from None
    if seconds < SHORTEST:
        raise invalid(f"expires_in_seconds: Input should be greater than or equal to {SHORTEST}")
    if seconds > LONGEST:
        raise invalid(f"expires_in_seconds: Input should be less than or equal to {LONGEST}")
    return float(seconds)


def not_downloadable(file: File) -> Rejected:
    """The 400 for the content of a file that was uploaded."""
    return Rejected(
        ApiError.of(400, f"File {file.id} is not downloadable", error_code="file_not_downloadable")
    )

"""The `anthropic-version` header: which edition of the API a request speaks."""

from __future__ import annotations

import re

from simtwin.api.errors import invalid

OLDER = "2023-06-01"
#: Takes no sampling parameters, among others: platform.claude.com, migration to 2026-10-21.
NEWER = "2026-10-21"

# 2023-01-01 is a published version as well (docs, "Versions"); the twin speaks its successor.
_PUBLISHED = {"2023-01-01": OLDER, OLDER: OLDER, NEWER: NEWER}
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)


def resolve(header: str | None, *, strict: bool) -> str:
    """The edition that a request is answered in, `OLDER` or `NEWER`.

    A date that was never published is answered as the latest edition not after it, any other text
    as the older edition; the real API, and `strict`, takes published ones only.

    Args:
        header: the value of `anthropic-version`, None where it is absent.
        strict: whether to refuse what the real API refuses.

    Raises:
        Rejected: the header is absent, or `strict` and not a published version.
    """
    if header is None:
        raise invalid("anthropic-version: header is required")
    edition = _PUBLISHED.get(header)
    if edition is not None:
        return edition
    if strict:
        # Seen on the real API in 2026-01 (directus-labs/extensions#285).
        raise invalid(f'anthropic-version: "{header}" is not a valid version')
    # ISO dates sort as text.
    return NEWER if _DATE.fullmatch(header) and header >= NEWER else OLDER

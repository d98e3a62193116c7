"""What the API says of a request, or that it takes it."""

from __future__ import annotations

from typing import Any

import pytest
from asking import doc_of

from simtwin.api.errors import Rejected
from simtwin.api.request.parse import parse
from simtwin.api.version import OLDER


def said(fields: dict[str, Any], version: str = OLDER, betas: tuple[str, ...] = ()) -> str:
    """The words with which a small request with `fields` in it is refused."""
    with pytest.raises(Rejected) as caught:
        parse(doc_of(**{"max_tokens": 2_000, **fields}), version, betas)
    error = caught.value.error
    assert (error.status, error.type) == (400, "invalid_request_error")
    return error.message


def is_taken(fields: dict[str, Any], version: str = OLDER, betas: tuple[str, ...] = ()) -> bool:
    """Whether it is taken; what it is refused with is raised."""
    doc = doc_of(**{"max_tokens": 2_000, **fields})
    return parse(doc, version, betas).doc is doc

"""What is left of a request whose settings contradict each other: the question."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from simtwin.api.models import MODELS, resolve
from simtwin.api.request.betas import ON_DEMAND, THRESHOLD, named
from simtwin.api.request.fields import check_fields
from simtwin.api.request.shape.settings import COUNT, MESSAGES, MESSAGES_BEFORE
from simtwin.api.request.steps import Steps
from simtwin.api.version import NEWER

_ASKED = ("messages", "stream", "max_tokens")


def bare(
    doc: Mapping[str, Any], version: str, betas: Collection[str], *, counts: bool = False
) -> Steps[dict[str, Any]]:
    """The question alone, to the same model, or to the oldest where there is none of that name.

    It is for a world in which every id and every setting exists. A wrong shape is wrong there too.

    Args:
        doc: the request.
        version: the edition.
        betas: the names in `anthropic-beta`.
        counts: whether it is to be counted, not answered.

    Raises:
        Rejected: a 400 for the shape of a field.
    """
    table = COUNT if counts else MESSAGES if version == NEWER else MESSAGES_BEFORE
    required = ("model",) if counts else ("model", "max_tokens")
    compacted = named(betas, THRESHOLD, ON_DEMAND)
    yield from check_fields(doc, table, frozenset(required), version, compacted=compacted)
    model = resolve(doc["model"]) or MODELS[-1]
    kept = {name: doc[name] for name in _ASKED if name in doc} | {"model": model.id}
    if "max_tokens" in kept:
        kept["max_tokens"] = min(kept["max_tokens"], model.max_tokens)
    return kept

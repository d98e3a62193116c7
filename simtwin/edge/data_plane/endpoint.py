"""A thing that can be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import attrs

_NO_ARGUMENTS: Mapping[str, str] = MappingProxyType({})


@attrs.frozen
class Endpoint:
    """A thing that can be asked for.

    Args:
        name: as rules match on it.
        operation: as the log names it.
        has_body: whether a request for it is a JSON object.
        may_be_empty: whether no body at all will do as well.
        form: whether the body is a form (multipart/form-data) rather than JSON.
        answers: whether it asks a model to answer, and so uses up items of a script.
        openai: whether it speaks as OpenAI does, also where it refuses.
        spooled: the most bytes of a body that goes into a file, None where it is read as a whole.
        arguments: what stands in the path where its template has names.
    """

    name: str
    operation: str
    has_body: bool = False
    may_be_empty: bool = False
    form: bool = False
    answers: bool = False
    openai: bool = False
    spooled: int | None = None
    arguments: Mapping[str, str] = attrs.field(default=_NO_ARGUMENTS, repr=False)

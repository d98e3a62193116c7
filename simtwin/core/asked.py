"""A request as rules see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.core.endpoint_names import RESOURCES
from simtwin.core.organization_names import ORGANIZATION

#: Those of resources are generated: a list is called what is in it, and whatever else is done has its
#: verb behind that, as `sessions_events` and `sessions_events_send`.
ENDPOINTS = (
    "messages",
    "complete",
    "chat_completions",
    "count_tokens",
    "batches",
    "batches_create",
    "batches_retrieve",
    "batches_cancel",
    "batches_delete",
    "batches_results",
    "batches_request",
    "models",
    "models_retrieve",
    *ORGANIZATION,
    "unknown",
    *RESOURCES,
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@attrs.frozen
class Details:
    """What takes work to know of a request: only found where a rule in force looks at it.

    Args:
        key: the id of the key and its name.
        betas: the names in `anthropic-beta`.
        user_agent: the header, None where there is none.
        connection: which connection of the twin it came on, from 1.
        request_on_connection: which request of that connection it is, from 1.
        body_bytes: the size of its body; one that is too large counts as one byte more than is
            taken.
        body: its document, None where it has none that parses.
        call: what it has in common with repetitions of it: a digest of its method, path and body;
            None where no rule tells calls apart.
        attempt: which attempt of its call it is, from 1.
    """

    key: tuple[str, ...] = ()
    betas: tuple[str, ...] = ()
    user_agent: str | None = None
    connection: int = 1
    request_on_connection: int = 1
    body_bytes: int = 0
    body: Mapping[str, Any] | None = None
    call: str | None = None
    attempt: int = 1


@attrs.frozen
class Asked:
    """A request as rules see it.

    Args:
        endpoint: one of ENDPOINTS.
        method: the HTTP method, in capitals.
        path: the path without query.
        model: the model that the body names; None where it names none, or does not parse.
        stream: whether the body asks for a stream; None where it does not parse.
        answers: whether a model is to answer: such requests use up the items of a script.
        details: what takes work to know; None where no rule in force needs it.
    """

    endpoint: str
    method: str
    path: str
    model: str | None = None
    stream: bool | None = None
    answers: bool = False
    details: Details | None = None

"""Which requests a rule looks at.

Nothing here is a regular expression: globs and substrings alone. A body that does not parse is
looked at only by rules that ask nothing of what is in it; its size is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import attrs

from simtwin.core import bounds, glob
from simtwin.core.asked import ENDPOINTS, METHODS, Asked, Details
from simtwin.core.body_match import BodyMatch, body_matches, body_matches_doc
from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote

#: A user agent, or a name of a beta, is looked at up to here.
_LOOKED_AT = 1_000
#: A body of the largest size is 32 MB; what is larger is refused.
_LARGEST_BODY = 64 * 1024 * 1024


def _tools(_: object, field: Any, value: object) -> None:
    if value is not None and not isinstance(value, bool):
        if not isinstance(value, str):
            raise SettingsError(
                f"must be true, false, or the name of a tool, not {quote(value)}", field.name
            )
        bounds.globbed("the name of a tool")(None, field, value)


@attrs.frozen
class Match:
    """The requests that a rule looks at: what is given must hold, and nothing given is all of them.

    Args:
        endpoint: a glob that the name of one of ENDPOINTS at least must fit.
        method: one of METHODS.
        model: a glob of `*` and `?` that the model's name must fit, as it was asked for.
        stream: whether a stream was asked for.
        key: a glob that the id or the name of the API key must fit.
        tools: whether tools are on offer; or a glob that the name of one of them must fit.
        beta: a glob that one of the names in `anthropic-beta` must fit.
        body: what must be at places of the body, by JSON pointer; see `body_match`.
        user_agent: a glob that the header must fit.
        connection: which connection of the twin it is, from 1, or `[from, to]`.
        request_on_connection: which request of its connection it is, from 1, or `[from, to]`.
        attempt: which attempt of its call it is, from 1, or `[from, to]`. Requests of a lane with
            the same method, path and body are attempts of one call, until one of them was answered
            in whole with a 2xx: the next is a first attempt again.
        digest: a glob that what it has in common with its repetitions must fit: a digest of its
            method, path and body, as the journal tells it. With `when.nth` it names one request of
            a lane whatever the order in which a client that does several things at once asks.
        min_body_bytes: the least size of the body.
        max_body_bytes: the largest.

    Raises:
        SettingsError: with the field at fault as its path.
    """

    endpoint: str | None = attrs.field(default=None, validator=bounds.fits_one_of(ENDPOINTS))
    method: str | None = attrs.field(default=None, validator=bounds.one_of(METHODS))
    model: str | None = attrs.field(
        default=None, validator=bounds.globbed("the name of a model", never="[")
    )
    stream: bool | None = attrs.field(default=None, validator=bounds.truth)
    key: str | None = attrs.field(
        default=None, validator=bounds.globbed("the id or name of an API key")
    )
    tools: bool | str | None = attrs.field(default=None, validator=_tools)
    beta: str | None = attrs.field(default=None, validator=bounds.globbed("the name of a beta"))
    body: tuple[BodyMatch, ...] | None = attrs.field(default=None, converter=body_matches)
    user_agent: str | None = attrs.field(default=None, validator=bounds.globbed("a user agent"))
    connection: int | tuple[int, int] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.ordinal
    )
    request_on_connection: int | tuple[int, int] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.ordinal
    )
    attempt: int | tuple[int, int] | None = attrs.field(
        default=None, converter=bounds.pair, validator=bounds.ordinal
    )
    digest: str | None = attrs.field(default=None, validator=bounds.globbed("a digest"))
    min_body_bytes: int | None = attrs.field(default=None, validator=bounds.whole(0, _LARGEST_BODY))
    max_body_bytes: int | None = attrs.field(default=None, validator=bounds.whole(0, _LARGEST_BODY))
    #: Whether it asks for anything of `Details`.
    looks_closer: bool = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        low, high = self.min_body_bytes, self.max_body_bytes
        if low is not None and high is not None and high < low:
            raise SettingsError(f"must be at least min_body_bytes, {low}", "max_body_bytes")
        closer = any(getattr(self, name) is not None for name in _CLOSER)
        object.__setattr__(self, "looks_closer", closer)

    def fits(self, asked: Asked) -> bool:
        """Whether the rule looks at this request. A body that does not parse has no model."""
        return (
            (
                self.endpoint is None
                or self.endpoint == asked.endpoint
                or glob.fits(self.endpoint, asked.endpoint)
            )
            and (self.method is None or self.method == asked.method)
            and (self.stream is None or self.stream is asked.stream)
            and (
                self.model is None
                or (asked.model is not None and glob.fits(self.model, asked.model))
            )
            and (
                not self.looks_closer
                or (asked.details is not None and self._fits_closer(asked.details))
            )
        )

    @property
    def tells_calls_apart(self) -> bool:
        """Whether it asks what call a request is of."""
        return self.attempt is not None or self.digest is not None

    def _fits_closer(self, details: Details) -> bool:
        return (
            (self.min_body_bytes is None or details.body_bytes >= self.min_body_bytes)
            and (self.max_body_bytes is None or details.body_bytes <= self.max_body_bytes)
            and (self.attempt is None or bounds.is_at(self.attempt, details.attempt))
            and (
                self.digest is None
                or (details.call is not None and glob.fits(self.digest, details.call))
            )
            and (self.connection is None or bounds.is_at(self.connection, details.connection))
            and (
                self.request_on_connection is None
                or bounds.is_at(self.request_on_connection, details.request_on_connection)
            )
            and (self.key is None or any(glob.fits(self.key, name) for name in details.key))
            and (
                self.beta is None
                or any(glob.fits(self.beta, name, _LOOKED_AT) for name in details.betas)
            )
            and (
                self.user_agent is None
                or (
                    details.user_agent is not None
                    and glob.fits(self.user_agent, details.user_agent, _LOOKED_AT)
                )
            )
            and ((self.tools is None and self.body is None) or self._fits_body(details.body))
        )

    def _fits_body(self, body: Mapping[str, Any] | None) -> bool:
        if body is None:
            return False
        return (self.tools is None or _offers(body, self.tools)) and all(
            each.fits(body) for each in self.body or ()
        )


#: The fields that ask for what takes work to know.
_CLOSER = (
    "key",
    "tools",
    "beta",
    "body",
    "user_agent",
    "connection",
    "request_on_connection",
    "attempt",
    "digest",
    "min_body_bytes",
    "max_body_bytes",
)

#: How a field is written, where not as it is kept.
WRITTEN = {"body": body_matches_doc}


def _offers(body: Mapping[str, Any], wanted: bool | str) -> bool:
    """Whether tools are offered as is wanted. The request may yet be invalid, and anything in it."""
    offered = body.get("tools")
    if not isinstance(offered, list):
        offered = []
    if isinstance(wanted, bool):
        return bool(offered) is wanted
    tools = (tool.get("function", tool) for tool in offered if isinstance(tool, Mapping))
    names = (tool.get("name") for tool in tools if isinstance(tool, Mapping))
    fits = partial(glob.fits, wanted)
    return any(isinstance(name, str) and fits(name) for name in names)

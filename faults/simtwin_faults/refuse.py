"""Answer with an error of the API instead of what was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from math import ceil
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.api.errors import ApiError, error_plan
from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin_faults.bounds import Number, header_value, text
from simtwin_faults.dates import DATE_FORMS, DateForm, written

Form = Literal["seconds", "ms", "date", "rfc850", "asctime", "iso"]

# 1xx and 2xx refuse nothing, and a 304 has no body to refuse with.
_status = Number(
    "a whole number from 300 to 599 other than 304",
    lambda value: 300 <= value <= 599 and value != 304,
    whole=True,
)
# The date form of a longer wait would leave the four digits that HTTP has for the year.
_wait = Number("a number from 0 to 1000000000", lambda value: 0 <= value <= 1_000_000_000)

#: What a refusal keeps of the headers of the answer that it replaces, besides the twin's own marks.
#: Not the rate limits: real 529s have none (anthropic-sdk-typescript#616, 2024-11).
_KEPT = frozenset(
    {
        "request-id",
        "date",
        "anthropic-organization-id",
        "anthropic-workspace-id",
        # Of the edge, which every answer of the API comes through.
        "strict-transport-security",
        "content-security-policy",
        "x-robots-tag",
        "vary",
        "via",
        "cf-cache-status",
        "server",
        "cf-ray",
    }
)


@attrs.frozen
class Refuse:
    """Answer `status` with the API's error envelope.

    A client retries 408, 409, 429 and 5xx after what `retry-after` says, or after a backoff of its
    own; it retries no other status, unless `x-should-retry` says otherwise.

    Args:
        status: the HTTP status.
        type: `error.type`; by default that of the API for the status.
        message: `error.message`; likewise.
        retry_after: how long to wait (s); without it nothing is said of that, as on most real errors.
        retry_after_form: a `retry-after` in seconds, a `retry-after-ms`, or a `retry-after` that is a
            date: that of the answer's own head and the wait, rounded up to a second. `date`,
            `rfc850` and `asctime` are the forms that HTTP has for one, `iso` is that of JSON.
        retry_after_raw: what to say in `retry-after`, as it is.
        x_should_retry: what to say in `x-should-retry`; by default what the API does for the status.
        error_code: `error.details.error_code`, by which SDKs choose a narrower class.
    """

    replaces: ClassVar[bool] = True

    status: int = attrs.field(validator=_status)
    type: str | None = attrs.field(default=None, validator=optional(text))
    message: str | None = attrs.field(default=None, validator=optional(text))
    retry_after: float | None = attrs.field(default=None, validator=optional(_wait))
    retry_after_form: Form = attrs.field(
        default="seconds", validator=in_(("seconds", "ms", *DATE_FORMS))
    )
    retry_after_raw: str | None = attrs.field(default=None, validator=optional(header_value))
    x_should_retry: bool | None = None
    error_code: str | None = attrs.field(default=None, validator=optional(text))

    def __attrs_post_init__(self) -> None:
        if self.retry_after is not None and self.retry_after_raw is not None:
            raise ValueError("only one of retry_after and retry_after_raw can be given")
        if self.retry_after is None and self.retry_after_form != "seconds":
            raise ValueError("retry_after_form is the form of retry_after, which is not given")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                yield from error_plan(self._error(step), kept(step))
                return

    def _error(self, head: Head) -> ApiError:
        headers = list(self._retry_after(head))
        if self.x_should_retry is not None:
            headers.append(("x-should-retry", "true" if self.x_should_retry else "false"))
        error = ApiError.of(
            self.status, self.message, error_code=self.error_code, headers=tuple(headers)
        )
        return error if self.type is None else attrs.evolve(error, type=self.type)

    def _retry_after(self, head: Head) -> Iterator[tuple[str, str]]:
        if self.retry_after_raw is not None:
            yield "retry-after", self.retry_after_raw
        elif self.retry_after is not None:
            seconds = Decimal(repr(self.retry_after))
            match self.retry_after_form:
                case "seconds":
                    yield "retry-after", _plain(seconds)
                case "ms":
                    yield "retry-after-ms", _plain(seconds * 1000)
                case form:
                    yield "retry-after", _date(head, self.retry_after, form)


def kept(head: Head) -> tuple[tuple[str, str], ...]:
    """The headers that an answer in the place of another has from it."""
    return tuple(
        (name, value)
        for name, value in head.headers
        if name in _KEPT or name.startswith("x-simtwin-")
    )


def _plain(number: Decimal) -> str:
    """`number` in digits without an exponent, and without a point where it is whole."""
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def _date(head: Head, seconds: float, form: DateForm) -> str:
    """The first whole second that is `seconds` after the date of `head`."""
    date = head.header("date")
    if date is None:
        raise LookupError(
            "a retry_after that is a date counts from the date header, which is missing"
        )
    return written(parsedate_to_datetime(date) + timedelta(seconds=ceil(seconds)), form)

"""Answer with a page of the edge instead of an error of the API."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import in_, optional

from simtwin.core.plan import Chunk, End, Head, Mark, Plan, Step
from simtwin_faults import edge_pages
from simtwin_faults.bounds import Number

Form = Literal["short", "long", "problem", "challenge"]
_FORMS: tuple[Form, ...] = ("short", "long", "problem", "challenge")

_status = Number("a whole number from 400 to 599", lambda value: 400 <= value <= 599, whole=True)

#: The proxies of the edge give their own pages these; of the others Cloudflare says more.
_SHORT = frozenset({500, 502, 503, 504})

_HEADERS = (
    ("cache-control", "private, max-age=0, no-store, no-cache, must-revalidate"),
    ("expires", "Thu, 01 Jan 1970 00:00:01 GMT"),
    ("referrer-policy", "same-origin"),
    ("x-frame-options", "SAMEORIGIN"),
    ("server", "cloudflare"),
)


@attrs.frozen
class Page:
    """Answer `status` as the edge does when the API is not there: in HTML, and no `request-id`.

    Args:
        status: the HTTP status.
        form: `short` is five lines of HTML, `long` a page for people, `challenge` one that only a
            browser passes, `problem` a JSON document that is no envelope of the API. By default
            the challenge for 403, the short page for 500, 502, 503 and 504, else the long one.
    """

    replaces: ClassVar[bool] = True

    status: int = attrs.field(validator=_status)
    form: Form | None = attrs.field(default=None, validator=optional(in_(_FORMS)))

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        for step in plan:
            if isinstance(step, Head):
                yield Mark()
                yield from self._answer(step, rng)
                return

    def _answer(self, head: Head, rng: Random) -> Iterator[Step]:
        form = self.form or self._usual
        ray = head.header("cf-ray") or f"{rng.getrandbits(64):016x}-FRA"
        body = self._body(form, ray.partition("-")[0], head.header("date"), rng)
        kind = (
            "application/json; charset=utf-8" if form == "problem" else "text/html; charset=UTF-8"
        )
        mitigated = (("cf-mitigated", "challenge"),) if form == "challenge" else ()
        kept = tuple(
            (name, value)
            for name, value in head.headers
            if name == "date" or name.startswith("x-simtwin-")
        )
        length = ("content-length", str(len(body)))
        own = (*_HEADERS, *mitigated, ("cf-ray", ray))
        yield Head(self.status, (("content-type", kind), length, *kept, *own))
        yield Chunk(body)
        yield End()

    @property
    def _usual(self) -> Form:
        if self.status == 403:
            return "challenge"
        return "short" if self.status in _SHORT else "long"

    def _body(self, form: Form, ray: str, date: str | None, rng: Random) -> bytes:
        match form:
            case "short":
                return edge_pages.short(self.status)
            case "long":
                return edge_pages.long(self.status, ray, date)
            case "problem":
                return edge_pages.problem(self.status, ray, date)
            case "challenge":
                return edge_pages.challenge(ray, f"{rng.getrandbits(128):032x}")

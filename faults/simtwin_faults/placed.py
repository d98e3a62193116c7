"""The four settings by which a fault says where in an answer it takes effect."""

from __future__ import annotations

import attrs
from attrs.validators import optional

from simtwin.core.plan import Place
from simtwin_faults.bounds import count, name


@attrs.frozen(kw_only=True)
class Placed:
    """What the kinds with a place have in common; `simtwin.core.plan.Place` says what each means.

    At most one of the four can be given.
    """

    after_events: int | None = attrs.field(default=None, validator=optional(count))
    before_event: str | None = attrs.field(default=None, validator=optional(name))
    at_byte: int | None = attrs.field(default=None, validator=optional(count))
    at_token: int | None = attrs.field(default=None, validator=optional(count))

    def __attrs_post_init__(self) -> None:
        _ = self.place  # which refuses two places at once

    @property
    def place(self) -> Place:
        """The place that the settings name; the beginning of the body where they name none."""
        return Place(self.after_events, self.before_event, self.at_byte, self.at_token)

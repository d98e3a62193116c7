"""The settings by which a fault says where in an answer it takes effect."""

from __future__ import annotations

import attrs
from attrs.validators import optional

from simtwin.core.plan import Place
from simtwin_faults.bounds import count, name


@attrs.frozen(kw_only=True)
class EventPlaced:
    """What the kinds with a place between events have in common; at most one can be given."""

    after_events: int | None = attrs.field(default=None, validator=optional(count))
    before_event: str | None = attrs.field(default=None, validator=optional(name))
    at_token: int | None = attrs.field(default=None, validator=optional(count))

    def __attrs_post_init__(self) -> None:
        _ = self.place  # which refuses two places at once

    @property
    def place(self) -> Place:
        """The place that the settings name; the beginning of the body where they name none."""
        return Place(self.after_events, self.before_event, None, self.at_token)


@attrs.frozen(kw_only=True)
class Placed(EventPlaced):
    """What the kinds with any place have in common; `simtwin.core.plan.Place` says what each means."""

    at_byte: int | None = attrs.field(default=None, validator=optional(count))
    # Once more, so that it is told after the others.
    at_token: int | None = attrs.field(default=None, validator=optional(count))

    @property
    def place(self) -> Place:
        """The place that the settings name; the beginning of the body where they name none."""
        return Place(self.after_events, self.before_event, self.at_byte, self.at_token)

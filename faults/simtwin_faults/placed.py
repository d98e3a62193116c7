"""The settings by which a fault says where in an answer it takes effect."""

from __future__ import annotations

from collections.abc import Generator

import attrs
from attrs.validators import optional

from simtwin.core.cursor import Cursor, Place
from simtwin.core.plan import Mark, Plan, Raw, Step
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


@attrs.frozen(kw_only=True)
class PlacedAnywhere(Placed):
    """What the kinds with a place before, in or after the head have in common.

    Args:
        at_head_byte: that many bytes of the head have been sent.
    """

    at_head_byte: int | None = attrs.field(default=None, validator=optional(count))

    def __attrs_post_init__(self) -> None:
        if self.place != Place() and self.at_head_byte is not None:
            raise ValueError("at_head_byte is a place, and only one can be given")

    @property
    def replaces(self) -> bool:
        """Without a place there is no answer at all."""
        return self.place == Place() and self.at_head_byte is None

    def reach(self, plan: Plan) -> Generator[Step, None, bool]:
        """Pass steps on until the place comes next; False where the plan ends before that."""
        if self.replaces:
            yield Mark()
            return True
        cursor = Cursor(plan)
        if self.at_head_byte is None:
            return (yield from cursor.reach(self.place))
        head = yield from cursor.head()
        if head is not None and self.at_head_byte < len(head.written):
            yield Mark()
            yield Raw(head.written[: self.at_head_byte])
            return True
        yield from cursor
        return False

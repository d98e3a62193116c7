"""Set, add or remove a header of the answer."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.plan import Head, Mark, Plan, Step
from simtwin_faults.bounds import header_name, header_value

#: What says where the answer ends: a lie there is a matter of framing, and of other kinds.
_FRAMING = frozenset({"content-length", "transfer-encoding", "connection", "upgrade"})


def _name(_: object, field: attrs.Attribute[Any], value: str) -> None:
    if value.lower() in _FRAMING:
        raise ValueError(f"{field.name} must be none of {', '.join(sorted(_FRAMING))}")


@attrs.frozen
class Header:
    """Answer with `name: value` instead of what the answer had under that name, or without it.

    Everything else stays. It takes several of these to change several headers.

    Args:
        name: the header, in any case.
        value: what it says, as it is; None takes the header away.
        add: leave those of the same name in place, and stand beside them on a line of its own.
    """

    replaces: ClassVar[bool] = False

    name: str = attrs.field(validator=[header_name, _name])
    value: str | None = attrs.field(default=None, validator=optional(header_value))
    add: bool = False

    def __attrs_post_init__(self) -> None:
        if self.add and self.value is None:
            raise ValueError("add needs a value")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:  # noqa: ARG002  # chance has no part
        for step in plan:
            if isinstance(step, Head):
                worse = self._changed(step)
                if worse != step:
                    yield Mark()
                yield worse
            else:
                yield step

    def _changed(self, head: Head) -> Head:
        name = self.name.lower()
        kept = [(key, value) for key, value in head.headers if self.add or key != name]
        own = [] if self.value is None else [(name, self.value)]
        return attrs.evolve(head, headers=(*kept, *own))

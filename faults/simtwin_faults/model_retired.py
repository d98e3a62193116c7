"""Refuse a model as one that is no more."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import ClassVar

import attrs
from attrs.validators import optional

from simtwin.core.fault import Circumstances, Fault
from simtwin.core.plan import Plan, Step
from simtwin_faults.bounds import line
from simtwin_faults.refuse import Refuse


@attrs.frozen
class ModelRetired:
    """Answer 404 `not_found_error`, as the API does for a model that was retired.

    The twin serves retired models, so that people can test against them; this ends that. Which
    models, and from when on, is for the rule to say.

    Args:
        model: the name in the message; by default the model that was asked for.
    """

    replaces: ClassVar[bool] = True

    model: str | None = attrs.field(default=None, validator=optional(line))

    def under(self, circumstances: Circumstances) -> Fault:
        """The refusal of the model that was asked for."""
        return self if self.model is not None else ModelRetired(circumstances.model)

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        message = None if self.model is None else f"model: {self.model}"
        yield from Refuse(status=404, message=message).rewrite(plan, rng)

"""A few kinds with settings of every type, for tests of what is said about kinds in general."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from random import Random
from typing import ClassVar, Literal

import attrs
from attrs.validators import and_, ge, gt, le, optional

from simtwin.core.fault import Fault
from simtwin.core.plan import Chunk, End, Head, Mark, Plan, Step, Wait


@attrs.frozen
class Refuse:
    """Takes the place of an answer."""

    replaces: ClassVar[bool] = True

    status: int = attrs.field(validator=and_(ge(400), le(599)))
    message: str | None = None
    retry_after: float | None = attrs.field(default=None, validator=optional(ge(0)))
    form: Literal["seconds", "ms"] = "seconds"
    x_should_retry: bool | None = None

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield Mark()
        yield Head(self.status)
        yield End()


@attrs.frozen
class Stall:
    """Waits at the end, by a chance of its own."""

    replaces: ClassVar[bool] = False

    seconds: float = attrs.field(validator=gt(0))
    after_events: int = attrs.field(default=0, validator=ge(0))
    before_event: str | None = None

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield from plan
        yield Wait(self.seconds * rng.random())


@attrs.frozen
class Hang:
    """Has no settings at all."""

    replaces: ClassVar[bool] = True

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield Wait(math.inf)


@attrs.frozen
class Odd:
    """Has the types that the others have not."""

    replaces: ClassVar[bool] = False

    headers: tuple[tuple[str, str], ...] = ()
    extra: Mapping[str, int] = attrs.field(factory=dict)
    limit: float = math.inf
    word: str | int = "x"
    whole: bool = False
    blob: bytes = b""

    def __attrs_post_init__(self) -> None:
        if self.word == "long":
            raise ValueError("w" * 10_000)
        if self.word == "mute":
            raise ValueError
        if self.word == "number":
            raise ValueError("word and whole exclude each other")

    def rewrite(self, plan: Plan, rng: Random) -> Iterator[Step]:
        yield Chunk(b"odd")
        yield from plan


KINDS: Mapping[str, type[Fault]] = {"refuse": Refuse, "stall": Stall, "hang": Hang, "odd": Odd}

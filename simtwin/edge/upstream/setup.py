"""What is behind a twin, as its options have it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import attrs
import trio

from simtwin.edge.options import Options, OptionsError, target_of
from simtwin.edge.upstream.connection import Dialler
from simtwin.edge.upstream.recorder import Recorder, RecorderError
from simtwin.edge.upstream.upstream import Upstream


@attrs.frozen
class Behind:
    """What answers in a twin's place, by the tasks that live as long, and what writes that down."""

    upstream: Callable[[trio.Nursery], Upstream]
    recorder: Recorder | None = None


@contextmanager
def behind(options: Options, tell: Callable[[str], object]) -> Iterator[Behind | None]:
    """What the options put behind a twin, for as long as the block; None is nothing.

    Args:
        options: how the twin is served.
        tell: hears where requests go, and what is not recorded.

    Raises:
        OptionsError: there can be no such upstream, or no such cassette.
    """
    target = target_of(options)
    if target is None:
        yield None
        return
    recorder = None
    if options.record is not None:
        try:
            recorder = Recorder(options.record, tell)
        except RecorderError as error:
            raise OptionsError(f"--record: {error}") from None
    tell(f"requests are answered by {target.url}")
    try:
        yield Behind(partial(Upstream, target, options.upstream_key, Dialler(target)), recorder)
    finally:
        if recorder is not None:
            recorder.close()

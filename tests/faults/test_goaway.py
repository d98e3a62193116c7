"""Connections that take no further request."""

from __future__ import annotations

from random import Random

import pytest
from plans import STREAM, Counted

from simtwin.core.fault import SettingsError, make
from simtwin.core.plan import Chunk, GoAway, Hangup, Mark
from simtwin_faults import KINDS
from simtwin_faults.disconnect import Disconnect
from simtwin_faults.goaway import Goaway


def test_it_is_said_before_the_answer_which_stays_as_it_is() -> None:
    worse = list(Goaway().rewrite(STREAM, Random(0)))

    assert worse == [Mark(), GoAway(), *STREAM]


def test_it_can_be_said_inside_the_answer() -> None:
    worse = list(Goaway(after_events=2, h2_error="internal_error").rewrite(STREAM, Random(0)))
    at = worse.index(GoAway(processed=True, error=2))

    assert sum(isinstance(step, Chunk) for step in worse[:at]) == 2
    assert worse[at - 1] == Mark()
    assert [step for step in worse if not isinstance(step, Mark | GoAway)] == list(STREAM)


def test_a_request_that_is_not_processed_has_no_answer() -> None:
    plan = Counted(STREAM)
    fault = Goaway(processed=False)

    worse = list(fault.rewrite(plan, Random(0)))

    assert worse == [Mark(), GoAway(processed=False), Hangup()]
    assert plan.read == 0
    assert fault.replaces
    assert not Goaway().replaces


def test_what_has_begun_to_be_answered_was_processed() -> None:
    with pytest.raises(SettingsError, match="processed is true where"):
        make(KINDS, "goaway", {"processed": False, "after_events": 0})


def test_a_hangup_has_the_code_that_is_named() -> None:
    (_, hangup) = Disconnect(h2_error="refused_stream").rewrite(STREAM, Random(0))

    assert isinstance(hangup, Hangup)
    assert hangup.h2_error == 7


def test_no_goodbye_goes_with_a_reset() -> None:
    with pytest.raises(SettingsError, match="close_notify cannot be said by a reset"):
        make(KINDS, "disconnect", {"reset": True, "close_notify": True})

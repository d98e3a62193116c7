"""Dates in each form that a header may have them in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simtwin_faults.dates import DATE_FORMS, DateForm, shifted, written

MOMENT = datetime(1994, 11, 6, 8, 49, 37, tzinfo=UTC)

# 1970 to 2060: two digits of a year are read as one of 1969 to 2068.
moments = st.integers(0, 2_840_000_000).map(lambda second: datetime.fromtimestamp(second, UTC))


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("date", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("rfc850", "Sunday, 06-Nov-94 08:49:37 GMT"),
        ("asctime", "Sun Nov  6 08:49:37 1994"),
        ("iso", "1994-11-06T08:49:37Z"),
    ],
)
def test_a_moment_is_written_as_rfc_9110_has_it(form: DateForm, text: str) -> None:
    assert written(MOMENT, form) == text


@given(moment=moments, form=st.sampled_from(DATE_FORMS), seconds=st.integers(0, 10**8))
def test_a_date_is_shifted_in_its_own_form(moment: datetime, form: DateForm, seconds: int) -> None:
    later = moment + timedelta(seconds=seconds)

    assert shifted(written(moment, form), seconds) == written(later, form)


# A text with digits may happen to be a date: Hypothesis knows some.
@given(text=st.text().filter(lambda text: not any(map(str.isdigit, text))) | st.integers().map(str))
def test_what_is_no_date_stays(text: str) -> None:
    assert shifted(text, 5) is None


def test_a_date_beyond_the_last_year_stays() -> None:
    assert shifted("9999-12-31T23:59:59Z", 1) is None

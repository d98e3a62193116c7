"""Dates in headers, in each form that a server may write one."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal

#: The three of HTTP, of which servers are to write the first ("Recipients … MUST accept all three"
#: -- RFC 9110 section 5.6.7), and that of JSON, which is none of them.
DateForm = Literal["date", "rfc850", "asctime", "iso"]
DATE_FORMS: tuple[DateForm, ...] = ("date", "rfc850", "asctime", "iso")

# Of its own: strftime writes the names of whatever language the process was set to.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def written(moment: datetime, form: DateForm) -> str:
    """A moment of UTC, to the second, in a form.

    `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`,
    `1994-11-06T08:49:37Z`.
    """
    day, month = _DAYS[moment.weekday()], _MONTHS[moment.month - 1]
    match form:
        case "date":
            return format_datetime(moment, usegmt=True)
        case "rfc850":
            return f"{day}, {moment:%d}-{month}-{moment:%y %H:%M:%S} GMT"
        case "asctime":
            return f"{day[:3]} {month} {moment.day:2} {moment:%H:%M:%S %Y}"
        case "iso":
            return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def shifted(text: str, seconds: int) -> str | None:
    """A date so much later, in its own form; None where `text` is none, or its year would have five digits."""
    form = _form(text)
    try:
        moment = datetime.fromisoformat(text) if form == "iso" else parsedate_to_datetime(text)
        return written(moment + timedelta(seconds=seconds), form)
    except (ValueError, OverflowError):
        return None


def _form(text: str) -> DateForm:
    if text[:4].isdigit() and text[4:5] == "-":
        return "iso"
    _, comma, rest = text.partition(",")
    if not comma:
        return "asctime"
    return "rfc850" if "-" in rest else "date"

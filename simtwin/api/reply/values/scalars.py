"""Numbers and strings that satisfy a schema."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random
from uuid import UUID

from simtwin.api.reply.prose import word
from simtwin.api.reply.values.fits import bound, length_fits, number_fits
from simtwin.api.reply.values.patterns import make_matching
from simtwin.api.reply.values.schema import Schema

#: A `minLength` beyond it is not met.
LONGEST_STRING = 10_000

# Numbers are made up within 64 bits, in steps that a float can count there.
_LARGEST, _FINEST = 2**63, 1e-9
# A number without bounds is between zero and this.
_PLAIN_MOST = 100
_TRIES = 12


def make_integer(schema: Schema, rng: Random) -> int:
    """A whole number within the bounds of a schema; its lower bound where there is none."""
    low, high = _range(schema)
    step = _step(schema)
    # The whole multiples of a fraction are the multiples of its numerator: 2.5 is 5/2.
    stride = Fraction(str(step)).numerator if step else 1
    first, last = -(-math.ceil(low) // stride), math.floor(high) // stride
    for attempt in range(_TRIES):
        if attempt < _TRIES // 2 and first <= last:
            value = rng.randint(first, last) * stride
        else:
            # A bound that is excluded, or no room at all: from the lower bound on upward.
            value = (first + attempt % 3) * stride
        if number_fits(value, schema):
            return value
    return first * stride


def make_number(schema: Schema, rng: Random) -> float:
    """A number within the bounds of a schema; its lower bound where there is none."""
    low, high = _range(schema)
    step = _step(schema)
    for attempt in range(_TRIES):
        if step:
            last = 1 if attempt else math.floor(min((high - low) / step, 1_000_000))
            value = (math.ceil(low / step) + rng.randint(0, max(last, 1))) * step
        elif attempt < _TRIES // 2:
            value = round(rng.uniform(low, high), 2)
        else:
            value = low + (high - low) * rng.random()
        if number_fits(value, schema):
            return value
    return low


def make_string(schema: Schema, rng: Random) -> str:
    """A string of a schema's pattern, where that can be read, or else of its format or length."""
    pattern = schema.get("pattern")
    if isinstance(pattern, str):
        for _ in range(_TRIES):
            matching = make_matching(pattern, rng)
            if matching is None:
                break
            if length_fits(matching, schema):
                return matching
    form = schema.get("format")
    made = _FORMATS.get(form) if isinstance(form, str) else None
    if made is not None:
        return made(rng)
    text = word(rng.getrandbits(16))
    least = min(bound(schema, "minLength") or 0, LONGEST_STRING)
    while len(text) < least:
        text += " " + word(rng.getrandbits(16))
    most = bound(schema, "maxLength")
    return text if most is None else text[: max(0, math.floor(min(most, LONGEST_STRING)))]


def _range(schema: Schema) -> tuple[float, float]:
    """The bounds of a schema, with plain ones for those that it lacks."""
    low = _tightest(max, schema, "minimum", "exclusiveMinimum")
    high = _tightest(min, schema, "maximum", "exclusiveMaximum")
    if low is None:
        low = 0 if high is None or high >= 1 else high - _PLAIN_MOST
    return _clamped(low), _clamped(low + _PLAIN_MOST if high is None else high)


def _clamped(value: float) -> float:
    return max(-_LARGEST, min(value, _LARGEST))


def _step(schema: Schema) -> float | None:
    step = bound(schema, "multipleOf")
    return step if step is not None and _FINEST <= step <= _LARGEST else None


def _tightest(pick: Callable[[float, float], float], schema: Schema, *names: str) -> float | None:
    given = [value for name in names if (value := bound(schema, name)) is not None]
    return None if not given else pick(given[0], given[-1])


def _date(rng: Random) -> str:
    return f"{rng.randint(2024, 2027)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _time(rng: Random) -> str:
    return f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:{rng.randint(0, 59):02}Z"


def _noun(rng: Random) -> str:
    return word(rng.getrandbits(16))


_FORMATS: Mapping[str, Callable[[Random], str]] = {
    "date": _date,
    "date-time": lambda rng: f"{_date(rng)}T{_time(rng)}",
    "duration": lambda rng: f"PT{rng.randint(1, 90)}M",
    "email": lambda rng: f"{_noun(rng)}@example.com",
    "hostname": lambda rng: f"{_noun(rng)}.example.com",
    "idn-email": lambda rng: f"{_noun(rng)}@example.com",
    "ipv4": lambda rng: f"192.0.2.{rng.randint(1, 254)}",
    "ipv6": lambda rng: f"2001:db8::{rng.randint(1, 65_535):x}",
    "time": _time,
    "uri": lambda rng: f"https://example.com/{_noun(rng)}",
    "uri-reference": lambda rng: f"/{_noun(rng)}",
    "url": lambda rng: f"https://example.com/{_noun(rng)}",
    "uuid": lambda rng: str(UUID(int=rng.getrandbits(128), version=4)),
}

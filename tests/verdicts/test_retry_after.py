"""What a refusal told its client about when to come back."""

from __future__ import annotations

import pytest

from simtwin.verdicts.retry_after import told

NOON = 1_795_003_200.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3),
        ({"retry-after": " 1.5 "}, 1.5),
        ({"retry-after-ms": "300"}, 0.3),
        ({"retry-after-ms": "300", "retry-after": "3"}, 0.3),
        ({"retry-after-ms": "0", "retry-after": "1"}, 1),
        ({"retry-after-ms": "abc", "retry-after": "1"}, 1),
        ({"retry-after": "Wed, 18 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Wednesday, 18-Nov-26 12:00:30 GMT"}, 30),
        ({"retry-after": "Wed Nov 18 12:00:30 2026"}, 30),
        ({"retry-after": "Wed, 18 Nov 2026 11:00:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
    ],
)
def test_every_form_is_read_and_nonsense_says_nothing(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert told(headers, NOON) == seconds

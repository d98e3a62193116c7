"""Three clients for each of V1 to V11 and V15 to V17: when is tried again what, and how often."""

from __future__ import annotations

from random import Random
from typing import Any

from made_up import BODY, answered, asking, cut, lost, made, tries
from three_clients import Clients, Seen, seen

from simtwin.core.entry import Entry

TWO = {"retry-after": "2"}
NAMED: dict[str, Any] = {"call": "a"}


def refused(wait: float, **changes: Any) -> Seen:
    """One that was told to wait 2 s, and came back after that."""
    return seen(made(1, 0, told=TWO, status=429), answered(2, 1 + wait, **changes))


def in_forms(seconds: float, ms: float) -> Seen:
    """One that was told to wait 3 s, once in seconds and once in milliseconds, and waited so long."""
    first = tries(1, 0, [seconds], told={"retry-after": "3"})
    return seen(*first, *tries(2, 100, [ms], told={"retry-after-ms": "3000"}))


def calls_that_wait(*waits: list[float], **changes: Any) -> Seen:
    """A call for each list, one after the other."""
    return seen(
        *(e for n, each in enumerate(waits, 1) for e in tries(n, 100.0 * n, each, **changes))
    )


def workers(*waits: float, **changes: Any) -> Seen:
    """Workers who all fail at once, and wait so long each."""
    return seen(*(e for n, wait in enumerate(waits, 1) for e in tries(n, 0.0, [wait], **changes)))


def counting(*counts: int, **changes: Any) -> list[Entry]:
    """One call of an SDK, which counts so."""
    return [
        made(n, 3.0 * n, **{"stainless": {"retry-count": str(count)}} | changes)
        for n, count in enumerate(counts)
    ]


def apart(*counts: int, began: float, number: int) -> list[Entry]:
    """Workers who ask the same, 100 ms apart."""
    return [
        made(number + n, began + 0.1 * n, 0.01, told=TWO, stainless={"retry-count": str(count)})
        for n, count in enumerate(counts)
    ]


def drawn(*highest: float) -> list[list[float]]:
    """Waits of ten calls by full jitter, up to these."""
    rng = Random(11)
    return [[rng.uniform(0, most) for most in highest] for _ in range(10)]


LATER = answered(900, 500, body=asking("something else"))

CLIENTS: dict[str, Clients] = {
    "V1": Clients(
        right=refused(2.0),
        wrong=refused(0.5),
        severity="error",
        looks_wrong={
            "it asks another model": refused(0.1, body={**BODY, "model": "n"}),
            "it asks with another key": refused(0.1, key="another"),
            "it is another program": refused(0.1, user_agent="another"),
            "it is another test, in a lane of its own": refused(0.1, lane="another"),
            "they are workers who ask the same, a little apart": seen(
                *apart(0, 0, 0, began=0, number=1), *apart(1, 1, 1, began=2.1, number=4)
            ),
            "a date is told in whole seconds": seen(
                made(1, 0, told={"retry-after": "Thu, 01 Jan 1970 00:00:04 GMT"}), answered(2, 3.2)
            ),
        },
    ),
    "V2": Clients(
        right=refused(3),
        wrong=refused(50),
        severity="info",
        means="it waited far longer than it was told to: that costs time, and harms nobody",
        looks_wrong={"it waits for its turn in a queue": refused(31)},
    ),
    "V3": Clients(
        right=in_forms(3, 3),
        wrong=in_forms(3, 0.5),
        severity="error",
        looks_wrong={"it heeds no form, which is V1's matter": in_forms(0.5, 0.5)},
    ),
    "V4": Clients(
        right=calls_that_wait(*[[0.5, 1.0, 2.0]] * 5),
        wrong=calls_that_wait(*[[1.0, 1.0, 1.0]] * 5),
        severity="warning",
        looks_wrong={
            "a single call shows nothing": calls_that_wait([0.45, 0.3]),
            "it draws its waits from nothing on": calls_that_wait(*drawn(0.5, 1.0)),
            "it has come to its cap": calls_that_wait(*[[8.0, 8.0, 8.0]] * 5),
            "it waits what it was told": calls_that_wait(*[[2.0, 2.0]] * 5, told=TWO),
        },
    ),
    "V5": Clients(
        right=calls_that_wait([0.5, 1.0]),
        wrong=calls_that_wait([0.0, 0.0, 0.0]),
        severity="error",
        looks_wrong={
            "its connection had died at rest": seen(
                lost(1, 0, request_on_connection=2), answered(2, 1.001)
            ),
            "it was told to speak HTTP/1.1": seen(lost(1, 0, protocol="2"), answered(2, 1.001)),
            "it has a fresh token": seen(made(1, 0, status=401), answered(2, 1.001)),
        },
    ),
    "V6": Clients(
        right=workers(*(0.5 * Random(n).uniform(0.75, 1) for n in range(30))),
        wrong=workers(*[1.0] * 30),
        severity="warning",
        looks_wrong={
            "they wait exactly what they were told": workers(*[2.0] * 30, told=TWO),
            "they are few": workers(*[1.0] * 19),
            "timers and the loopback blur what is short": workers(*[0.2] * 30),
        },
    ),
    "V7": Clients(
        right=workers(*(2.0 + 0.05 * n for n in range(30)), told=TWO),
        wrong=workers(*[2.0] * 30, told=TWO),
        severity="warning",
        looks_wrong={
            "they are four": workers(*[2.0] * 4, told=TWO),
            "they are calls of one client, one after another": calls_that_wait(
                *[[2.0]] * 8, told=TWO
            ),
        },
    ),
    "V8": Clients(
        right=calls_that_wait([1.0, 2.0]),
        wrong=calls_that_wait([1.0] * 10),
        severity="error",
        looks_wrong={
            "it was told to wait for hours": calls_that_wait(
                [3600.0] * 2, told={"retry-after": "3600"}
            ),
            "it is a batch job that may try eleven times": seen(
                *tries(1, 0, [1.0] * 10), max_attempts=11
            ),
        },
    ),
    "V9": Clients(
        right=seen(made(1, 0, status=400), LATER),
        wrong=seen(made(1, 0, status=400), answered(2, 2)),
        severity="error",
        looks_wrong={
            "it has a fresh token": seen(made(1, 0, status=401), answered(2, 2)),
            "it asks another model": seen(
                made(1, 0, status=404), answered(2, 2, body={**BODY, "model": "n"})
            ),
            "it was told that it should": seen(
                made(1, 0, status=400, told={"x-should-retry": "true"}), answered(2, 2)
            ),
            "somebody asks again by hand": seen(made(1, 0, status=400), answered(2, 90)),
            "it is another call, by its name": seen(
                made(1, 0, status=400, call="a"), answered(2, 2, call="b")
            ),
        },
    ),
    "V10": Clients(
        right=seen(made(1, 0), answered(2, 3)),
        wrong=seen(made(1, 0), LATER),
        severity="info",
        means="it gave up at the first failure: whoever calls it may be meant to retry",
        looks_wrong={
            "it goes to another model": seen(
                made(1, 0), answered(2, 2, model="n", body={**BODY, "model": "n"}), LATER
            ),
            "it goes on with another key": seen(made(1, 0), answered(2, 2, key="another"), LATER),
            "it may still be waiting": seen(made(1, 0), answered(2, 30, body=asking("else"))),
            "it left by itself": seen(made(1, 0, whole=False, ended="left", closed_at=1.0), LATER),
        },
    ),
    "V11": Clients(
        right=seen(answered(1, 0), answered(2, 3, body=asking("something else"))),
        wrong=seen(answered(1, 0, **NAMED), answered(2, 3, **NAMED)),
        severity="warning",
        looks_wrong={
            "it samples one prompt": seen(answered(1, 0), answered(2, 3), answered(3, 6)),
            "it calls all turns of a conversation alike": seen(
                answered(1, 0, **NAMED), answered(2, 3, body=asking("And then?"), **NAMED)
            ),
        },
    ),
    "V15": Clients(
        right=calls_that_wait(*[[1.0, 2.0]] * 5),
        wrong=calls_that_wait(*[[1.0] * 5] * 5),
        severity="error",
        looks_wrong={
            "one call of one client that tries often is V8's matter": calls_that_wait([1.0] * 8),
            "they ask the same, a little apart, and each tries once more": seen(
                *(
                    each
                    for k in range(5)
                    for each in (
                        *apart(0, 0, 0, began=30.0 * k, number=10 * k),
                        *apart(1, 1, 1, began=30.0 * k + 2.1, number=10 * k + 5),
                    )
                )
            ),
        },
    ),
    "V16": Clients(
        right=seen(*counting(0, 1, 2)),
        wrong=seen(*counting(0, 1, 2, 0, 1, 2, 0, 1, 2)),
        severity="warning",
        looks_wrong={
            "a user asks again, after an hour": seen(
                *counting(0, 1, 2), made(9, 3600, stainless={"retry-count": "0"})
            ),
            "it asks again for a stream that was cut, which the SDK never does": seen(
                *counting(0),
                cut(1, 3, stainless={"retry-count": "1"}),
                made(2, 6, stainless={"retry-count": "0"}),
            ),
        },
    ),
    "V17": Clients(
        right=seen(*counting(0, 1, 2)),
        wrong=seen(*counting(0, 2)),
        severity="info",
        means="what it counts is not what was seen: something between may take the header away",
        looks_wrong={
            "it is called again, which is V16's matter": seen(*counting(0, 1, 2, 0)),
            "it never counts": seen(*counting(0, 1, stainless={})),
        },
    ),
}

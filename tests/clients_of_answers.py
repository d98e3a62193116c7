"""Three clients for each of V12 to V14 and V18 to V28: streams, pace, connections, deadlines."""

from __future__ import annotations

from typing import Any

from made_up import BODY, LONG, answered, asking, cut, fired, lost, made
from three_clients import Clients, Seen, seen

from simtwin.core.entry import Entry
from simtwin.core.outcome import Outcome

PART = LONG[:60]
USE = {"type": "tool_use", "id": "t", "name": "n", "input": {}}
RESULT = {"type": "tool_result", "tool_use_id": "t", "content": "done"}
LATER = answered(900, 500, body=asking("something else"))
TWENTY = list(range(1, 21))


def next_turn(number: int, content: Any, *following: Any) -> Entry:
    """The conversation goes on, with that as the assistant's turn."""
    more = following or ({"role": "user", "content": "Go on."},)
    turns = [*BODY["messages"], {"role": "assistant", "content": content}, *more]
    return answered(number, 10.0 * number, body={**BODY, "messages": turns})


def results(*blocks: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def left(number: int, began: float, took: float, **changes: Any) -> Entry:
    """A stream that the client left."""
    return cut(number, began, took, ended="left", **changes)


def cancelled(at: float) -> list[Outcome]:
    return [Outcome(call="req_1", outcome="cancelled", at=at)]


def pace(start: float, end: float, every: float, took: float, **changes: Any) -> list[Entry]:
    """Requests one after the other, each for something else."""
    return [
        answered(
            int(1000 * start) + n, start + n * every, took, body=asking(f"{start}/{n}"), **changes
        )
        for n in range(round((end - start) / every))
    ]


def silent(kind: str, seconds: float | None, ended: str, took: float) -> Entry:
    """One that nothing was said to."""
    said = fired(kind, seconds=seconds)
    return made(1, 0, took, fired=said, ended=ended, closed_at=took, whole=False)


def on(connections: list[int], opened: list[int]) -> Seen:
    """Requests one after the other, on these connections, with so many of them open."""
    pairs = zip(connections, opened, strict=True)
    return seen(
        *(
            answered(n, 2.0 * n, connection=name, open_connections=count, body=asking(str(n)))
            for n, (name, count) in enumerate(pairs, 1)
        )
    )


def died(number: int, began: float, **changes: Any) -> Entry:
    return lost(number, began, 0.1, **{"request_on_connection": 2} | changes)


def hop(number: int, **changes: Any) -> Entry:
    plain = {"status": 307, "path": f"/v1/{number}"}
    return answered(number, 0.2 * number, 0.1, **plain | changes)


def timed(seconds: float, timeout: str) -> Seen:
    return seen(answered(1, 0, seconds, stainless={"timeout": timeout}))


CLIENTS: dict[str, Clients] = {
    "V12": Clients(
        right=seen(cut(1, 0), outcomes=[Outcome(call="req_1", outcome="raised")]),
        wrong=seen(cut(1, 0), answered(2, 3)),
        severity="info",
        means="it began anew what a user may have seen a part of: many programs discard that part",
        looks_wrong={
            "nothing had been shown": seen(cut(1, 0, sent_tokens=0), answered(2, 3)),
            "a user stopped it, and asked for another": seen(left(1, 0, 1), answered(2, 3)),
            "it said that it stopped": seen(
                left(1, 0, 1, fired=fired("stall", seconds=9.0)),
                answered(2, 3),
                outcomes=cancelled(0.9),
            ),
        },
    ),
    "V13": Clients(
        right=seen(cut(1, 0), answered(2, 3)),
        wrong=seen(cut(1, 0), next_turn(2, PART)),
        severity="error",
        looks_wrong={
            "it sees the cut, raises, and asks no more": seen(cut(1, 0)),
            "a user stopped it, and goes on from there": seen(left(1, 0, 1), next_turn(2, PART)),
            "it joins the part to what it was continued with": seen(
                cut(1, 0), next_turn(2, PART + "and so it ended.")
            ),
            "it says that it was interrupted": seen(
                cut(1, 0), next_turn(2, PART + " [interrupted]")
            ),
            "all of it had come but the last event": seen(
                cut(1, 0, last_event="message_delta", sent_characters=len(LONG)), next_turn(2, LONG)
            ),
            "it was asked again, and that is what was returned": seen(
                cut(1, 0, call="a"),
                answered(2, 3, call="a"),
                outcomes=[Outcome(call="a", outcome="returned")],
            ),
        },
    ),
    "V14": Clients(
        right=seen(next_turn(1, [USE], results(RESULT))),
        wrong=seen(next_turn(1, [USE])),
        severity="error",
        looks_wrong={
            "a tool of the server has no result of the client's": seen(
                next_turn(1, [{**USE, "type": "server_tool_use"}, {"type": "text", "text": "So."}])
            ),
            "two tools are answered at once, in another order": seen(
                next_turn(
                    1, [USE, {**USE, "id": "u"}], results({**RESULT, "tool_use_id": "u"}, RESULT)
                )
            ),
            "it begins the turn that it asks for": seen(
                next_turn(1, "Hi.", results(RESULT), {"role": "assistant", "content": ""})
            ),
            "it said the same twice by itself": seen(next_turn(1, LONG + LONG)),
        },
    ),
    "V18": Clients(
        right=seen(*pace(0, 20, 0.2, 1.0), *pace(20, 40, 1.0, 0.1, status=429)),
        wrong=seen(*pace(0, 20, 0.2, 1.0), *pace(20, 40, 0.2, 0.1, status=429)),
        severity="warning",
        looks_wrong={
            "it was over in a moment": seen(
                *pace(0, 20, 0.2, 1.0), *pace(20, 22, 0.2, 0.1, status=429), *pace(22, 40, 0.2, 1.0)
            ),
            "it asks one thing at a time": seen(
                *pace(0, 20, 0.5, 0.1), *pace(20, 40, 0.5, 0.1, status=429)
            ),
        },
    ),
    "V19": Clients(
        right=seen(*pace(0, 125, 0.5, 1)),
        wrong=seen(*pace(0, 60, 6, 1), *pace(60, 120, 0.5, 1)),
        severity="info",
        means="its traffic rose in a step: that may be refused, and is no mistake by itself",
        looks_wrong={
            "it is little": seen(*pace(0, 60, 6, 1), *pace(60, 120, 2, 1)),
            "it begins with all of it": seen(*pace(0, 50, 0.2, 1)),
        },
    ),
    "V20": Clients(
        right=seen(left(1, 0, 5.5), outcomes=cancelled(5.0)),
        wrong=seen(answered(1, 0, 8.0), outcomes=cancelled(5.0)),
        severity="error",
        looks_wrong={
            "it was over before": seen(answered(1, 0, 1.0), outcomes=cancelled(5.0)),
            "it was over a moment later": seen(answered(1, 0, 5.2), outcomes=cancelled(5.0)),
            "it reads on to be billed right, and says nothing of a cancelling": seen(
                answered(1, 0, 8.0)
            ),
        },
    ),
    "V21": Clients(
        right=seen(silent("hang", None, "left", 60)),
        wrong=seen(silent("hang", None, "hangup", 3600)),
        severity="warning",
        looks_wrong={
            "a model may think for minutes": seen(silent("stall", 250, "end", 250)),
            "the twin hung up before anybody had to lose patience": seen(
                silent("hang", None, "hangup", 5)
            ),
        },
    ),
    "V22": Clients(
        right=seen(answered(1, 0, wire_bytes=9_000_000)),
        wrong=seen(answered(1, 0, wire_bytes=9_000_000, blocked_seconds=9.0)),
        severity="info",
        means="it left unread what was sent: that slows down itself alone, as a debugger does",
        looks_wrong={"it was held up for a moment": seen(answered(1, 0, blocked_seconds=4.0))},
    ),
    "V23": Clients(
        right=on([1] * 20, [1] * 20),
        wrong=on(TWENTY, TWENTY),
        severity="warning",
        looks_wrong={
            "it is a process for each request, and closes its connection": on(TWENTY, [0] * 20),
            "they are workers who use theirs again": on(TWENTY * 2, [*TWENTY, *[20] * 20]),
            "it asks much at once": seen(
                *(answered(n, 0.01 * n, 5, open_connections=n, body=asking(str(n))) for n in TWENTY)
            ),
        },
    ),
    "V24": Clients(
        right=seen(*(answered(n, 0.001 * n, 5) for n in range(3))),
        wrong=seen(answered(1, 20, 3), answered(2, 21, 3)),
        severity="info",
        means="it asks twice at once and pays twice, and may well mean to; after a refusal it is an error",
        looks_wrong={
            "it samples, and one of the samples is tried again": seen(
                answered(1, 0, 9), made(2, 0.001, 1), answered(3, 2.5, 1)
            ),
            "it asks the same one after the other": seen(answered(1, 0), answered(2, 3)),
        },
    ),
    "V25": Clients(
        right=seen(died(1, 0), answered(2, 0.2)),
        wrong=seen(died(1, 0), LATER),
        severity="info",
        means="it gave up where another connection would have done, or tried dead ones on and on",
        looks_wrong={
            "the connection was new, so that nothing says that it had been at rest": seen(
                died(1, 0, request_on_connection=1), LATER
            ),
            "the next one had died as well": seen(died(1, 0), died(2, 0.2), answered(3, 0.4)),
        },
    ),
    "V26": Clients(
        right=seen(*(hop(n) for n in range(3)), answered(9, 0.7)),
        wrong=seen(*(hop(n) for n in range(8))),
        severity="warning",
        looks_wrong={
            "it asks for something else later, by GET": seen(
                hop(1, status=302), answered(9, 60, method="GET", body=None)
            ),
            "it is sent elsewhere again and again, over a minute": seen(
                *(hop(10 * n) for n in range(8))
            ),
        },
    ),
    "V27": Clients(
        right=seen(made(1, 0), answered(2, 3)),
        wrong=seen(made(1, 0), answered(2, 3, model="n", body={**BODY, "model": "n"})),
        severity=None,
        means="nothing: where calls go when a model is overloaded is worth knowing",
        looks_wrong={
            "another model is asked for something else": seen(
                made(1, 0), answered(2, 3, model="n", body={**asking("else"), "model": "n"})
            )
        },
    ),
    "V28": Clients(
        right=timed(300, "600"),
        wrong=timed(300, "60"),
        severity="info",
        means="its timeout is one of reads, and all together took longer: that may be meant",
        looks_wrong={
            "it names no timeout": timed(300, "NOT_GIVEN"),
            "it was told to wait": seen(
                made(1, 0, stainless={"timeout": "60"}, told={"retry-after": "900"}),
                answered(2, 902, stainless={"timeout": "60"}),
            ),
        },
    ),
}

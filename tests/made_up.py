"""Made-up entries of the journal, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from simtwin.core.entry import Entry, FiredEntry
from simtwin.core.outcome import Outcome
from simtwin.verdicts.judging import judge
from simtwin.verdicts.thresholds import THRESHOLDS, Thresholds
from simtwin.verdicts.verdict import RuleVerdict, Verdict

BODY: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}


def made(number: int, began: float, took: float = 1.0, **changes: Any) -> Entry:
    """An entry of a refusal, a 529 that says nothing more, unless `changes` say otherwise."""
    plain: dict[str, Any] = dict.fromkeys(Entry.__struct_fields__)
    plain |= {
        "id": number,
        "request": f"req_{number}",
        "tenant": "t",
        "key": "k",
        "protocol": "1.1",
        "endpoint": "messages",
        "body_bytes": 90,
        "sent_events": 0,
        "sent_bytes": 100,
        "undelivered": 0,
        "method": "POST",
        "path": "/v1/messages",
        "model": "m",
        "connection": number,
        "request_on_connection": 1,
        "stainless": {},
        "body": BODY,
        "messages": (),
        "tool_uses": (),
        "meant_tools": (),
        "fired": (),
        "usage": {},
        "told": {},
        "status": 529,
        "ended": "end",
        "whole": True,
        "first_byte_at": began,
        "head_at": began + took,
        "last_byte_at": began + took,
        "blocked_seconds": 0.0,
        "open_connections": 0,
        "sent_characters": 0,
        "sent_tools": 0,
        "sent_tokens": 0,
        "wire_bytes": 500,
    }
    return Entry(**plain | changes)


def answered(number: int, began: float, took: float = 1.0, **changes: Any) -> Entry:
    """One of an answer that was whole."""
    return made(number, began, took, **{"status": 200} | changes)


def cut(number: int, began: float, took: float = 1.0, **changes: Any) -> Entry:
    """One of a stream that the twin cut, after a part of the text "one two three …"."""
    plain = {
        "status": 200,
        "stream": True,
        "whole": False,
        "ended": "hangup",
        "closed_at": began + took,
        "last_event": "content_block_delta",
        "sent_tokens": 12,
        "meant": LONG,
        "sent_characters": 60,
    }
    return made(number, began, took, **plain | changes)


LONG = "one two three four five six seven eight nine ten " * 4


def lost(number: int, began: float, took: float = 1.0, **changes: Any) -> Entry:
    """One of a connection that ended before an answer."""
    plain = {
        "status": None,
        "whole": False,
        "ended": "hangup",
        "closed_at": began + took,
        "wire_bytes": 0,
    }
    return made(number, began, took, **plain | changes)


def fired(kind: str, **settings: Any) -> tuple[FiredEntry, ...]:
    """What says that a fault took effect."""
    return (FiredEntry(rule=kind, kind=kind, settings=settings, outcome="reached"),)


def asking(text: str) -> dict[str, Any]:
    """A body that asks for something else."""
    return {"model": "m", "messages": [{"role": "user", "content": text}]}


def tries(call: int, began: float, waits: Iterable[float], **changes: Any) -> list[Entry]:
    """A call that failed each time, and waited so long after each attempt; then it is answered."""
    entries = []
    at = began
    for number, wait in enumerate(waits):
        changed = {"body": asking(f"call {call}"), "connection": call} | changes
        entries.append(made(100 * call + number, at, 0.01, **changed))
        at += 0.01 + wait
    changed = {"body": asking(f"call {call}"), "connection": call} | changes | {"told": {}}
    entries.append(answered(100 * call + 99, at, 0.01, **changed))
    return entries


def verdict(
    *entries: Entry, outcomes: Sequence[Outcome] = (), thresholds: Thresholds = THRESHOLDS
) -> Verdict:
    """What is said of entries, which a journal has in order of their ends."""
    in_order = sorted(entries, key=lambda each: each.last_byte_at or each.closed_at or 0.0)
    return judge(in_order, outcomes=outcomes, thresholds=thresholds)


def said(
    rule: str,
    *entries: Entry,
    outcomes: Sequence[Outcome] = (),
    thresholds: Thresholds = THRESHOLDS,
) -> RuleVerdict:
    """What one rule says of them."""
    rules = verdict(*entries, outcomes=outcomes, thresholds=thresholds).rules
    return next(each for each in rules if each.id == rule)

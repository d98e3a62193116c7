"""What anthropic 2.12.0 does on each fault, and with what the twin is to bring the same about.

`sdk_matrix.tsv` is the table that was measured on 2026-11-21 against bytes written by hand, with a
timeout of 2 s and 2 retries: what came of each scenario in each way of asking, and how many requests
reached the server. The scripts are those of `matrix_body` and `matrix_wire`. Here is what is left to
say: the words with which an answer has as many events as the one that was measured, and how long
a client is to wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import attrs
from live import matrix_body, matrix_wire
from live.matrix_body import HANG, SAID, Row
from live.ways import WAYS

#: A scenario, a way of asking, what came of it, and how many requests there were.
MEASURED: dict[tuple[str, str], tuple[str, int]] = {
    (name, way): (outcome, int(requests))
    for name, way, outcome, requests in (
        line.split("\t")
        for line in Path(__file__).with_suffix(".tsv").read_text("utf-8").splitlines()[1:]
    )
}

#: Rows that the twin does not bring about, with the reason.
NOT_REPRODUCED: Mapping[tuple[str, str], str] = {}

#: What was measured said "hel" and "lo"; these words leave in two deltas as well, one in one.
HELLO, HEL, LETTER = "hel lo lo", "hel", "x"
SPOKEN = {
    **dict.fromkeys(("sse_trunc_nostop", "sse_trunc_nodelta"), HEL),
    **dict.fromkeys(
        (
            "sse_badjson",
            "sse_badutf8",
            "sse_big5mb",
            "sse_idx_oob",
            "sse_name_mismatch",
            "sse_no_cbstop",
            "sse_nul",
            "sse_reorder",
        ),
        LETTER,
    ),
    # At four tokens a second these take longer than patience lasts.
    "sse_long": SAID,
    "sse_utf8split": "h\u00e9llo \u5317\U0001f600",
}
#: What is called, where it is not what scripts cut: eight characters of the latter end with 25.
CALLED = {"sse_tool_ok": {"a": 1}, "sse_tool_trunc_num": {"n": 255}}

#: How many deltas the measured stream had, where ours has another number: how a character or a call
#: is cut is chance. Their events are counted without them.
UNCOUNTED = {
    "sse_utf8split": 1,
    "sse_tool_ok": 3,
    "sse_tool_trunc_max": 1,
    "sse_tool_trunc_num": 1,
    "sse_tool_trunc_eof": 1,
    "sse_tool_bad": 1,
    "sse_tool_empty": 0,
}

#: Scripts that are of these answers, shorter than the ones for which they were written; and what
#: dripped was cut after 60 bytes, which is asked for again before patience ends.
_CUT_DRIP = "drip(bytes=1, seconds=0.075, part={part})+disconnect({place}=60); loop"
SCRIPTS: dict[tuple[str, str], str] = {
    ("sse_trunc_midframe", "raw"): "truncate(at_byte=700); loop",
    ("sse_trunc_midframe", "helper"): "truncate(at_byte=700); loop",
    ("sse_tool_trunc_num", "helper"): "tool_json(form=cut, characters=8); loop",
    ("body_drip", "create"): "framing(body=content_length)+"
    + _CUT_DRIP.format(part="body", place="at_byte"),
    **dict.fromkeys(
        [("hdr_drip", way) for way in WAYS], _CUT_DRIP.format(part="head", place="at_head_byte")
    ),
}

#: What comes of a row here in other words, with the reason.
OTHERWISE: dict[tuple[str, str], str] = {
    # The measured server answered any path with a message; of ours, none that is asked by GET.
    ("redir_302", "create"): "OK Message id=None content=None",
    # The measured text was 5 MB long; of ours, a field beside it.
    ("sse_big5mb", "helper"): "OK stop=end_turn text x",
}

#: Scenarios of two calls on one client: the second one finds what the first one left.
TWICE = {"cl_long", "early_close_ok", "stale_keepalive", "stale_keepalive_fin"}

#: Seconds without a byte after which a client gives up that is to give up: as measured, where nothing
#: has to come before; else twice as much, as a machine that starts so many at once is slow.
SILENCE, SILENCE_LATER = 2.0, 4.0
#: Of all others: longer than anything takes.
NEVER = 30.0
#: A call that is not over after so long is said to hang: more than three timeouts.
PATIENCE = 7.0


@attrs.frozen(eq=False)
class Case:
    """A row of the table.

    Args:
        name: of the scenario.
        way: how the SDK is asked.
        outcome: what is to come of it.
        requests: how many are to reach the server.
        script: what each request meets.
        reply: what is answered, where it is.
        rules: of the key, instead of a script.
        connections: of the operator, likewise.
        told: seconds that the answer tells the client to wait, where it obeys.
    """

    name: str
    way: str
    outcome: str
    requests: int
    script: str | None = None
    reply: Mapping[str, Any] = attrs.field(factory=lambda: {"text": HELLO})
    rules: tuple[Mapping[str, Any], ...] = ()
    connections: tuple[Mapping[str, Any], ...] = ()
    told: float | None = None

    def __str__(self) -> str:
        return f"{self.name}-{self.way}"

    @property
    def calls(self) -> int:
        return 2 if self.name in TWICE else 1

    @property
    def gives_up(self) -> bool:
        """Whether each attempt lasts until the client's timeout."""
        return self.outcome.startswith("anthropic.APITimeoutError")

    @property
    def timeout(self) -> float:
        """Of the client."""
        if self.gives_up or self.outcome == HANG:
            return SILENCE
        return SILENCE_LATER if "ReadTimeout" in self.outcome else NEVER

    @property
    def is_slow(self) -> bool:
        """Whether it waits for longer than the SDK's backoff."""
        return self.timeout != NEVER or (self.told or 0) > 1

    @property
    def counts_deltas(self) -> bool:
        """Whether its events are counted with those of text and input."""
        return self.name not in UNCOUNTED


def _expected(name: str, way: str) -> tuple[str, int]:
    """What is to come of it, and how many requests."""
    outcome, requests = MEASURED[name, way]
    if way == "raw" and name in UNCOUNTED:
        ok, events, *rest = outcome.split()
        outcome = " ".join([ok, str(int(events) - UNCOUNTED[name]), *rest])
    return OTHERWISE.get((name, way), outcome), requests


def _cases() -> Iterator[Case]:
    for row in (*matrix_body.ROWS, *matrix_wire.ROWS):
        for way in row.outcomes:
            yield Case(
                row.name,
                way,
                *_expected(row.name, way),
                script=SCRIPTS.get((row.name, way), row.script),
                reply=_reply(row),
                told=row.waits,
            )
    for way in WAYS:
        yield Case("ok", way, *_expected("ok", way), script="ok")
    for other in matrix_wire.OTHERS:
        if (other.name, "create") in MEASURED:
            expected = _expected(other.name, "create")
            rules, connections = other.rules, other.connections
            yield Case(other.name, "create", *expected, rules=rules, connections=connections)


def _reply(row: Row) -> Mapping[str, Any]:
    if row.calls:
        given = CALLED.get(row.name, matrix_body.CALLED)
        return {"calls": [{"name": "f", "input": given}]}
    return {"text": SPOKEN.get(row.name, HELLO)}


CASES = tuple(_cases())

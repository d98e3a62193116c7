"""What is known of one request while it is answered."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import attrs
import trio

from simtwin.actors.router import Reservation
from simtwin.api.answer import message_json
from simtwin.api.errors import ApiError, error_plan
from simtwin.api.openai.spoken import spoken
from simtwin.api.reply.message import Ids
from simtwin.api.reply.reply import Reply
from simtwin.core.chance import base58
from simtwin.core.commons import Share
from simtwin.core.in_force import InForce
from simtwin.core.key import Key
from simtwin.core.lane import Fate, Schedule
from simtwin.core.plan import Plan
from simtwin.core.tenant import Tenant
from simtwin.core.usage import NO_TOKENS, Tokens
from simtwin.edge.data_plane.edge_headers import edge_headers, needless_retry_after
from simtwin.edge.data_plane.endpoints import Endpoint
from simtwin.edge.data_plane.production import Production
from simtwin.edge.data_plane.request import Request
from simtwin.edge.perform import Progress
from simtwin.store.body import Body
from simtwin.store.draft import Draft
from simtwin.store.records import AccountRecord

if TYPE_CHECKING:
    from simtwin.edge.data_plane.upload import Upload
    from simtwin.edge.gateways.gateway import Gateway
    from simtwin.edge.upstream.answer import Answer

Headers = tuple[tuple[str, str], ...]


@attrs.define(eq=False)
class Exchange:
    """One request and its answer under way.

    The body and its document are locals of whoever builds the plan: they are gone before its first
    wait, so an answer that hangs holds little.
    """

    request: Request
    endpoint: Endpoint
    methods: tuple[str, ...]
    date: str
    marks: bool
    through_edge: bool
    run: str
    number: int
    progress: Progress = attrs.field(factory=Progress)
    # Of the connection as it was when the request began.
    first_byte: float | None = None
    on_connection: int = 0
    # Who asks, and what was decided; `counted` among the tenant's requests under way.
    counted: bool = False
    account: AccountRecord | None = None
    fate: Fate | None = None
    in_force: InForce | None = None
    share: Share | None = None
    call: str | None = None
    # Whether ids in the answer come of what was asked alone.
    steady_ids: bool = False
    seed: int = 0
    scope: str = ""
    key: Reservation[Key] | None = None
    tenant: Reservation[Tenant] | None = None
    # Of the workspace of the key, where that has limits of its own.
    workspace: Reservation[Tenant] | None = None
    # Whether the key has limits of its own, which hold the request as well.
    limited_key: bool = False
    # Of a request of a batch: of which one, and which of it.
    batch: str | None = None
    custom_id: str | None = None
    # What was asked.
    body_at: float | None = None
    body_bytes: int = 0
    body: Body | None = None
    # A body that went into a file, until somebody keeps it.
    draft: Draft | None = None
    too_large: bool = False
    parses: bool = False
    model: str | None = None
    stream: bool | None = None
    fingerprint: bytes | None = None
    messages: tuple[str, ...] = ()
    # Where the upstream answers: the body on its way there, and what of it may be written down.
    upload: Upload | None = None
    recorded: bytes = b""
    asked_at: float | None = None
    answer: Answer | None = None
    # What is answered.
    request_id: str = ""
    reply: Reply | None = None
    production: Production | None = None
    input: Tokens = NO_TOKENS
    # What was counted for the answer, where several take turns.
    timed: str | None = None
    cause: str | None = None
    reason: str | None = None
    # Why the script that came with it is none.
    mistake: str | None = None
    # What it came through, and what that tells on top of what the API says.
    gateway: Gateway | None = None
    told_by_gateway: Headers = ()
    # Made when they are first asked for.
    _ids: Ids | None = attrs.field(init=False, default=None)
    _message: bytes | None = attrs.field(init=False, default=None)

    def __attrs_post_init__(self) -> None:
        self.first_byte = self.request.wire.first_byte
        self.on_connection = self.request.wire.requests
        # Requests that are nobody's have ids too, which no seed decides.
        self.request_id = "req_011C" + base58(f"{self.run}/{self.number}", 20)

    @property
    def hold(self) -> str:
        """What limits know the request by: unlike its id it is never used again."""
        return str(self.number)

    def decided(self, fate: Fate, schedule: Schedule) -> None:
        """The request's fate is known, and with it its id."""
        self.fate = fate
        self.seed, self.scope = schedule.seed, schedule.scope
        self.request_id = "req_011C" + base58(self._name("request"), 20)

    @property
    def ids(self) -> Ids:
        """The ids in the answer, which are the same in every run of the same seed."""
        if self._ids is None:
            self._ids = Ids(
                self.request_id,
                "msg_01" + base58(self._said("message"), 22),
                lambda number: "toolu_01" + base58(self._said(f"tool_use/{number}"), 22),
                self.date,
            )
        return self._ids

    def message(self) -> bytes:
        """The reply as one JSON message, before any fault: what is sent and what is kept of it."""
        if self._message is None:
            assert self.reply is not None, "only replies are messages"  # noqa: S101
            self._message = message_json(self.reply, self.ids)
        return self._message

    def id(self, prefix: str, use: str) -> str:
        """An id for what the request makes, drawn by what that is."""
        return prefix + base58(self._name(use), 22)

    def rng(self, use: str = "answer") -> Random:
        """Chance for what carries no meaning in the answer, by what it is for."""
        return Random(self._name(use))

    def headers(self) -> Headers:
        """The headers that every answer has."""
        headers = [("date", self.date), ("request-id", self.request_id)]
        if self.account is not None:
            headers.append(("anthropic-organization-id", self.account.tenant_id))
            if self.account.workspace_id is not None:
                headers.append(("anthropic-workspace-id", self.account.workspace_id))
        if self.through_edge:
            headers += edge_headers(self.request_id, self.seed)
        headers += self.marked()
        if self.gateway is not None:
            return self.gateway.passed(self, tuple(headers))
        return tuple(headers)

    def message_headers(self, wall: float) -> Headers:
        """The headers that every message has; `wall` is unix time in seconds."""
        if not self.through_edge:
            return self.headers()
        return (*self.headers(), *needless_retry_after(self.request_id, wall))

    def counts_body(self, size: int) -> None:
        """A piece of a body has come that nobody here reads."""
        self.body_bytes += size
        self.body_at = trio.current_time()

    def refused(self, error: ApiError) -> Plan:
        """The answer that is `error`."""
        self.reason = error.message
        if self.gateway is not None and error.body is not None:
            return error_plan(error, (*self.gateway.own(self), *self.marked()))
        plan = error_plan(error, self.headers())
        return tuple(spoken(plan)) if self.endpoint.openai else plan

    def refused_by_twin(self, status: int, reason: str) -> Plan:
        """The answer where the twin itself cannot: clients are not to be judged by it."""
        self.cause = "own"
        plan = self.refused(ApiError.of(status))
        self.reason = reason
        return plan

    def misaddressed(self, mistake: str) -> Plan:
        """The answer where the twin cannot tell which fate was asked for."""
        self.cause = "own"
        return self.refused(ApiError.of(400, mistake))

    def tokens(self, now: int) -> Tokens:
        """What the answer has cost by `now` (ns)."""
        if self.answer is not None:
            return self.answer.heard.tokens
        if self.production is None:
            return NO_TOKENS
        sent = self.progress.tokens
        if not self.sends_as_it_produces:
            sent = max(sent, self.production.curve.produced(now))
        return self.input + Tokens(output=sent)

    @property
    def sends_as_it_produces(self) -> bool:
        """Whether what was sent is what was produced.

        A JSON answer is produced before any of it is sent, and of an answer that a fault replaced
        but is charged for nothing ever is.
        """
        return self.stream is True and self.fate is not None and not self.fate.replaced

    @property
    def whole(self) -> bool:
        """Whether the client was sent all that there was to send."""
        planned = self.reply.output_tokens if self.reply is not None else 0
        return self.progress.ended == "end" and self.progress.tokens >= planned

    def _name(self, use: str) -> str:
        assert self.fate is not None, "only fates have names"  # noqa: S101
        # The run number, 1 until state outlives a run, keeps ids of later runs apart.
        return f"{self.seed}/{self.scope}/{self.fate.ordinal}/1/{use}"

    def chance(self, use: str) -> str:
        """What ids depend on of things that a request makes."""
        return self._said(use)

    def _said(self, use: str) -> str:
        """Like `_name`, for what a client may send back in its next request."""
        return f"{self.seed}/{self.call}/{use}" if self.steady_ids else self._name(use)

    def marked(self) -> Headers:
        """The headers by which answers tell of the twin."""
        if not self.marks:
            return ()
        marks = []
        if self.fate is not None:
            marks.append(("x-simtwin-seed", str(self.seed)))
            if self.fate.fired:
                marks.append(("x-simtwin-fault", ",".join(each.rule for each in self.fate.fired)))
            if self.fate.script is not None:
                marks.append(("x-simtwin-script", self.fate.script))
        if self.cause is not None:
            marks.append(("x-simtwin-cause", self.cause))
        return tuple(marks)

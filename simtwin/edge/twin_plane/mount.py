"""The twin plane as a part of a Quart app: the only file of it that knows Quart's request."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Awaitable

import attrs
from quart import Quart, Request, Response, request

from simtwin.edge.tenant_secrets import TenantSecrets
from simtwin.edge.twin_plane.answer import Answer, Plane, Question, refused
from simtwin.edge.twin_plane.auth import admit
from simtwin.edge.twin_plane.body import body_of
from simtwin.edge.twin_plane.endpoints.instructions import PAGE_POLICY, page
from simtwin.edge.twin_plane.errors import Refusal, bad_request
from simtwin.edge.twin_plane.hosts import refusal
from simtwin.edge.twin_plane.pace import CreationPace
from simtwin.edge.twin_plane.port import Caller, OfTenant, Operator, Twin
from simtwin.edge.twin_plane.table import find
from simtwin.store.records import OPERATOR, LogRecord

log = logging.getLogger(__name__)

PREFIX = "/_twin"

#: What the log calls a request for which there is no endpoint.
UNKNOWN = "twin.unknown"
#: Reading the log leaves no record in it: pages by offset would move under the reader.
_UNLOGGED = "twin.log.list"

_LEFT = Answer(b"", 499, reason="the client left before it was answered")

_HEADERS = (("cache-control", "no-store"), ("x-content-type-options", "nosniff"))


@attrs.frozen
class PlaneConfig:
    """How the twin plane was set up.

    Args:
        admin_token: the operator's token; None means that there is no operator.
        allowed_hosts: names in lower case that `Host` may have beside IP addresses and localhost.
        loopback: whether the twin listens on loopback alone.
        public_tenants: whether anybody may make tenants elsewhere too.
    """

    admin_token: str | None = attrs.field(default=None, repr=False)
    allowed_hosts: frozenset[str] = frozenset()
    loopback: bool = True
    public_tenants: bool = False


def register(
    app: Quart, twin: Twin, config: PlaneConfig, secrets: TenantSecrets | None = None
) -> None:
    """Mount `/_twin/*` and `GET /`, and refuse what `hosts.refusal` refuses on every path.

    Args:
        app: where to.
        twin: what the plane is for.
        config: how it is set up.
        secrets: checks tenants' secrets; in virtual time one that uses no thread.
    """
    plane = Plane(
        twin=twin,
        secrets=secrets or TenantSecrets(),
        admin_token=config.admin_token,
        open_creation=config.loopback or config.public_tenants,
        pace=CreationPace(),
    )

    # Before the routes, since no route matches every path below a prefix (`//`), and async, since
    # Quart runs what is not in a thread of its own.
    @app.before_request
    async def serve() -> Response | None:
        headers = request.headers
        found = refusal(headers.get("host"), headers.get("origin"), config.allowed_hosts)
        below = request.path == PREFIX or request.path.startswith(f"{PREFIX}/")
        if found is not None:
            answer = refused(Refusal(found.status, found.message))
            if below:
                _record(twin, UNKNOWN, None, answer)
        elif below:
            answer = await _answer(plane, request, request.path.removeprefix(PREFIX))
        else:
            return None
        return _response(app, answer)

    @app.get("/")
    async def explain() -> Response:
        html = page(_base_url(request), twin.version)
        headers = (("content-security-policy", PAGE_POLICY), ("referrer-policy", "no-referrer"))
        answer = Answer(html.encode(), content_type="text/html; charset=utf-8", headers=headers)
        return _response(app, answer)


async def _answer(plane: Plane, request: Request, path: str) -> Answer:
    """What the plane has to say, with its record in the log; never an exception."""
    operation, caller, answer = UNKNOWN, None, _LEFT
    try:
        row, found = find(request.method, path)
        operation = row.operation
        headers = request.headers
        caller = await admit(
            row.access, headers.get("authorization"), headers.get("x-twin-admin-token"), plane
        )
        question = Question(
            plane=plane,
            caller=caller,
            base_url=_base_url(request),
            path=found,
            query=request.args.to_dict(),
            body=await body_of(request, row.most_bytes, undeclared=row.undeclared),
        )
        outcome = row.answer(question)
        answer = await outcome if isinstance(outcome, Awaitable) else outcome
    except Refusal as error:
        answer = refused(error)
    except RecursionError:
        answer = refused(bad_request("the body is nested too deeply"))
    except Exception as error:
        log.exception("%s failed", operation)
        answer = refused(Refusal(500, f"internal error: {type(error).__name__}"))
    finally:
        _record(plane.twin, operation, caller, answer)
    return answer


def _base_url(request: Request) -> str:
    """Where the asker reaches the twin. Its host was checked, as that of every request."""
    return f"{request.scheme}://{request.headers['host']}"


def _record(twin: Twin, operation: str, caller: Caller | None, answer: Answer) -> None:
    if operation == _UNLOGGED and answer.reason is None:
        return
    match caller:
        case Operator():
            tenant_id = OPERATOR
        case OfTenant(tenant_id=tenant_id):
            pass
        case None:
            tenant_id = answer.tenant_id
    record = LogRecord(
        at=twin.wall(),
        tenant_id=tenant_id,
        correlation_id=str(uuid.uuid4()),
        plane="twin",
        operation=operation,
        resource=answer.resource,
        reason=answer.reason,
        details={"status": answer.status},
    )
    twin.store.add_log(record)


def _response(app: Quart, answer: Answer) -> Response:
    response = app.response_class(
        answer.body, answer.status, dict((*_HEADERS, *answer.headers)), None, answer.content_type
    )
    if answer.content_type is None:
        # A 204 has neither (RFC 9110, section 8.6).
        del response.headers["content-type"], response.headers["content-length"]
    return response

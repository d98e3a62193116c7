"""A twin in a process of its own, on a free port, for tests with real sockets and real seconds."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from simtwin.testing.live_twin import LiveTwin

#: Longer than the grace that a twin gives to answers under way.
STOP_SECONDS = 15.0
#: Longer than a reader of the journal ever waits.
CALL_SECONDS = 70.0


class ServerError(RuntimeError):
    """The twin did not start, or refused what it was asked."""


class LiveServer:
    """A twin that accepts any key, each with a tenant of its own.

        with LiveServer() as server:
            twin = server.twin("a name", script="529; ok")
            client = twin.blocking_anthropic()

    Args:
        tier: the rate limits; none unless given.
        pace: how fast it answers; at once unless given.
        replay: a replay token: what another run met is met again, in the place of what is set.
        options: further options of `simtwin serve`, as on its command line.
    """

    def __init__(
        self,
        *,
        tier: str = "unlimited",
        pace: str = "instant",
        replay: str | None = None,
        options: Sequence[str] = (),
    ) -> None:
        self._token = secrets.token_urlsafe(32)
        self._command = [
            *(sys.executable, "-m", "simtwin"),
            *(("serve", "--seed", "0") if replay is None else ("replay", replay)),
            *("--port", "0", "--json", "--open", "--tier", tier, "--pace", pace, *options),
        ]
        self._told: dict[str, str] | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            log = stack.enter_context(tempfile.TemporaryFile("w+"))
            process = subprocess.Popen(  # noqa: S603  # our own command
                self._command,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                # Not on the command line, which every user of the machine can read.
                env={**os.environ, "SIMTWIN_ADMIN_TOKEN": self._token},
            )
            stack.callback(_end, process)
            assert process.stdout is not None, "it was asked for"  # noqa: S101
            stack.callback(process.stdout.close)
            line = process.stdout.readline()
            if not line:
                raise ServerError(f"the twin did not start: {_told(log)}")
            self._told = json.loads(line)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._told = None
        self._stack.close()

    @property
    def base_url(self) -> str:
        """Where it is."""
        return self._line["base_url"]

    @property
    def _line(self) -> dict[str, str]:
        """What the server said of itself when it began."""
        if self._told is None:
            raise ServerError("the twin runs inside its `with` block alone")
        return self._told

    def twin(self, name: str, *, seed: int = 0, **settings: Any) -> LiveTwin:
        """A key with a tenant, limits, and a schedule of its own.

        Args:
            name: with the seed it decides the key, and so all chance: not the order of making.
            seed: decides all chance.
            settings: what goes wrong and what is said, as in settings.

        Raises:
            ServerError: the settings cannot be; the text names the place.
        """
        from simtwin.testing.live_twin import LiveTwin  # noqa: PLC0415  # in turn it imports this

        return LiveTwin.of(self, name, seed, settings)

    def first(self) -> LiveTwin:
        """The key that the server began with: the one that meets what a replay token says."""
        from simtwin.testing.live_twin import Account, LiveTwin  # noqa: PLC0415  # likewise

        tenant = self._line["tenant_id"]
        listed = json.loads(self.call("GET", "/_twin/accounts"))["accounts"]
        key = next(each for each in listed if each["tenant_id"] == tenant)
        account = Account(self._line["api_key"], key["api_key_id"], tenant, "1/1")
        return LiveTwin(self, account, 0)

    def call(self, method: str, path: str, doc: object = None, key: str | None = None) -> bytes:
        """Ask the twin, as the operator or with an API key, and return the body of its answer.

        Raises:
            ServerError: it refused; the text is what it said.
        """
        headers = {"content-type": "application/json"}
        if key is None:
            headers["authorization"] = f"Bearer {self._token}"
        else:
            headers |= {"x-api-key": key, "anthropic-version": "2023-06-01"}
        request = urllib.request.Request(  # noqa: S310  # our own server, by http
            self.base_url + path,
            None if doc is None else json.dumps(doc).encode(),
            headers,
            method=method,
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(request, timeout=CALL_SECONDS) as response:
                body: bytes = response.read()
                return body
        except urllib.error.HTTPError as error:
            said = error.read()
            raise ServerError(_reason(said)) from None


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _told(log: IO[str]) -> str:
    log.seek(0)
    return log.read().strip() or "it said nothing"


def _reason(said: bytes) -> str:
    try:
        return str(json.loads(said)["error"])
    except (ValueError, KeyError, TypeError):
        return said.decode(errors="replace")

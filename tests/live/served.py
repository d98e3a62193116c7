"""A twin as its users start it: a process of the console script, and what its plane says of it."""

from __future__ import annotations

import os
import select
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

import attrs
import httpx2
import msgspec

#: The console script that was installed with the interpreter that runs the tests.
SIMTWIN = str(Path(sys.executable).with_name("simtwin"))

#: Loads no certificates, which takes 21 ms for each client; there is nobody to ask for one.
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

#: A start takes 0.6 s, most of it imports. More than this is a hang and not a slow machine.
START_SECONDS = 30.0
#: Bookings follow the last byte within a millisecond; likewise.
BOOKED_SECONDS = 10.0

#: What the machine may add to any wait: it has two cores, runs two tests and two twins at once, and
#: may have other work besides. Nothing here takes a twentieth of it by itself.
SLACK = 2.0


@attrs.define
class Served:
    """A running twin. What it wrote to stderr is in the file `errors`."""

    process: subprocess.Popen[bytes]
    errors: Path
    base_url: str
    tenant_id: str
    tenant_secret: str
    api_key: str
    ca_file: str | None = None

    @classmethod
    def start(cls, folder: Path, *options: str, **environment: str) -> Self:
        """Start a twin on a free port; it accepts connections when this returns."""
        errors = folder / "stderr"
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [SIMTWIN, "serve", "--port", "0", "--json", "--seed", "7", *options],
                stdout=subprocess.PIPE,
                stderr=stderr,
                env=surroundings(environment),
            )
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], START_SECONDS)
        line = process.stdout.readline() if ready else b""
        if not line:
            process.kill()
            process.communicate()
            raise AssertionError(f"the twin did not start: {errors.read_text()}")
        return cls(process, errors, **msgspec.json.decode(line))

    @property
    def port(self) -> int:
        return int(self.base_url.rpartition(":")[2])

    def tell(self, what: signal.Signals = signal.SIGTERM) -> float:
        """Send a signal; when that was (`time.monotonic`)."""
        self.process.send_signal(what)
        return time.monotonic()

    def ended(self, seconds: float = 20.0) -> tuple[int, bytes, str]:
        """Wait for the end: the exit status, what stdout had after its line, and stderr."""
        try:
            rest, _ = self.process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode, rest, self.errors.read_text()

    def stop(self) -> None:
        """End it, in order or else by force; for tests that are not about the end."""
        if self.process.poll() is None:
            self.tell()
            self.ended()

    def trusting(self) -> ssl.SSLContext:
        """What a client of a twin with TLS goes by."""
        return ssl.create_default_context(cafile=self.ca_file)

    def plane(self, **options: Any) -> httpx2.Client:
        """The twin plane, with the credentials of the first tenant."""
        settings = {"auth": (self.tenant_id, self.tenant_secret), **options}
        trusted = NOBODY if self.ca_file is None else self.trusting()
        return httpx2.Client(base_url=self.base_url, trust_env=False, verify=trusted, **settings)


class Tenant:
    """A tenant of a running twin, by its own credentials."""

    def __init__(self, served: Served, plane: httpx2.Client) -> None:
        self.served = served
        self.plane = plane
        self._entries: list[dict[str, Any]] = []

    @classmethod
    def make(cls, served: Served) -> Self:
        """A new one."""
        with served.plane(auth=None) as anybody:
            made = anybody.post("/_twin/tenants", json={"friendly_name": "live"}).json()
        return cls(served, served.plane(auth=(made["tenant_id"], made["tenant_secret"])))

    def new_key(self) -> Key:
        made = self.plane.post("/_twin/accounts", json={"kind": "api_key"}).json()
        return Key(self, made["tenant_id"], made["api_key"], made["api_key_id"])

    def journal(self) -> list[dict[str, Any]]:
        """Every entry, oldest first; those that were read before are not read again."""
        page = [b""]
        while page:
            after = self._entries[-1]["id"] if self._entries else 0
            answer = self.plane.get("/_twin/journal", params={"after": after, "limit": 1000})
            page = answer.content.splitlines()
            self._entries += map(msgspec.json.decode, page)
        return self._entries


class Key:
    """An API key, its settings, and the requests that were made with it."""

    def __init__(self, tenant: Tenant, tenant_id: str, api_key: str, api_key_id: str) -> None:
        self.tenant = tenant
        self.tenant_id = tenant_id
        self.api_key = api_key
        self.api_key_id = api_key_id
        self.base_url = tenant.served.base_url
        self._probes: list[str] = []

    def set(self, **settings: object) -> None:
        """Replace the settings of the key."""
        path = f"/_twin/accounts/{self.api_key_id}/settings"
        answer = self.tenant.plane.put(path, json=settings)
        assert answer.status_code == 200, answer.text

    def arrived(self) -> int:
        """How many requests of the key have reached the twin, by the ordinal of one more.

        The one more asks no model, so it uses up no item of a script.
        """
        headers = {"x-api-key": self.api_key, "anthropic-version": "2023-06-01"}
        answer = self.tenant.plane.get("/v1/models", headers=headers, auth=None)
        assert answer.status_code == 200, answer.text
        self._probes.append(answer.headers["request-id"])
        probe = self._settled(lambda: self._entries(probes=True), len(self._probes))[-1]
        return int(probe["ordinal"]) + 1 - len(self._probes)

    def requests(self) -> list[dict[str, Any]]:
        """The journal's entries of all that have reached the twin, when the last one is over."""
        wanted = self.arrived()
        return self._settled(lambda: self._entries(probes=False), wanted)

    def _entries(self, *, probes: bool) -> list[dict[str, Any]]:
        """Those of the probes, or of all else, in the order of their arrival."""
        found = [
            entry
            for entry in self.tenant.journal()
            if entry["key"] == self.api_key_id and (entry["request"] in self._probes) == probes
        ]
        return sorted(found, key=lambda entry: int(entry["ordinal"]))

    def _settled(
        self, entries: Callable[[], list[dict[str, Any]]], wanted: int
    ) -> list[dict[str, Any]]:
        late = time.monotonic() + BOOKED_SECONDS
        while len(found := entries()) < wanted:
            assert time.monotonic() < late, f"{len(found)} of {wanted} requests are over"
            time.sleep(0.01)
        return found


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What a command of simtwin that ends by itself did."""
    return subprocess.run(
        [SIMTWIN, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=surroundings(environment),
    )


def surroundings(added: Mapping[str, str]) -> dict[str, str]:
    """The environment, without what sets options, and wide enough for tables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIMTWIN_")}
    return {**kept, "COLUMNS": "200", **added}

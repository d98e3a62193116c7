"""Rows of a table on one twin: a lane for each, and a key for each answer."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

import msgspec
from live.sdk_matrix import Case
from live.served import BOOKED_SECONDS, Key, Tenant


class Lanes:
    """Where each row is asked, and how often it was.

    Args:
        tenant: of a twin that has these rows alone.
    """

    def __init__(self, tenant: Tenant) -> None:
        self.served = tenant.served
        self._tenant = tenant
        self._keys: dict[bytes, Key] = {}

    def key(self, case: Case) -> Key:
        """One that answers what the row is to be answered, by its rules if it has any."""
        settings = {"replies": [case.reply], "rules": list(case.rules)}
        name = msgspec.json.encode(settings)
        if name not in self._keys:
            self._keys[name] = self._tenant.new_key()
            self._keys[name].set(**settings)
        return self._keys[name]

    def address(self, case: Case) -> str:
        """The base URL of a client that asks for this row alone."""
        return f"{self.served.base_url}/_lane/{case}"

    def arrived(self, cases: Sequence[Case]) -> Mapping[Case, int]:
        """How many requests of each row reached the twin: the ordinal of one more in its lane."""
        probes = {self._probe(case): case for case in cases}
        late = time.monotonic() + BOOKED_SECONDS
        while True:
            entries = [each for each in self._tenant.journal() if each["request"] in probes]
            if len(entries) == len(probes):
                return {probes[entry["request"]]: int(entry["ordinal"]) for entry in entries}
            assert time.monotonic() < late, "requests are not booked"

    def _probe(self, case: Case) -> str:
        """The id of a request that no fault of the row meets."""
        headers = {"x-api-key": self.key(case).api_key, "anthropic-version": "2023-06-01"}
        path = f"/_lane/{case}/v1/models"
        answer = self._tenant.plane.get(path, headers=headers, auth=None)
        assert answer.status_code == 200, answer.text
        return str(answer.headers["request-id"])

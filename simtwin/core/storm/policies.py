"""The policies by their names, and how they are written.

    NAME [(setting=value, ...)]      module:function, whatever it does

`sdk`, `sdk(retries=5)`, `full-jitter(cap_seconds=60, timeout_seconds=30)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from simtwin.core.fault import SettingsError
from simtwin.core.quote import quote
from simtwin.core.scanner import WORD, Scanner
from simtwin.core.storm.holding import Aimd, Breaker, Budget, Decorrelated
from simtwin.core.storm.policy import Policy, Retrying
from simtwin.core.storm.waits import Constant, FullJitter, NoBackoff, Sdk
from simtwin.core.tables import table_of

POLICIES: Mapping[str, type[Retrying]] = MappingProxyType(
    {
        "sdk": Sdk,
        "no-backoff": NoBackoff,
        "constant": Constant,
        "full-jitter": FullJitter,
        "decorrelated": Decorrelated,
        "budget": Budget,
        "aimd": Aimd,
        "breaker": Breaker,
    }
)

#: Enough for a policy with all of its settings.
LONGEST = 500

_FUNCTION = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_.]*")


def parse(text: str, found: Callable[[str], Policy]) -> list[tuple[str, Policy]]:
    """The policies that a list with commas names, each with its text.

    Args:
        text: the list.
        found: the policy that a function of somebody's own is, by `module:function`.

    Raises:
        SettingsError: one of them cannot be; in one line.
    """
    if len(text) > LONGEST:
        raise SettingsError(f"has at most {LONGEST} characters, not {len(text):,}")
    scanner = Scanner(text)
    policies = []
    while True:
        start = scanner.at
        policy = _policy(scanner, found)
        policies.append((scanner.text[start : scanner.at].strip(), policy))
        if scanner.done:
            return policies
        if not scanner.take(","):
            raise _wrong(scanner, "expected ',' or the end")


def _policy(scanner: Scanner, found: Callable[[str], Policy]) -> Policy:
    function = scanner.token(_FUNCTION)
    if function is not None:
        return found(function)
    name = scanner.token(WORD) or ""
    kind = POLICIES.get(name)
    if kind is None:
        known = f"{', '.join(POLICIES)}, module:function"
        if not name:
            raise _wrong(scanner, f"expected a policy ({known})")
        raise SettingsError(f"there is no policy {quote(name)}; there are {known}")
    policy: Any = table_of(kind, _settings(scanner) if scanner.take("(") else {}, name)
    return policy  # type: ignore[no-any-return]  # each of them is one


def _settings(scanner: Scanner) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    while not scanner.take(")"):
        if settings and not scanner.take(","):
            raise _wrong(scanner, "expected ',' or ')'")
        name = scanner.token(WORD)
        if name is None or not scanner.take("="):
            raise _wrong(scanner, "expected a setting, as in retries=5")
        if name in settings:
            raise SettingsError(f"{name} is given twice")
        try:
            settings[name] = scanner.value()
        except SettingsError:
            raise _wrong(scanner, "expected a number") from None
    return settings


def _wrong(scanner: Scanner, problem: str) -> SettingsError:
    rest = scanner.text[scanner.at :]
    return SettingsError(f"{problem} at {quote(rest)}" if rest else f"{problem} at its end")

"""What `POST /key/generate` of LiteLLM is asked for, checked.

As of LiteLLM 1.110.2 (`GenerateKeyRequest`). What the twin would have to hold a key to and does not
is refused by name, unless it is empty: a limit that is taken and not kept would be worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import attrs
import msgspec

from simtwin.api.gateways.litellm_errors import Problem, ProblemError
from simtwin.core import glob
from simtwin.core.allowance import Allowance
from simtwin.core.bounds import MOST, is_number
from simtwin.core.bucket import NS
from simtwin.core.quote import quote

#: As long as names are on the twin plane.
MOST_TEXT = 256
#: As many models as there are, many times over.
MOST_MODELS = 1_000
#: As much as a piece of feedback may bring along.
MOST_METADATA_BYTES = 4_096
#: LiteLLM's own least (`MINIMUM_CUSTOM_KEY_LENGTH`).
SHORTEST_KEY = 16

_DURATION = re.compile(r"([1-9][0-9]{0,8})(s|m|h|d|w|mo)", re.ASCII)
_SECONDS: Mapping[str, int] = MappingProxyType(
    {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "mo": 2_592_000}
)
_EVERY_MODEL = frozenset(("*", "all-proxy-models"))


@attrs.frozen
class KeyRequest:
    """A key as it is wanted: names, what it may use, until when. Names are LiteLLM's own.

    `spend` and `max_budget` are US dollars; durations are texts such as "30d".
    """

    key: str | None = attrs.field(default=None, repr=False)
    key_alias: str | None = None
    duration: str | None = None
    models: tuple[str, ...] = ()
    spend: float = 0.0
    max_budget: float | None = None
    budget_duration: str | None = None
    rpm_limit: int | None = None
    tpm_limit: int | None = None
    max_parallel_requests: int | None = None
    user_id: str | None = None
    team_id: str | None = None
    metadata: Mapping[str, Any] = attrs.field(factory=dict)
    blocked: bool | None = None

    @property
    def lifetime(self) -> float | None:
        """How long the key is good for, seconds; None is for good."""
        return None if self.duration is None else seconds(self.duration)

    def allows(self, model: str) -> bool:
        """Whether the key is for a model, by its name or a glob; none named are all."""
        return not self.models or any(
            allowed in _EVERY_MODEL
            or allowed == model
            or ("*" in allowed and glob.fits(allowed.removeprefix("anthropic/"), model))
            for allowed in self.models
        )

    def allowance(self, made: int) -> Allowance:
        """What a key that was made then (ns) may use."""
        window = None if self.budget_duration is None else seconds(self.budget_duration) * NS
        return Allowance(
            self.rpm_limit,
            self.tpm_limit,
            self.max_parallel_requests,
            self.max_budget,
            window,
            made,
            self.spend,
        )


def key_request(doc: Mapping[str, Any]) -> KeyRequest:
    """The key that a document asks for.

    Raises:
        ProblemError: a field of it cannot be, or is one that the twin does not hold keys to.
    """
    given: dict[str, Any] = {}
    for name, value in doc.items():
        read = _FIELDS.get(name)
        if value is None:
            continue
        if read is not None:
            given[name] = read(name, value)
        elif value and name not in _WITHOUT_EFFECT:
            raise _wrong(name, f"the twin holds no key to this; it knows {', '.join(_FIELDS)}")
    return KeyRequest(**given)


def seconds(duration: str) -> int:
    """A checked duration; a month is 30 days."""
    found = _DURATION.fullmatch(duration)
    assert found is not None, "it was checked"  # noqa: S101
    return int(found[1]) * _SECONDS[found[2]]


def _wrong(name: str, why: str) -> ProblemError:
    return ProblemError(Problem(400, "bad_request_error", f"{name}: {why}", name))


def _alias(name: str, value: object) -> str | None:
    """A name; one without a letter is none."""
    return _text(name, value) or None


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _wrong(name, f"must be text of at most {MOST_TEXT} characters, not {quote(value)}")
    return value


def _key(name: str, value: object) -> str:
    # What it is not is never quoted: it may be a key all the same.
    if not isinstance(value, str) or not value.startswith("sk-") or len(value) > MOST_TEXT:
        raise _wrong(name, "LiteLLM Virtual Key must start with 'sk-'")
    if len(value) < SHORTEST_KEY or not value.isascii() or not value.isprintable():
        raise _wrong(name, f"must be at least {SHORTEST_KEY} printable characters of ASCII")
    return value


def _duration(name: str, value: object) -> str:
    if not isinstance(value, str) or _DURATION.fullmatch(value) is None:
        raise _wrong(
            name,
            f"must be a number and one of {', '.join(_SECONDS)}, as in '30d', not {quote(value)}",
        )
    if seconds(value) > MOST:
        raise _wrong(name, f"must be at most {MOST:,} seconds, not {quote(value)}")
    return value


def _models(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MOST_MODELS:
        raise _wrong(name, f"must be a list of at most {MOST_MODELS:,} names, not {quote(value)}")
    return tuple(_text(name, each) for each in value)


def _dollars(name: str, value: Any) -> float:
    if not is_number(value) or not 0 <= value <= MOST:
        raise _wrong(name, f"must be a number of dollars from 0 to {MOST:,}, not {quote(value)}")
    return float(value)


def _whole(name: str, value: object) -> int:
    if type(value) is not int or not 0 <= value <= MOST:
        raise _wrong(name, f"must be a whole number from 0 to {MOST:,}, not {quote(value)}")
    return value


def _table(name: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong(name, f"must be an object, not {quote(value)}")
    if len(msgspec.json.encode(value)) > MOST_METADATA_BYTES:
        raise _wrong(name, f"must be at most {MOST_METADATA_BYTES:,} bytes of JSON")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _wrong(name, f"must be true or false, not {quote(value)}")
    return value


_FIELDS: Mapping[str, Callable[[str, Any], Any]] = MappingProxyType(
    {
        "key": _key,
        "key_alias": _alias,
        "duration": _duration,
        "models": _models,
        "spend": _dollars,
        "max_budget": _dollars,
        "budget_duration": _duration,
        "rpm_limit": _whole,
        "tpm_limit": _whole,
        "max_parallel_requests": _whole,
        "user_id": _text,
        "team_id": _text,
        "metadata": _table,
        "blocked": _flag,
    }
)
#: What changes nothing that a client under `/anthropic` could see.
_WITHOUT_EFFECT = frozenset(("key_type", "send_invite_email", "soft_budget", "tags"))

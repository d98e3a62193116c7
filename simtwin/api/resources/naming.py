"""Ids: what each sort begins with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from simtwin.core.chance import base58

#: By what a field or an argument of a path is called, without `_id`: from the examples and remarks in
#: the Python SDK 2.12.0. What is not here begins with its own name.
PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "agent": "agent",
        "api_key": "apikey",
        "bundle": "capp",
        "certificate": "tcrt",
        "credential": "vcrd",
        "deployment": "depl",
        "deployment_run": "drun",
        "destination": "tdst",
        "dream": "drm",
        "environment": "env",
        "event": "sevt",
        "external_key": "ekey",
        "federation_issuer": "fdis",
        "federation_rule": "fdrl",
        "file": "file",
        "issuer": "fdis",
        "marketplace": "marketplace",
        "memory": "mem",
        "memory_store": "memstore",
        "memory_version": "memver",
        "message_batch": "msgbatch",
        "outcome": "outc",
        "plugin": "plugin",
        "rate_limit": "rlg",
        "rbac_group": "rbac_group",
        "rbac_role": "rbac_role",
        "resource": "sesrsc",
        "served_version": "pluginver",
        "service_account": "svac",
        "signing_secret": "whsec",
        "session": "sesn",
        "session_thread": "sthr",
        "skill": "skill",
        "slack_channel": "slch",
        "slack_workspace": "slws",
        "spend_limit": "spl",
        "target": "btgt",
        "telemetry_destination": "tdst",
        "thread": "sthr",
        "tool_use": "toolu",
        "tunnel": "tnl",
        "user": "user",
        "user_profile": "uprof",
        "vault": "vlt",
        "version": "pluginver",
        "webhook_endpoint": "whe",
        "work": "work",
        "workspace": "wrkspc",
    }
)


def prefix(name: str) -> str:
    """What ids begin with that are called `name`: of a field, an argument, or a collection."""
    word = name.strip("{}").removesuffix("_id")
    if word not in PREFIXES and word.endswith("s"):
        word = f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
    return PREFIXES.get(word, word)


def made_id(name: str, chance: str) -> str:
    """An id of what is called `name`, which depends on `chance` alone."""
    return f"{prefix(name)}_01{base58(chance, 22)}"

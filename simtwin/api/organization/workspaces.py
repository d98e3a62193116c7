"""The workspaces of an organization (Python SDK 2.12.0, `resources/organization/workspaces`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import invalid
from simtwin.api.organization.organization import (
    Call,
    Doc,
    Operation,
    Organization,
    missing,
    newest,
)
from simtwin.api.pages import by_ids
from simtwin.api.request.phrases import NOT_A
from simtwin.api.request.shape.check import Array, Check, Maybe, literal, matching, sized
from simtwin.api.request.shape.record import Record
from simtwin.api.timestamp import timestamp

#: "You can have up to 100 workspaces per organization" (docs, workspaces, 2026-08).
MOST = 100
#: Tags are bounded as the names of them are.
MOST_TAGS = 50

_DEFAULT_COLOR = "#6C5BB9"


def _tags(*, cleared: bool) -> Check:
    """Texts by name; `null` clears one, where there is something to clear."""
    name, value = sized(1, 128), sized(0, 256)
    of_value = Maybe(value) if cleared else value

    def check(given: Any) -> str | None:
        if type(given) is not dict:
            return f": {NOT_A[dict]}"
        if len(given) > MOST_TAGS:
            return f": at most {MOST_TAGS} tags are allowed"
        for tag, text in given.items():
            if tag.startswith("anthropic"):
                return f": Tag keys may not begin with 'anthropic': {tag[:128]}"
            fault = name(tag) or of_value(text)
            if fault is not None:
                return f".{tag[:128]}{fault}"
        return None

    return check


def _geos(given: Any) -> str | None:
    several = Array(literal("global", "us"), 2)
    return None if given == "unrestricted" else several(given)


_RESIDENCY: Mapping[str, Check] = {
    "allowed_inference_geos": Maybe(_geos),
    "default_inference_geo": Maybe(literal("global", "us")),
}
_NAME = sized(1, 40)
_COLOR = matching(r"^#[0-9a-fA-F]{6}$")
_ID = sized(1, 100)
_CREATE = Record(
    {"name": _NAME},
    {
        "data_residency": Maybe(Record({}, {**_RESIDENCY, "workspace_geo": Maybe(literal("us"))})),
        "display_color": Maybe(_COLOR),
        "external_key_id": Maybe(_ID),
        "tags": Maybe(_tags(cleared=False)),
        "user_profile_id": Maybe(_ID),
    },
)
_UPDATE = Record(
    {},
    {
        "name": _NAME,
        "data_residency": Maybe(Record({}, _RESIDENCY)),
        "display_color": _COLOR,
        "external_key_id": _ID,
        "tags": Maybe(_tags(cleared=True)),
        "user_profile_id": _ID,
    },
)


def created(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One more workspace."""
    body = call.checked(_CREATE)
    if sum(each["archived_at"] is None for each in organization.workspaces.values()) >= MOST:
        raise invalid(f"An organization can have at most {MOST} workspaces")
    if len(organization.workspaces) >= 10 * MOST:
        raise invalid("The organization has too many archived workspaces")
    made = {
        **_workspace(call.new_id("wrkspc_01"), body["name"], call.at),
        **{name: body[name] for name in _SIMPLE if body.get(name) is not None},
        "tags": dict(body.get("tags") or {}),
    }
    made["data_residency"] = {**made["data_residency"], **_given(body.get("data_residency"))}
    after = {**organization.workspaces, made["id"]: made}
    return attrs.evolve(organization, workspaces=after), made


def listed(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """A page of workspaces, newest first; archived ones and the default one where asked for."""
    query, ids = call.query, call.query.every("ids")
    archived = query.truth("include_archived")
    found = [
        each for each in newest(organization.workspaces) if archived or each["archived_at"] is None
    ]
    if query.truth("include_default"):
        found.append(default(call))
    return organization, by_ids([each for each in found if not ids or each["id"] in ids], query)


def retrieved(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One workspace."""
    return organization, one(organization, call)


def updated(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One workspace with other fields; what is left out stays."""
    was = _changeable(organization, call)
    body = call.checked(_UPDATE)
    key = body.get("external_key_id")
    if key is not None and was["external_key_id"] not in (None, key):
        raise invalid("external_key_id: cannot be changed once it is set")
    tags = {**was["tags"], **(body.get("tags") or {})}
    now = {
        **was,
        **{name: body[name] for name in ("name", *_SIMPLE) if name in body},
        "tags": {name: text for name, text in tags.items() if text is not None},
        "data_residency": {**was["data_residency"], **_given(body.get("data_residency"))},
    }
    after = {**organization.workspaces, was["id"]: now}
    return attrs.evolve(organization, workspaces=after), now


def archived(organization: Organization, call: Call) -> tuple[Organization, Doc]:
    """One workspace that is no more: its keys are archived with it, by whoever keeps them."""
    was = _changeable(organization, call)
    now = {**was, "archived_at": timestamp(call.at)}
    after = {**organization.workspaces, was["id"]: now}
    return attrs.evolve(organization, workspaces=after), now


def one(organization: Organization, call: Call) -> Doc:
    """The workspace of the path, the default one too.

    Raises:
        Rejected: there is none.
    """
    wanted = call.arguments["workspace_id"]
    if wanted == call.founded.default_workspace:
        return default(call)
    found = organization.workspaces.get(wanted)
    if found is None:
        raise missing("Workspace")
    return found


def active(organization: Organization, call: Call) -> Doc:
    """The workspace of the path, where it is not archived.

    Raises:
        Rejected: there is none, or it is archived.
    """
    found = one(organization, call)
    if found["archived_at"] is not None:
        raise invalid("The workspace is archived")
    return found


def default(call: Call) -> Doc:
    """The workspace that every organization has."""
    return _workspace(call.founded.default_workspace, "Default", call.founded.at)


def _changeable(organization: Organization, call: Call) -> Doc:
    found = active(organization, call)
    if found["id"] == call.founded.default_workspace:
        raise invalid("The default workspace cannot be changed or archived")
    return found


def _workspace(id_: str, name: str, at: float) -> dict[str, Any]:
    """A workspace (SDK 2.12.0, `types/organization/workspace.py`)."""
    return {
        "id": id_,
        "type": "workspace",
        "name": name,
        "created_at": timestamp(at),
        "archived_at": None,
        "display_color": _DEFAULT_COLOR,
        "compartment_id": f"cmprt_{id_.removeprefix('wrkspc_')}",
        "data_residency": {
            "workspace_geo": "us",
            "default_inference_geo": "global",
            "allowed_inference_geos": "unrestricted",
        },
        "external_key_id": None,
        "user_profile_id": None,
        "tags": {},
    }


_SIMPLE = ("display_color", "external_key_id", "user_profile_id")


def _given(residency: Doc | None) -> dict[str, Any]:
    return {name: value for name, value in (residency or {}).items() if value is not None}


WORKSPACES: Mapping[str, Operation] = {
    "workspaces": listed,
    "workspaces_create": created,
    "workspaces_retrieve": retrieved,
    "workspaces_update": updated,
    "workspaces_archive": archived,
}

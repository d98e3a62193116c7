"""Shapes that an earlier beta had, which its name in `anthropic-beta` still asks for.

From the types of the Python SDK 0.121.0 (2026-08-07): `types/beta/skill_retrieve_response.py`,
`types/beta/skills/version_retrieve_response.py`, `types/beta/beta_user_profile.py`.
"""

from __future__ import annotations

from collections.abc import Mapping

from resource_schemas import Schema, Schemas

_SKILLS, _PROFILES = "skills-2025-10-02", "user-profiles-2026-03-24"
_TEXT: Schema = ["null", "str"]
#: By collection: the name of the beta, and the fields of what is in it.
_EARLIER: Mapping[str, tuple[str, dict[str, Schema]]] = {
    "/v1/skills": (
        _SKILLS,
        {
            "id": "str",
            "created_at": "time",
            "display_title": _TEXT,
            "latest_version": _TEXT,
            "source": ["lit", "custom", "anthropic"],
            "type": ["lit", "skill"],
            "updated_at": "time",
        },
    ),
    "/v1/skills/{skill_id}/versions": (
        _SKILLS,
        {
            "id": "str",
            "created_at": "time",
            "description": "str",
            "directory": "str",
            "name": "str",
            "skill_id": "str",
            "type": ["lit", "skill_version"],
            "version": "str",
        },
    ),
    "/v1/user_profiles": (
        _PROFILES,
        {
            "id": "str",
            "created_at": "time",
            "metadata": ["map", "str"],
            "relationship": ["lit", "external", "resold", "internal"],
            "trust_grants": ["map", "any"],
            "type": ["lit", "user_profile"],
            "updated_at": "time",
            "external_id": _TEXT,
            "name": _TEXT,
        },
    ),
}


def earlier(path: str, kind: str, schemas: Schemas) -> dict[str, Schema]:
    """The other response of a route, by the name that asks for it; empty where it never had one."""
    if kind in ("retrieve", "update"):
        path = path.rpartition("/")[0]
    elif kind not in ("create", "list"):
        return {}
    if path not in _EARLIER:
        return {}
    beta, fields = _EARLIER[path]
    return {beta: schemas.kept(fields)}

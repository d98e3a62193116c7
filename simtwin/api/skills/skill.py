"""One skill and its versions, and how they are shown.

Python SDK 2.12.0, `types/skill.py` and `types/skills/skill_version.py`; under the beta of 2025-10-02
as the SDK 0.121.0 has them, `types/beta/skill_retrieve_response.py` and its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.timestamp import timestamp

#: The beta whose shapes differ from those of today.
BETA = "skills-2025-10-02"

Doc = Mapping[str, Any]


@attrs.frozen
class Version:
    """One version of a skill; its files, zipped, are in the blob of its id.

    Args:
        id: `skillver_…`.
        number: what the beta calls it by: microseconds since 1970 for one that was made.
        name: as its SKILL.md says.
        description: likewise.
        directory: the folder that its files are in.
        at: when it was made, Unix time in seconds.
    """

    id: str
    number: str
    name: str
    description: str
    directory: str
    at: float

    @property
    def blob(self) -> str:
        """What its files are kept under."""
        return f"skills/{self.id}.zip"

    def doc(self, skill: Skill, *, beta: bool) -> Doc:
        """As it is shown."""
        shown = {
            "id": self.id,
            "type": "skill_version",
            "skill_id": skill.id,
            "name": self.name,
            "description": self.description,
            "created_at": timestamp(self.at),
        }
        return {**shown, "directory": self.directory, "version": self.number} if beta else shown


@attrs.frozen
class Skill:
    """A skill.

    Args:
        id: `skill_…`, or a plain word for one that everybody has.
        title: what it is called.
        at: when it was made, Unix time in seconds.
        changed_at: when it last got or lost a version, likewise.
        versions: oldest first.
        source: `custom`, or `anthropic` for one that everybody has.
    """

    id: str
    title: str
    at: float
    changed_at: float
    versions: tuple[Version, ...]
    source: str = "custom"

    @property
    def latest(self) -> Version | None:
        """The newest version; None where all were deleted."""
        return self.versions[-1] if self.versions else None

    def version(self, name: str) -> Version | None:
        """The version of an id or a number; `latest` is the newest."""
        if name == "latest":
            return self.latest
        return next((each for each in self.versions if name in (each.id, each.number)), None)

    def doc(self, *, beta: bool) -> Doc:
        """As it is shown."""
        latest = self.latest
        shown: dict[str, Any] = {
            "id": self.id,
            "type": "skill",
            "created_at": timestamp(self.at),
            "updated_at": timestamp(self.changed_at),
        }
        if beta:
            return {
                **shown,
                "display_title": self.title,
                "latest_version": None if latest is None else latest.number,
                "source": self.source,
            }
        return {
            **shown,
            "display_name": self.title,
            "latest_version_id": "" if latest is None else latest.id,
            "source": {"type": self.source},
        }


# 2025-10-13, the version that the docs name (Agent Skills, 2026-08).
_AT = 1_760_313_600.0


def _everybodys(id_: str, title: str, description: str) -> Skill:
    version = Version(f"skillver_{id_}", "20251013", id_, description, id_, _AT)
    return Skill(id_, title, _AT, _AT, (version,), source="anthropic")


#: "pptx, xlsx, docx, pdf" (docs, Agent Skills, 2026-08).
EVERYBODYS: Mapping[str, Skill] = {
    skill.id: skill
    for skill in (
        _everybodys("pptx", "PowerPoint", "Makes and edits presentations."),
        _everybodys("xlsx", "Excel", "Makes and edits spreadsheets."),
        _everybodys("docx", "Word", "Makes and edits documents."),
        _everybodys("pdf", "PDF", "Makes PDF documents."),
    )
}

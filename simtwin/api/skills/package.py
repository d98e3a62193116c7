"""The files that a version of a skill is made of: what they must be (docs, Agent Skills, 2026-08)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import attrs

from simtwin.api.errors import invalid

#: "Total upload size must be under 30 MB" (likewise).
MOST_BYTES = 30 * 1024 * 1024
#: The file that says what a skill is.
ABOUT = "SKILL.md"
#: As much of it as is read.
MOST_ABOUT_BYTES = 1024 * 1024

_NAME = re.compile(r"[a-z0-9-]{1,64}")
_MOST_DESCRIPTION = 1024
_FENCE = "---"


@attrs.frozen
class About:
    """What a SKILL.md says: `name` and `description`."""

    name: str
    description: str


def directory(paths: Sequence[str]) -> str:
    """The folder that all files are in.

    Args:
        paths: of the files, as they were sent.

    Raises:
        Rejected: a 400 where they are not in one folder with a SKILL.md, or leave it.
    """
    if not paths:
        raise invalid("files: Field required")
    folders = set()
    for path in paths:
        parts = path.split("/")
        if len(parts) < 2 or any(part in ("", ".", "..") for part in parts) or "\\" in path:
            raise invalid("files: All files must be in one top-level directory")
        folders.add(parts[0])
    if len(folders) != 1:
        raise invalid("files: All files must be in the same top-level directory")
    (folder,) = folders
    if f"{folder}/{ABOUT}" not in paths:
        raise invalid(f"files: {ABOUT} must be in the top-level directory")
    if len(set(paths)) != len(paths):
        raise invalid("files: Every file must have a path of its own")
    return folder


def front_matter(text: str) -> str:
    """The YAML at the beginning of a SKILL.md, between two lines of dashes.

    Raises:
        Rejected: a 400 where there is none.
    """
    lines = text.splitlines()
    if lines and lines[0].strip() == _FENCE:
        for place, line in enumerate(lines[1:], 1):
            if line.strip() == _FENCE:
                return "\n".join(lines[1:place])
    raise invalid(f"{ABOUT} must start with YAML frontmatter (---)")


def about(said: object) -> About:
    """What a SKILL.md says, from its front matter once that was read.

    Raises:
        Rejected: a 400 where something is missing, or will not do.
    """
    table: Mapping[object, object] = said if isinstance(said, Mapping) else {}
    name, description = table.get("name"), table.get("description")
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise invalid(
            f"{ABOUT}: name must have 1 to 64 lower-case letters, digits and hyphens alone"
        )
    if "anthropic" in name or "claude" in name:
        raise invalid(f"{ABOUT}: name cannot contain the reserved words 'anthropic' and 'claude'")
    if not isinstance(description, str) or not 0 < len(description) <= _MOST_DESCRIPTION:
        raise invalid(f"{ABOUT}: description must have 1 to {_MOST_DESCRIPTION} characters")
    return About(name, description)

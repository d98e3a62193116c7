"""What can be asked of the skills of an organization."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from simtwin.api.errors import ApiError, Rejected, invalid
from simtwin.api.holdings import Holdings
from simtwin.api.pages import Query, by_cursor
from simtwin.api.skills.skill import EVERYBODYS, Skill, Version

#: Of an organization, and of one skill.
MOST_SKILLS, MOST_VERSIONS = 1_000, 100

Doc = Mapping[str, Any]


def add(holdings: Holdings, now: int, *, skill: Skill) -> tuple[Holdings, ApiError | None]:
    """One more skill, whose title no other has."""
    del now
    if any(each.title == skill.title for each in holdings.skills.values()):
        return holdings, ApiError.of(
            400, f"Skill cannot reuse an existing display_title: {skill.title}"
        )
    if len(holdings.skills) >= MOST_SKILLS:
        return holdings, ApiError.of(400, f"An organization can have {MOST_SKILLS:,} skills")
    return _with(holdings, skill), None


def add_version(
    holdings: Holdings, now: int, *, id_: str, version: Version
) -> tuple[Holdings, Skill | ApiError]:
    """One more version of a skill."""
    del now
    try:
        skill = _own(holdings, id_)
    except Rejected as rejected:
        return holdings, rejected.error
    if len(skill.versions) >= MOST_VERSIONS:
        return holdings, ApiError.of(400, f"A skill can have {MOST_VERSIONS} versions")
    more = attrs.evolve(skill, versions=(*skill.versions, version), changed_at=version.at)
    return _with(holdings, more), more


def remove_version(
    holdings: Holdings, now: int, *, id_: str, name: str, at: float
) -> tuple[Holdings, Version | ApiError]:
    """One version of a skill less."""
    del now
    try:
        skill = _own(holdings, id_)
        version = version_of(skill, name)
    except Rejected as rejected:
        return holdings, rejected.error
    left = tuple(each for each in skill.versions if each.id != version.id)
    return _with(holdings, attrs.evolve(skill, versions=left, changed_at=at)), version


def remove(holdings: Holdings, now: int, *, id_: str) -> tuple[Holdings, Skill | ApiError]:
    """One skill less, once it has no version any more."""
    del now
    try:
        skill = _own(holdings, id_)
    except Rejected as rejected:
        return holdings, rejected.error
    if skill.versions:
        # "To delete a Skill, you must first delete all its versions" (docs, 2026-08).
        return holdings, ApiError.of(400, "Cannot delete skill with existing versions")
    left = {other: each for other, each in holdings.skills.items() if other != id_}
    return attrs.evolve(holdings, skills=left), skill


def one(holdings: Holdings, id_: str) -> Skill:
    """The skill of an id, of the organization or of everybody.

    Raises:
        Rejected: there is none.
    """
    skill = holdings.skills.get(id_) or EVERYBODYS.get(id_)
    if skill is None:
        raise Rejected(ApiError.of(404, f"Skill not found: {id_}"))
    return skill


def version_of(skill: Skill, name: str) -> Version:
    """The version of a skill by its id or number.

    Raises:
        Rejected: there is none.
    """
    version = skill.version(name)
    if version is None:
        raise Rejected(ApiError.of(404, f"Skill version not found: {name}"))
    return version


def page(holdings: Holdings, query: Query, *, beta: bool) -> Doc:
    """A page of skills, newest first, those of everybody last; of one source where asked for.

    Raises:
        Rejected: a 400 for a query that cannot be.
    """
    wanted = query.one_of("source", ("custom", "anthropic"))
    found = [*[*holdings.skills.values()][::-1], *EVERYBODYS.values()]
    shown = [each.doc(beta=beta) for each in found if wanted in (None, each.source)]
    return paged(shown, query, beta=beta)


def paged(shown: list[Doc], query: Query, *, beta: bool) -> Doc:
    """A page of a list; the beta says as well whether there is more."""
    page = by_cursor(shown, query)
    return {**page, "has_more": page["next_page"] is not None} if beta else page


def _own(holdings: Holdings, id_: str) -> Skill:
    skill = one(holdings, id_)
    if skill.source != "custom":
        raise invalid(f"Skill cannot be changed: {id_}")
    return skill


def _with(holdings: Holdings, skill: Skill) -> Holdings:
    return attrs.evolve(holdings, skills={**holdings.skills, skill.id: skill})

"""What an organization has made through the API, and the API keeps for it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.api.batches.batch import Batch
from simtwin.api.files.file import File
from simtwin.api.organization.organization import Organization
from simtwin.api.resources.shelves import Shelves
from simtwin.api.skills.skill import Skill


@attrs.frozen
class Holdings:
    """The state of one organization beside its limits: a field for each sort of thing it makes.

    A reset does not empty it: like keys and settings it was made on purpose.

    Args:
        organization: people, workspaces, and what limits those have.
        shelves: the resources of the long tail.
        batches: its message batches by id, the oldest first.
        files: those that were uploaded, by id, oldest first.
        uploaded: whether any ever was: from then on ids of files are looked up.
        skills: those that it made, by id, oldest first.
    """

    organization: Organization = attrs.field(factory=Organization)
    shelves: Shelves = attrs.field(factory=Shelves)
    batches: Mapping[str, Batch] = attrs.field(factory=dict)
    files: Mapping[str, File] = attrs.field(factory=dict)
    uploaded: bool = False
    skills: Mapping[str, Skill] = attrs.field(factory=dict)

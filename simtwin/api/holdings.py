"""What an organization has made through the API, and the API keeps for it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from simtwin.api.batches.batch import Batch
from simtwin.api.organization.organization import Organization
from simtwin.api.resources.shelves import Shelves


@attrs.frozen
class Holdings:
    """The state of one organization beside its limits: a field for each sort of thing it makes.

    A reset does not empty it: like keys and settings it was made on purpose.

    Args:
        organization: people, workspaces, and what limits those have.
        shelves: the resources of the long tail.
        batches: its message batches by id, the oldest first.
    """

    organization: Organization = attrs.field(factory=Organization)
    shelves: Shelves = attrs.field(factory=Shelves)
    batches: Mapping[str, Batch] = attrs.field(factory=dict)

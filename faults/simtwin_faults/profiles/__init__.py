"""Ready-made profiles: what happens when, and what a good client does then."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files


def texts() -> Mapping[str, str]:
    """The TOML text of each profile that comes with simtwin, by its name, in alphabetical order."""
    found = {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in files(__name__).iterdir()
        if entry.name.endswith(".toml")
    }
    return dict(sorted(found.items()))

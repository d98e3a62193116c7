"""What there is, as tables for a terminal: the kinds of fault and the profiles."""

from __future__ import annotations

import inspect
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from simtwin.core.fault import Setting, settings_of
from simtwin.core.profile import parse
from simtwin_faults import all_kinds
from simtwin_faults.profiles import texts


def show_faults() -> None:
    """Print every kind with what it does and its settings."""
    table = Table("kind", "what it does", "settings", title="Kinds of fault")
    for name, kind in all_kinds().items():
        settings = "\n".join(described(setting) for setting in settings_of(kind))
        table.add_row(name, summary(kind), settings, end_section=True)
    Console().print(table)


def show_profiles() -> None:
    """Print every profile that comes with the package."""
    first = Column("profile", no_wrap=True)
    table = Table(first, "what happens", "what a good client does", title="Profiles")
    kinds = all_kinds()
    for name, text in texts().items():
        profile = parse(text, name, kinds)
        table.add_row(name, profile.summary, profile.good_client, end_section=True)
    Console().print(table)


def described(setting: Setting) -> str:
    """A setting in a line: its name, what it takes, its default."""
    if setting.required:
        return f"{setting.name}: {setting.type}, required"
    if setting.default is None:
        return f"{setting.name}: {setting.type}"
    return f"{setting.name}: {setting.type}, default {setting.default}"


def summary(kind: type[Any]) -> str:
    """The first sentence of a kind's docstring."""
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")

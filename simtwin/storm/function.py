"""A policy that is a function of the caller's own, by `module:function`."""

from __future__ import annotations

import sys
from importlib import import_module

from simtwin.core.fault import SettingsError
from simtwin.core.storm.policy import Given


def function(name: str) -> Given:
    """The policy; modules are looked for in the current directory as well, as by `python -m`.

    Raises:
        SettingsError: there is no such function, or its module cannot be imported.
    """
    module, _, path = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = import_module(module)
    except Exception as error:
        words = f"{module} cannot be imported: {type(error).__name__}: {error}"
        raise SettingsError(words) from error
    for part in path.split("."):
        found = getattr(found, part, None)  # type: ignore[assignment]  # a module first, then what is in it
    if not callable(found):
        raise SettingsError(f"{module} has no function {path}")
    return Given(name, found)

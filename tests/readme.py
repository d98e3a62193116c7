"""The programs that stand in the README, each under the name of its file."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
_NAME = re.compile(r"# (\w+\.py)")


def examples() -> dict[str, str]:
    """The code under each name."""
    found: dict[str, str] = {}
    name = None
    for line in README.read_text().splitlines():
        code = line.removeprefix("    ") if line.startswith("    ") or not line else None
        if code is None or code.startswith("$ "):
            name = None
        elif named := _NAME.fullmatch(code):
            name = named[1]
            found[name] = ""
        elif name is not None:
            found[name] += code + "\n"
    return {name: textwrap.dedent(code) for name, code in found.items()}

"""The README's tests are copied from it, and pass."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

# See tests/live/test_pytest_plugin.py.
import simtwin.testing.network
import simtwin.testing.strategies  # noqa: F401  # the above

pytest_plugins = ("pytester",)

README = Path(__file__).parent.parent.parent / "README.md"


def examples() -> dict[str, str]:
    """The code that stands under the name of a file, by that name."""
    found: dict[str, str] = {}
    name = None
    for line in README.read_text().splitlines():
        code = line.removeprefix("    ") if line.startswith("    ") or not line else None
        if code is None:
            name = None
        elif code.startswith("# test_"):
            name = code.removeprefix("# ")
            found[name] = ""
        elif name is not None:
            found[name] += code + "\n"
    return {name: textwrap.dedent(code) for name, code in found.items()}


def test_the_tests_of_the_readme_pass(pytester: pytest.Pytester) -> None:
    files = examples()
    assert files.keys() == {"test_retries.py", "test_streams.py", "test_properties.py"}
    for name, code in files.items():
        (pytester.path / name).write_text(code)

    result = pytester.runpytest_inprocess("-p", "no:randomly", "-n", "0")

    result.assert_outcomes(passed=3)

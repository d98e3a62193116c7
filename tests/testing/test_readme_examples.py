"""The README's tests are copied from it, and pass."""

from __future__ import annotations

import pytest
from readme import examples

# See tests/live/test_pytest_plugin.py.
import simtwin.testing.network
import simtwin.testing.strategies  # noqa: F401  # the above

pytest_plugins = ("pytester",)


def test_the_tests_of_the_readme_pass(pytester: pytest.Pytester) -> None:
    files = {name: code for name, code in examples().items() if name.startswith("test_")}
    assert files.keys() == {"test_retries.py", "test_streams.py", "test_properties.py"}
    for name, code in files.items():
        (pytester.path / name).write_text(code)

    result = pytester.runpytest_inprocess("-p", "no:randomly", "-n", "0")

    result.assert_outcomes(passed=3)

"""Who may import whom: the pure rooms know nothing of clocks, sockets and chance."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = {"attrs", "msgspec"}
# Room -> the rooms and packages that it may import beside the standard library.
ALLOWED = {
    "simtwin/core": {"simtwin.core", *PURE},
    "simtwin/api": {"simtwin.core", "simtwin.api", *PURE},
    "faults/simtwin_faults": {"simtwin.core", "simtwin.api.errors", "simtwin_faults", *PURE},
    "simtwin/actors": {
        "simtwin.core",
        "simtwin.api",
        "simtwin.actors",
        "simtwin_faults",
        "trio",
        *PURE,
    },
    "simtwin/verdicts": {"simtwin.core", "simtwin.verdicts", *PURE},
    "simtwin/store": {"simtwin.core", "simtwin.store", "trio", *PURE},
    "simtwin/chaos": {
        "simtwin",
        "trio",
        "click",
        "rich",
        "junitparser",
        *PURE,
    },
    # Its page is built like that of a report.
    "simtwin/storm": {
        "simtwin.core",
        "simtwin.storm",
        "simtwin.chaos.report.axis",
        "simtwin.chaos.report.elements",
        "simtwin.chaos.report.plain",
        "click",
        *PURE,
    },
    "simtwin/edge": {
        "simtwin",
        "simtwin_faults",
        "trio",
        "hypercorn",
        "h11",
        "h2",
        "hyperframe",
        "priority",
        "trustme",
        "quart",
        "quart_trio",
        "werkzeug",
        "click",
        "yaml",
        *PURE,
    },
}
#: What a pure room may not touch: clocks, the system, the network, tasks, and unseeded chance.
IMPURE = {
    "time",
    "datetime.now",
    "socket",
    "os",
    "subprocess",
    "threading",
    "asyncio",
    "secrets",
}
PURE_ROOMS = ("simtwin/core", "simtwin/api", "simtwin/verdicts", "faults/simtwin_faults")
#: `simtwin_faults` reads its own profiles and what other packages bring, when it is asked to.
READS_PACKAGES = {
    "faults/simtwin_faults/profiles/__init__.py",
    "faults/simtwin_faults/third_party.py",
}


def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, with the names taken from them where those are modules."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} imports relatively"
            assert node.module is not None
            yield node.module


def within(module: str, allowed: set[str]) -> bool:
    return any(module == name or module.startswith(f"{name}.") for name in allowed)


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_imports_only_what_stands_below_it(room: str) -> None:
    strangers = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(room)
        for module in imports(path)
        if module.split(".")[0] not in sys.stdlib_module_names and not within(module, ALLOWED[room])
    }

    assert files(room)
    assert strangers == set()


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_has_no_clock_no_system_and_no_tasks(room: str) -> None:
    impure = {
        f"{path.relative_to(ROOT)} imports {module}"
        for path in files(room)
        if str(path.relative_to(ROOT)) not in READS_PACKAGES
        for module in imports(path)
        if within(module, IMPURE)
    }

    assert impure == set()


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_a_pure_room_draws_from_no_generator_but_its_own(room: str) -> None:
    """`random.Random` is a value made of a seed; `random.random` is the whole process's."""
    shared = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(room)
        for node in ast.walk(ast.parse(path.read_text()))
        if (
            isinstance(node, ast.ImportFrom)
            and node.module == "random"
            and [alias.name for alias in node.names] != ["Random"]
        )
        or (isinstance(node, ast.Import) and "random" in [alias.name for alias in node.names])
    }

    assert shared == set()


def test_a_pure_room_has_no_coroutines() -> None:
    coroutines = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for room in PURE_ROOMS
        for path in files(room)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.AsyncFunctionDef)
    }

    assert coroutines == set()


def test_the_server_imports_no_sdk() -> None:
    """Users have their own version of it; only the test tools and the demo bring one."""
    rooms = ("simtwin/core", "simtwin/api", "simtwin/actors", "simtwin/store", "simtwin/edge")
    sdk = {"anthropic", "httpx", "httpx2", "httpcore2", "hypothesis", "pytest"}

    found = {
        f"{path.relative_to(ROOT)} imports {module}"
        for room in rooms
        for path in files(room)
        for module in imports(path)
        if within(module, sdk)
    }

    assert found == set()


def test_hypercorns_inside_is_known_to_few_files() -> None:
    known = {
        path.name
        for path in files("simtwin")
        for module in imports(path)
        if within(module, {"hypercorn"})
    }

    assert known == {"connection.py", "choice.py", "protocol.py"}


def test_the_clock_is_read_in_few_files() -> None:
    """`now` is an argument; those who know the time are the actors, the edge and the tests."""
    readers = {
        str(path.relative_to(ROOT))
        for path in files("simtwin")
        if "current_time()" in path.read_text()
    }

    rooms = ("simtwin/actors/", "simtwin/edge/", "simtwin/testing/clock.py")
    assert all(name.startswith(rooms) for name in readers), readers

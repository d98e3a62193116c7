"""Who may import whom: the pure rooms know nothing of clocks, sockets and chance."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = {"attrs", "msgspec"}
#: Room -> the rooms and packages that it may import beside the standard library; rooms inside it
#: may import the same.
ALLOWED = {
    # The mechanics know neither the API nor who asks; a storm is the same mechanics, many times.
    "simtwin/core": {"simtwin.core", *PURE},
    # The language of the API, of what stands in front of it (gateways) and of what it keeps for
    # people (files, skills, batches, organizations): all of it says what, and does nothing.
    "simtwin/api": {"simtwin.core", "simtwin.api", *PURE},
    # A fault rewrites a plan; some of them say an error, in the API's words.
    "faults/simtwin_faults": {"simtwin.core", "simtwin.api.errors", "simtwin_faults", *PURE},
    # One owner for each piece of state. What the state is, is for whoever makes the actor to say.
    "simtwin/actors": {"simtwin.core", "simtwin.actors", "trio", *PURE},
    # A rule looks at a journal, wherever that is from.
    "simtwin/verdicts": {"simtwin.core", "simtwin.verdicts", *PURE},
    # Records and files: of whom, and not what for.
    "simtwin/store": {"simtwin.core", "simtwin.store", "trio", *PURE},
    # The only room that knows sockets; it puts the others together. Nobody below looks up to it,
    # and it looks up to no command.
    "simtwin/edge": {
        "simtwin.core",
        "simtwin.api",
        "simtwin.actors",
        "simtwin.store",
        "simtwin.verdicts",
        "simtwin.edge",
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
    # Runs commands against a twin that it serves itself (edge), and judges what they did; run,
    # explore and shrink share trials and the looks of reports.
    "simtwin/chaos": {
        "simtwin.core",
        "simtwin.api",
        "simtwin.edge",
        "simtwin.verdicts",
        "simtwin.chaos",
        # What several commands have of the same options.
        "simtwin.failing",
        "simtwin.seeding",
        "simtwin.serving",
        "trio",
        "click",
        "rich",
        "junitparser",
        *PURE,
    },
    # No twin runs in it: it reckons. Its page is built like that of a report.
    "simtwin/storm": {
        "simtwin.core",
        "simtwin.storm",
        "simtwin.chaos.report.axis",
        "simtwin.chaos.report.elements",
        "simtwin.chaos.report.plain",
        "simtwin.seeding",
        "click",
        *PURE,
    },
    # The twin inside a test: the edge over memory, and the clients that users bring.
    "simtwin/testing": {
        "simtwin.core",
        "simtwin.edge",
        "simtwin.store",
        "simtwin.verdicts",
        "simtwin.testing",
        "simtwin_faults",
        "trio",
        "outcome",
        "anthropic",
        "openai",
        "httpcore2",
        "httpx2",
        "hypothesis",
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


@cache
def files(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


@cache
def found_in(path: Path) -> list[ast.Import | ast.ImportFrom | ast.AsyncFunctionDef]:
    """What is asked about of a file; to read one takes far longer than to ask."""
    kinds = (ast.Import, ast.ImportFrom, ast.AsyncFunctionDef)
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def imports(path: Path) -> Iterator[str]:
    """The modules that a file imports, with the names taken from them where those are modules."""
    for node in found_in(path):
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
        # Of the package itself a room may know the version.
        if module.split(".")[0] not in sys.stdlib_module_names
        and module != "simtwin"
        and not within(module, ALLOWED[room])
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
        for node in found_in(path)
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
        for node in found_in(path)
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

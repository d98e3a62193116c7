"""The pytest plugin: fixtures `simtwin` and `virtual_simtwin`, and the marker for both.

    @pytest.mark.simtwin("429(retry_after=2)*2; ok")
    def test_patience(simtwin):
        my_program()                        # finds the twin by its environment
        assert len(simtwin.attempts) == 3

Every pytest run of a machine imports this module: what costs time is imported by those who use it.
"""

from __future__ import annotations

import inspect
import os
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import ExitStack
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simtwin.testing.handle import Handle
    from simtwin.testing.live_server import LiveServer
    from simtwin.testing.live_twin import LiveTwin
    from simtwin.testing.virtual_twin import VirtualTwin

_MARKER = (
    "simtwin(script=None, *, profile=None, rules=None, replies=None, limits=None, pace=None, "
    "seed=None, replay=None): what goes wrong in this test, for the fixtures simtwin and virtual_simtwin"
)
_SETTINGS = ("script", "profile", "rules", "replies", "limits", "pace", "seed", "replay")
_HANDLE = pytest.StashKey["Handle"]()
_PREFIX = "simtwin_"


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options: a seed for the run, and what the twins of a suite have in common."""
    group = parser.getgroup("simtwin", "a twin of the Anthropic API that fails on purpose")
    group.addoption("--simtwin-seed", type=int, help="The number that decides all chance.")
    parser.addini("simtwin_seed", "The number that decides all chance.", default="0")
    parser.addini("simtwin_tier", "Rate limits of the fixture simtwin.", default="unlimited")
    parser.addini("simtwin_pace", "How fast the fixture simtwin answers.", default="instant")
    parser.addini("simtwin_profile", "Profiles that hold in every test.", type="args", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", _MARKER)


def pytest_report_header(config: pytest.Config) -> str:
    """The seed, with which the same tests meet the same."""
    return f"simtwin: seed {_run_seed(config)} (again: --simtwin-seed={_run_seed(config)})"


@pytest.fixture(scope="session")
def simtwin_server(pytestconfig: pytest.Config) -> Iterator[LiveServer]:
    """One twin in a process of its own, on a free port, for the whole session of this worker."""
    from simtwin.testing.live_server import LiveServer  # noqa: PLC0415  # not for runs that have no use of it

    tier, pace = pytestconfig.getini("simtwin_tier"), pytestconfig.getini("simtwin_pace")
    with LiveServer(tier=tier, pace=pace) as server:
        yield server


@pytest.fixture
def simtwin(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveTwin]:
    """A key of its own on a live twin; the environment of the test points every client at it."""
    from simtwin.edge.environment import CLEARED  # noqa: PLC0415  # likewise
    from simtwin.testing.live_server import LiveServer  # noqa: PLC0415  # likewise

    asked = _asked(request)
    seed, token = asked.pop("seed"), asked.pop("replay", None)
    with ExitStack() as stack:
        if token is None:
            server: LiveServer = request.getfixturevalue("simtwin_server")
            twin = server.twin(request.node.nodeid, seed=seed, **asked)
        else:
            # What a whole twin meets is of a twin of its own.
            twin = stack.enter_context(LiveServer(replay=token)).first()
        yield from _lent(request, monkeypatch, twin, CLEARED)


def _lent(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    twin: LiveTwin,
    cleared: Iterable[str],
) -> Iterator[LiveTwin]:
    for name in cleared:
        monkeypatch.delenv(name, raising=False)
    for name, value in twin.environment.items():
        monkeypatch.setenv(name, value)
    request.node.stash[_HANDLE] = twin
    yield twin
    _record(twin, request.node)
    del request.node.stash[_HANDLE]
    twin.close()


@pytest.fixture
def virtual_simtwin(request: pytest.FixtureRequest) -> Iterator[VirtualTwin]:
    """A twin in virtual time. In a plain test it is entered; an asynchronous one enters it itself."""
    from simtwin.testing.virtual_twin import VirtualTwin  # noqa: PLC0415  # likewise

    asked = _asked(request)
    seed = asked.pop("seed")
    token = asked.pop("replay", None)
    twin = VirtualTwin(settings=asked, replay=token, seed=None if token else seed)
    if inspect.iscoroutinefunction(request.function):
        yield twin
        return
    with twin:
        request.node.stash[_HANDLE] = twin
        yield twin
        _record(twin, request.node)
        del request.node.stash[_HANDLE]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say, of a test that failed, what its client did and how to have the same again."""
    report = yield
    handle = item.stash.get(_HANDLE, None)
    if handle is not None and call.when == "call" and report.failed:
        from simtwin.testing.told import told  # noqa: PLC0415  # likewise

        again = f"seed {handle.seed}; again: --simtwin-seed={_run_seed(item.config)}"
        token = handle.token
        lines = [told(handle), again, *([f"simtwin replay {token}"] if token else [])]
        report.sections.append(("simtwin", "\n".join(lines)))
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How much was asked and broken, and which faults were set up and never met."""
    tests = requests = faults = 0
    unmet: list[str] = []
    findings: list[str] = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            said = _said(report)
            if said is None:
                continue
            tests += 1
            requests += int(said["requests"])
            faults += int(said["faults"])
            if said["unmet"]:
                unmet.append(f"{report.nodeid}: {said['unmet']}")
            if said["findings"]:
                findings.append(f"{report.nodeid}: {said['findings']}")
    if not tests:
        return
    terminalreporter.section("simtwin")
    terminalreporter.line(f"{tests} tests, {requests} requests, {faults} faults that took effect")
    for line in findings:
        terminalreporter.line(f"found: {line}")
    for line in unmet:
        terminalreporter.line(f"not met: {line}")


def _said(report: object) -> Mapping[str, Any] | None:
    """What `_record` wrote down, of a report that has it; a test has several reports."""
    if getattr(report, "when", None) != "teardown":
        return None
    properties = dict(getattr(report, "user_properties", ()))
    said = {
        name.removeprefix(_PREFIX): value
        for name, value in properties.items()
        if name.startswith(_PREFIX)
    }
    return said if "requests" in said else None


def _record(handle: Handle, item: pytest.Item) -> None:
    """Write down, for the summary and for JUnit, what a test met.

    Past the fixture `record_property`, which warns whoever writes JUnit's newer form.
    """
    from simtwin.verdicts.text import printable  # noqa: PLC0415  # not for runs that have no use of it
    from simtwin.verdicts.verdict import failing  # noqa: PLC0415  # likewise

    attempts = handle.attempts
    found = failing(handle.verdict(), "warning") if attempts else []
    # The worst of each rule: a loop of retries has the same to say a hundred times.
    worst = {rule.id: each for rule, each in reversed(found)}
    findings = (f"{name} {each.severity}: {each.text}" for name, each in reversed(worst.items()))
    item.user_properties += [
        ("simtwin_seed", handle.seed),
        ("simtwin_requests", len(attempts)),
        ("simtwin_faults", sum(len(attempt.faults) for attempt in attempts)),
        ("simtwin_unmet", "; ".join(handle.unmet)),
        ("simtwin_findings", printable(["; ".join(findings)])),
    ]


def _asked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the marker asks for, as settings, with the seed of the test; else the test fails."""
    marker = request.node.get_closest_marker("simtwin")
    given: dict[str, Any] = {}
    if marker is not None:
        scripts = dict(zip(("script",), marker.args, strict=False))
        given = {**scripts, **marker.kwargs}
        if len(marker.args) > 1:
            pytest.fail(f"@pytest.mark.simtwin takes one script, not {marker.args}", pytrace=False)
    for name in given:
        if name not in _SETTINGS:
            known = ", ".join(_SETTINGS)
            pytest.fail(f"@pytest.mark.simtwin has no {name!r}; it has {known}", pytrace=False)
    profiles = given.pop("profile", None)
    if profiles is None:
        profiles = request.config.getini("simtwin_profile")
    given["profiles"] = [profiles] if isinstance(profiles, str) else list(profiles)
    seed = given.pop("seed", None)
    asked = {name: value for name, value in given.items() if value}
    return {**asked, "seed": _test_seed(request) if seed is None else seed}


def _run_seed(config: pytest.Config) -> int:
    option = config.getoption("--simtwin-seed")
    if option is not None:
        return int(option)
    return int(os.environ.get("SIMTWIN_SEED") or config.getini("simtwin_seed"))


def _test_seed(request: pytest.FixtureRequest) -> int:
    """Of the run's seed and the test's name: neither of the worker nor of the order of tests."""
    text = f"{_run_seed(request.config)}/{request.node.nodeid}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest())

"""Twins on real ports, one process each for a whole test run (of each xdist worker)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import anthropic
import pytest
from live.console import in_this_process
from live.served import Key, Served, Tenant
from live.ways import async_client, client

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.live)


@pytest.fixture(scope="session")
def fronts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Tenant]]:
    """A tenant of its own on the twin with the front of that name; it is started when asked for."""
    tenants: dict[str, Tenant] = {}
    with ExitStack() as stack:

        def front(name: str) -> Tenant:
            if name not in tenants:
                folder = tmp_path_factory.mktemp(name)
                served = Served.start(folder, "--pace", "instant", "--front", name)
                stack.callback(served.stop)
                tenants[name] = Tenant.make(served)
                stack.enter_context(tenants[name].plane)
            return tenants[name]

        yield front
        for tenant in tenants.values():
            tenant.served.tell()
        ends = {name: tenant.served.ended() for name, tenant in tenants.items()}
    # Whatever the tests did to them, they end in order and have had nothing to complain of.
    assert ends == dict.fromkeys(tenants, (0, b"", ""))


@pytest.fixture
def twin(fronts: Callable[[str], Tenant]) -> Tenant:
    """A tenant on a twin that others use too."""
    return fronts("asgi")


@pytest.fixture
def key(twin: Tenant) -> Key:
    """A key that nobody else uses."""
    return twin.new_key()


@pytest.fixture
def sdk(key: Key) -> Iterator[anthropic.Anthropic]:
    with client(key) as made:
        yield made


@pytest.fixture
async def async_sdk(key: Key) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with async_client(key) as made:
        yield made


@pytest.fixture
def simtwin_script(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """The console script, in this process: its exit status."""
    return in_this_process(monkeypatch)


@pytest.fixture
def own_twin(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start a twin with options of one's own; those that a test leaves running are ended."""
    started: list[Served] = []

    def start(*options: str, **environment: str) -> Served:
        folder = tmp_path / str(len(started))
        folder.mkdir()
        started.append(Served.start(folder, *options, **environment))
        return started[-1]

    yield start
    for served in started:
        served.stop()

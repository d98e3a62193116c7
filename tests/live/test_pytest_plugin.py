"""The pytest plugin, in runs of pytest of its own: live twins, virtual ones, and what is reported."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

# A run inside this process forgets the modules that it was the first to import, and classes of two
# imports are not the same.
import simtwin.testing.live_twin
import simtwin.testing.network  # noqa: F401  # the above
from simtwin.testing import VirtualTwin

pytest_plugins = ("pytester",)

HEADER = """
import os, unittest
import anthropic, pytest

HELLO = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 16,
    "messages": [{"role": "user", "content": "Hello"}],
}

def ask(**options):
    with anthropic.Anthropic(**options) as client:
        return client.messages.create(**HELLO)
"""

LIVE = """
@pytest.mark.simtwin("429(retry_after_form=ms, retry_after=0.05)*2; ok")
def test_a_script_of_the_marker(simtwin):
    ask()
    assert [attempt.status for attempt in simtwin.attempts] == [429, 429, 200]
    assert len(simtwin.calls) == 1
    assert simtwin.usage["output_tokens"] > 0

@pytest.mark.simtwin(profile="overloaded", seed=3)
def test_a_profile_of_the_marker(simtwin):
    assert simtwin.seed == 3
    with pytest.raises(anthropic.InternalServerError):
        ask(max_retries=0)

def test_nothing_of_another_test_is_left(simtwin):
    assert simtwin.attempts == ()
    assert ask().content
    assert "ANTHROPIC_AUTH_TOKEN" not in os.environ
    assert os.environ["OPENAI_BASE_URL"] == simtwin.base_url + "/v1"
    assert os.environ["ANTHROPIC_API_KEY"] == simtwin.api_key

def test_replies_and_rules_change_on_the_way(simtwin):
    simtwin.outcome("returned", "mine")
    assert os.environ["SIMTWIN_OUTCOME_URL"] == simtwin.outcome_url
    assert (simtwin.verdict().outcomes, simtwin.verdict().unmatched) == (1, 1)
    simtwin.replies({"text": "Aye."})
    assert ask().content[0].text == "Aye."
    simtwin.rules({"refuse": {"status": 400}})
    with pytest.raises(anthropic.BadRequestError):
        ask()
    simtwin.reset()
    assert simtwin.attempts == ()

class TestOfUnittest(unittest.TestCase):
    @pytest.fixture(autouse=True)
    def with_twin(self, simtwin):
        self.twin = simtwin

    def test_it_is_reached(self):
        self.twin.script("400")
        with self.assertRaises(anthropic.BadRequestError):
            ask()

@pytest.mark.simtwin("529; disconnect(after_events=900)")
def test_that_fails(simtwin):
    with simtwin.blocking_anthropic() as client:
        client.messages.create(**HELLO)
    assert False

@pytest.mark.simtwin(speed=3)
def test_a_marker_that_cannot_be(simtwin):
    pass
"""

REPLAYED = """
@pytest.mark.simtwin(replay=TOKEN)
def test_live(simtwin):
    ask()
    assert [attempt.status for attempt in simtwin.attempts] == [529, 502, 200]

@pytest.mark.simtwin(replay=TOKEN)
def test_virtual(virtual_simtwin):
    virtual_simtwin.blocking_anthropic().messages.create(**HELLO)
    assert [attempt.status for attempt in virtual_simtwin.attempts] == [529, 502, 200]
"""

VIRTUAL = """
import trio
from simtwin.testing import run

@pytest.mark.simtwin("429(retry_after=3600)*2; ok; 529")
def test_a_plain_client(virtual_simtwin):
    virtual_simtwin.blocking_anthropic().messages.create(**HELLO)
    assert virtual_simtwin.now == 7200

@pytest.mark.simtwin("429(retry_after=9); ok")
def test_a_hasty_client(virtual_simtwin):
    client = virtual_simtwin.blocking_anthropic(max_retries=0)
    with pytest.raises(anthropic.RateLimitError):
        client.messages.create(**HELLO)
    client.messages.create(**HELLO)

@pytest.mark.simtwin("529(retry_after=60); ok")
async def test_under_trio(virtual_simtwin, autojump_clock):
    async with virtual_simtwin as twin:
        await twin.anthropic().messages.create(**HELLO)
        assert twin.now == 60

@pytest.mark.simtwin("hang")
def test_asyncio(virtual_simtwin):
    async def main():
        with pytest.raises(anthropic.APITimeoutError):
            client = virtual_simtwin.anthropic(timeout=600, max_retries=0)
            await client.messages.create(**HELLO)
    virtual_simtwin.run_asyncio(main())
    assert virtual_simtwin.now == 600
"""


def inner(pytester: pytest.Pytester, body: str, *options: str) -> pytest.RunResult:
    """A run of pytest over a file of tests, in this process."""
    pytester.makepyprojecttoml("[tool.pytest.ini_options]\ntrio_mode = true\n")
    pytester.makepyfile(HEADER + body)
    return pytester.runpytest_inprocess("-p", "no:randomly", *options)


def test_live_twins_are_apart_and_failures_say_what_happened(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_AUTH_TOKEN", "elsewhere")
    result = inner(pytester, LIVE, "--junitxml=out.xml", "--simtwin-seed=5")

    result.assert_outcomes(passed=5, failed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "simtwin: seed 5 (again: --simtwin-seed=5)",
            "*@pytest.mark.simtwin has no 'speed'; it has script, *",
            "call 1, attempt 1: at *, 529, refuse, over at *",
            "call 1, attempt 2: at *, 200, over at *",
            "not met: disconnect of script: its place was never reached",
            "seed *; again: --simtwin-seed=5",
            "6 tests, 8 requests, 5 faults that took effect",
            "not met: *test_that_fails: disconnect of script: *",
        ]
    )
    cases = ET.parse(pytester.path / "out.xml").iter("testcase")  # noqa: S314  # written just now
    properties = {
        case.get("name"): {p.get("name"): p.get("value") for p in case.iter("property")}
        for case in cases
    }
    assert properties["test_a_script_of_the_marker"]["simtwin_requests"] == "3"
    assert properties["test_a_profile_of_the_marker"]["simtwin_seed"] == "3"


def test_virtual_twins_serve_plain_trio_and_asyncio_tests(pytester: pytest.Pytester) -> None:
    result = inner(pytester, VIRTUAL, "--junitxml=out.xml")

    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(
        [
            "found: *test_a_hasty_client: V1 error: came back after 0.000 s, told to wait 9 s",
            "not met: *test_a_plain_client: 3 of the 4 items of the script were used",
        ]
    )
    cases = ET.parse(pytester.path / "out.xml").iter("testcase")  # noqa: S314  # written just now
    found = {
        case.get("name"): p.get("value")
        for case in cases
        for p in case.iter("property")
        if p.get("name") == "simtwin_findings"
    }
    assert str(found["test_a_hasty_client"]).startswith("V1 error: ")
    assert found["test_a_plain_client"] == ""


def test_a_replay_token_is_met_again_by_either(pytester: pytest.Pytester) -> None:
    with VirtualTwin(script="529; page(status=502); ok", seed=3) as twin:
        twin.blocking_anthropic().messages.create(
            model="claude-sonnet-4-6",
            max_tokens=16,
            messages=[{"role": "user", "content": "Hello"}],
        )
        token = twin.token

    inner(pytester, f"TOKEN = {token!r}\n{REPLAYED}").assert_outcomes(passed=2)


def test_seeds_are_of_tests_and_not_of_workers_or_order(pytester: pytest.Pytester) -> None:
    body = """
    @pytest.mark.parametrize("number", range(2))
    def test_seed(simtwin, request, number):
        simtwin.rules({"when": {"chance": 0.5}, "refuse": {"status": 400}})
        for _ in range(8):
            try:
                ask(max_retries=0)
            except anthropic.BadRequestError:
                pass
        met = [attempt.status for attempt in simtwin.attempts]
        request.node.user_properties.append(("met", met))
    """.replace("\n    ", "\n")
    pytester.makepyfile(HEADER + body)
    met = []
    # Alone, the second test is the first for which a key is made.
    for options in (("-k", "seed"), ("-k", "seed[1]")):
        pytester.runpytest_inprocess("--junitxml=out.xml", *options)
        cases = ET.parse(pytester.path / "out.xml").iter("testcase")  # noqa: S314  # likewise
        # What a finding says is in real seconds.
        met.append(
            {
                case.get("name"): [
                    p.get("value")
                    for p in case.iter("property")
                    if p.get("name") != "simtwin_findings"
                ]
                for case in cases
            }
        )

    assert met[0].keys() == {"test_seed[0]", "test_seed[1]"}
    assert met[1] == {"test_seed[1]": met[0]["test_seed[1]"]}
    assert met[0]["test_seed[0]"] != met[0]["test_seed[1]"]


def test_a_run_that_uses_none_of_it_says_the_seed_and_nothing_more(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Other plugins cost a second and have no part in it.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makepyfile("import sys\ndef test_x(): assert 'simtwin.testing' not in sys.modules")
    result = pytester.runpytest_subprocess("-p", "simtwin.pytest_plugin")

    result.assert_outcomes(passed=1)
    assert "tests, " not in result.stdout.str()

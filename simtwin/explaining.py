"""What a profile will do to the next requests of a key, told on a terminal, as text or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import attrs
import click
import msgspec
from rich.console import Console
from rich.table import Table

from simtwin.core.asked import Asked, Details
from simtwin.core.fault import SettingsError, as_settings
from simtwin.core.in_force import InForce, in_force
from simtwin.core.outlook import Foreseen, outlook
from simtwin.core.profile import Profile, parse
from simtwin.core.schedule import Rule
from simtwin.core.settings import Settings, Vocabulary
from simtwin.core.words import depends_on, fault_in_words, match_in_words, when_in_words
from simtwin.listing import summary
from simtwin_faults import all_kinds
from simtwin_faults.profiles import texts

#: The first key of the first tenant, which is the one that `simtwin serve` prints.
FIRST_KEY = "1/1"

_DEPENDENCES = {
    "seed": "what hangs on chance is as this seed has it",
    "time": "what hangs on time is told for requests that come at these times",
    "order": "what hangs on the order of arrival, or on load, is told as if nobody else were about",
    "outcome": "what hangs on attempts or successes is told as if every request were a new call",
}


class ExplainError(Exception):
    """There is nothing to explain; the text says why."""


@attrs.frozen
class Explained:
    """A profile, its rules for a seed, and what they will do."""

    profile: Profile
    seed: int
    in_force: InForce
    asked: Asked
    gap: float
    foreseen: list[Foreseen]

    def doc(self) -> dict[str, Any]:
        """All of it, as JSON."""
        return {
            "profile": self.profile.name,
            "summary": self.profile.summary,
            "good_client": self.profile.good_client,
            "seed": self.seed,
            "model": self.asked.model,
            "stream": self.asked.stream,
            "gap_seconds": self.gap,
            "rules": [
                *(self._rule(rule, active=True) for rule in self.in_force.rules),
                *(self._rule(rule, active=False) for rule in self.in_force.inactive),
            ],
            "connections": [
                {
                    "name": each.name,
                    "kind": each.kind,
                    "does": summary(type(each.fate)),
                    "fault": fault_in_words(each.kind, each.fate),
                    "when": when_in_words(each.when),
                }
                for each in self.in_force.connections
            ],
            "requests": [
                {
                    "number": each.number,
                    "seconds": each.seconds,
                    "rules": each.rules,
                    "faults": [
                        {
                            "rule": fired.rule,
                            "kind": fired.kind,
                            "settings": as_settings(fired.fault),
                        }
                        for fired in each.faults
                    ],
                }
                for each in self.foreseen
            ],
            "notes": self.notes(),
        }

    def notes(self) -> list[str]:
        """What was taken for granted."""
        every = {name for rule in self.in_force.rules for name in depends_on(rule)}
        return [words for name, words in _DEPENDENCES.items() if name in every]

    def _rule(self, rule: Rule, *, active: bool) -> dict[str, Any]:
        return {
            "name": rule.name,
            "kind": rule.kind,
            "does": summary(type(rule.fault)),
            "fault": fault_in_words(rule.kind, rule.fault),
            "requests": match_in_words(rule.match),
            "when": when_in_words(rule.when),
            "depends_on": depends_on(rule),
            "active": active,
        }


def explain(
    name: str, *, seed: int, requests: int, gap: float, model: str, stream: bool
) -> Explained:
    """What a profile, by its name or file, does to the first requests of a key.

    Raises:
        ExplainError: there is no such profile, or it cannot be.
    """
    profile = _profile(name)
    words = Vocabulary(all_kinds(), {profile.name: profile}, lambda doc, _: doc, lambda doc, _: doc)
    settings = Settings(profiles=(profile.name,), seed=seed)
    found = in_force([("command line", settings)], words)
    details = Details(
        key=("apikey", "first"),
        user_agent="Anthropic/Python",
        body_bytes=200,
        body={"model": model, "max_tokens": 1024, "stream": stream, "messages": []},
    )
    asked = Asked("messages", "POST", "/v1/messages", model, stream, answers=True, details=details)
    foreseen = outlook(found.rules, asked, seed=seed, scope=FIRST_KEY, requests=requests, gap=gap)
    return Explained(profile, seed, found, asked, gap, foreseen)


def show(explained: Explained, *, as_json: bool) -> None:
    """Print it: as JSON, as tables on a terminal, else as plain lines."""
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(explained.doc())))
    elif sys.stdout.isatty():
        _tables(explained)
    else:
        for line in _lines(explained):
            click.echo(line)


def _profile(name: str) -> Profile:
    known = texts()
    try:
        if name in known:
            return parse(known[name], name, all_kinds())
        if not (name.endswith(".toml") or "/" in name):
            raise ExplainError(f"there is no profile {name}; there are {', '.join(known)}")
        return parse(Path(name).read_text(encoding="utf-8"), Path(name).name, all_kinds())
    except SettingsError as error:
        raise ExplainError(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ExplainError(f"{name} cannot be read: {error}") from None


def _heading(explained: Explained) -> str:
    how = "streamed" if explained.asked.stream else "not streamed"
    return (
        f"The first {len(explained.foreseen)} requests of the first key with seed"
        f" {explained.seed}: to {explained.asked.model}, {how}, {explained.gap:g} s apart"
    )


def _happens(each: Foreseen) -> str:
    if not each.faults:
        return "is answered"
    return " + ".join(fault_in_words(fired.kind, fired.fault) for fired in each.faults)


def _lines(explained: Explained) -> Iterable[str]:
    doc = explained.doc()
    yield f"{explained.profile.name}: {explained.profile.summary}"
    yield f"A good client: {explained.profile.good_client}"
    yield ""
    for rule in doc["rules"]:
        there = "" if rule["active"] else " (not there in this run)"
        hangs = f" [hangs on {', '.join(rule['depends_on'])}]" if rule["depends_on"] else ""
        yield f"{rule['name']}{there}: {rule['fault']}. {rule['does']}"
        yield f"    To {rule['requests']}: {rule['when']}{hangs}"
    for rule in doc["connections"]:
        yield f"{rule['name']}: {rule['fault']}. {rule['does']}"
        yield f"    To connections of all: {rule['when']}"
    yield ""
    yield _heading(explained)
    for each in explained.foreseen:
        by = f" by {', '.join(each.rules)}" if each.rules else ""
        yield f"{each.number:4}  {each.seconds:8g} s  {_happens(each)}{by}"
    for note in explained.notes():
        yield f"Note: {note}."


def _tables(explained: Explained) -> None:
    console = Console()
    console.print(f"[bold]{explained.profile.name}[/bold]: {explained.profile.summary}")
    console.print(f"A good client: {explained.profile.good_client}")
    rules = Table("rule", "what it does", "to which requests", "when", "hangs on", title="Rules")
    for rule in explained.doc()["rules"]:
        rules.add_row(
            rule["name"],
            f"{rule['fault']}\n{rule['does']}",
            rule["requests"],
            rule["when"] if rule["active"] else f"not there in this run; else {rule['when']}",
            ", ".join(rule["depends_on"]),
            end_section=True,
        )
    for rule in explained.doc()["connections"]:
        does = f"{rule['fault']}\n{rule['does']}"
        rules.add_row(rule["name"], does, "connections of all", rule["when"], "", end_section=True)
    console.print(rules)
    requests = Table("request", "comes at", "what happens", "by", title=_heading(explained))
    for each in explained.foreseen:
        requests.add_row(
            str(each.number), f"{each.seconds:g} s", _happens(each), ", ".join(each.rules)
        )
    console.print(requests)
    for note in explained.notes():
        console.print(f"{note[0].upper()}{note[1:]}.")

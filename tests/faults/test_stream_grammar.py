"""The catalogue's table of the stream's grammar is the one that the twin goes by."""

from __future__ import annotations

from pathlib import Path

from simtwin.api.sse import LEGAL_NEXT

CATALOGUE = (Path(__file__).parents[2] / "faults" / "README.md").read_text()


def cells(row: str) -> list[str]:
    return [cell.strip().strip("`") for cell in row.split("|")[1:-1]]


def test_the_grammar_in_the_catalogue_is_the_one_in_force() -> None:
    table = CATALOGUE[CATALOGUE.index("| | `message_start`") :].split("\n\n")[0].splitlines()
    events = cells(table[0])[1:]
    told = {}
    for row in table[2:]:
        state, *leads = cells(row)
        told[state] = {event: to for event, to in zip(events, leads, strict=True) if to}

    assert told == {state: dict(leads) for state, leads in LEGAL_NEXT.items()}

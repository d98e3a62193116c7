"""What anybody may know: that the twin is up, what it can do, and what it was made from."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json, text
from simtwin.edge.twin_plane.endpoints.instructions import instructions
from simtwin.edge.twin_plane.endpoints.references import REFERENCES
from simtwin.edge.twin_plane.endpoints.scenarios import SCENARIOS
from simtwin.store.records import TWIN


def health(question: Question) -> Answer:
    """The twin is up."""
    return json({"status": "ok", "twin": TWIN, "version": question.twin.version})


def scenarios(_: Question) -> Answer:
    """What can be done with the twin."""
    return json(
        {
            "scenarios": [
                {
                    "name": name,
                    "status": "supported",
                    "description": description,
                    "capabilities": capabilities,
                }
                for name, description, capabilities in SCENARIOS
            ]
        }
    )


def references(_: Question) -> Answer:
    """The sources that the twin was made from, and when they were read."""
    return json(
        {
            "references": [
                {"title": title, "url": url, "retrieved": retrieved}
                for title, url, retrieved in REFERENCES
            ]
        }
    )


def agent_instructions(question: Question) -> Answer:
    """How to use the twin, for a program that reads text."""
    return text(instructions(question.base_url))

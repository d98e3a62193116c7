"""What anybody may know: that the twin is up, what it can do, and what it was made from."""

from __future__ import annotations

from simtwin.edge.twin_plane.answer import Answer, Question, json, text
from simtwin.edge.twin_plane.endpoints.instructions import instructions
from simtwin.store.records import TWIN

_SCENARIOS = (
    (
        "messages-api",
        (
            "POST /v1/messages, answered in the shape of the real API: synthetic text, real usage "
            "numbers, max_tokens and stop sequences applied."
        ),
        ("messages_api", "stop_sequences", "usage"),
    ),
    (
        "streaming",
        "Messages as server-sent events, at once or at the pace of a model.",
        ("messages_api_streaming", "pacing"),
    ),
    (
        "tool-use",
        "Where tools are offered, a call whose input satisfies its schema.",
        ("tool_use",),
    ),
    (
        "batches",
        (
            "Message batches: create, list, retrieve, cancel, delete, results; each request has a "
            "fate of its own."
        ),
        ("message_batches",),
    ),
    ("count-tokens", "POST /v1/messages/count_tokens, an estimate.", ("count_tokens",)),
    (
        "models",
        "GET /v1/models and /v1/models/{id}, aliases included.",
        ("models_list", "models_retrieve"),
    ),
    (
        "rate-limits",
        (
            "Requests, input and output tokens a minute for each organization and pool of models, "
            "with the headers of the real API and a retry-after that holds."
        ),
        ("rate_limits", "rate_limit_headers", "retry_after"),
    ),
    (
        "faults",
        (
            "Errors, resets, stalls and truncated streams on demand, by rule, profile or script; the "
            "same for the same seed, key and request."
        ),
        ("fault_rules", "fault_profiles", "fault_scripts", "seeded"),
    ),
    (
        "tenants",
        "Any number of organizations with keys, settings, records and limits of their own.",
        ("tenants", "api_keys", "settings", "logs", "usage", "journal", "feedback"),
    ),
    (
        "gateways",
        (
            "The API behind LiteLLM (virtual keys, budgets, limits) under /anthropic and behind "
            "mintoken under /mintoken, where the twin was started with them."
        ),
        ("litellm_passthrough", "virtual_keys", "budgets", "mintoken"),
    ),
)

_REFERENCES = (
    ("Claude API overview", "https://platform.claude.com/docs/en/api/overview", "2026-08-22"),
    ("Create a Message", "https://platform.claude.com/docs/en/api/messages/create", "2026-08-22"),
    ("Claude API errors", "https://platform.claude.com/docs/en/api/errors", "2026-08-22"),
    ("Rate limits", "https://platform.claude.com/docs/en/api/rate-limits", "2026-08-22"),
    (
        "Streaming messages",
        "https://platform.claude.com/docs/en/build-with-claude/streaming",
        "2026-08-22",
    ),
    (
        "Token counting",
        "https://platform.claude.com/docs/en/build-with-claude/token-counting",
        "2026-08-22",
    ),
    (
        "Migrating to API version 2026-10-21",
        "https://platform.claude.com/docs/en/api/migration-2026-10-21",
        "2026-11-21",
    ),
    ("The Python SDK, 2.12.0", "https://pypi.org/project/anthropic/2.12.0/", "2026-11-21"),
    ("LiteLLM 1.110.2", "https://pypi.org/project/litellm/1.110.2/", "2026-11-24"),
    ("mintoken: the Anthropic proxy", "https://mintoken.dev/docs/anthropic", "2026-11-24"),
    ("mintoken: errors", "https://mintoken.dev/docs/errors", "2026-11-24"),
    (
        "The twin-plane contract, 0.2.0",
        "https://github.com/twins-la/twins-la/blob/main/TWIN_PLANE.md",
        "2026-11-21",
    ),
)


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
                for name, description, capabilities in _SCENARIOS
            ]
        }
    )


def references(_: Question) -> Answer:
    """The sources that the twin was made from, and when they were read."""
    return json(
        {
            "references": [
                {"title": title, "url": url, "retrieved": retrieved}
                for title, url, retrieved in _REFERENCES
            ]
        }
    )


def agent_instructions(question: Question) -> Answer:
    """How to use the twin, for a program that reads text."""
    return text(instructions(question.base_url))

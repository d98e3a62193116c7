"""What can be done with the twin, as the contract of the plane has it: names, words, capabilities."""

from __future__ import annotations

SCENARIOS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
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
    (
        "files",
        (
            "The Files API: upload, list, retrieve, download as far as the API lets, delete; what messages "
            "name is looked up."
        ),
        ("files",),
    ),
    (
        "skills",
        "Agent Skills and their versions, of folders with a SKILL.md; those of the API are there.",
        ("skills", "skill_versions"),
    ),
    ("count-tokens", "POST /v1/messages/count_tokens, an estimate.", ("count_tokens",)),
    (
        "models",
        "GET /v1/models and /v1/models/{id}, aliases included.",
        ("models_list", "models_retrieve"),
    ),
    (
        "other-forms",
        (
            "POST /v1/chat/completions for clients of OpenAI's, and POST /v1/complete, each with its "
            "own errors and stream."
        ),
        ("chat_completions", "complete"),
    ),
    (
        "admin-api",
        (
            "Members, invites, workspaces and their members and limits, API keys, rate limits, and "
            "reports of usage and cost that agree with what was asked."
        ),
        ("admin_api", "workspaces", "usage_report", "cost_report", "admin_keys"),
    ),
    (
        "everything-else",
        (
            "Agents, sessions, environments, memory stores, vaults and what else the Python SDK can "
            "ask for: made, found, listed, changed, archived; where it was started so, every id exists."
        ),
        ("agents", "sessions", "environments", "open_world"),
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
        "recordings",
        "Recorded exchanges in the place of synthetic text, where the twin was started with them.",
        ("replay_recordings",),
    ),
    (
        "upstream",
        (
            "A real server's answers with the twin's faults, scripts and limits on top, and written "
            "down to be played again, where the twin was started so."
        ),
        ("upstream_proxy", "record"),
    ),
    (
        "verdicts",
        "What clients did, judged by rules about retries, waits, streams and load.",
        ("verdict", "journal", "replay_token", "outcomes"),
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

"""What the twin was made from, and when that was read (YYYY-MM-DD)."""

from __future__ import annotations

REFERENCES: tuple[tuple[str, str, str], ...] = (
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
        "Batch processing",
        "https://platform.claude.com/docs/en/build-with-claude/batch-processing",
        "2026-08-22",
    ),
    (
        "Files API",
        "https://platform.claude.com/docs/en/build-with-claude/files",
        "2026-08-22",
    ),
    (
        "Agent Skills with the API",
        "https://platform.claude.com/docs/en/build-with-claude/skills-guide",
        "2026-08-22",
    ),
    (
        "Admin API",
        "https://platform.claude.com/docs/en/manage-claude/admin-api",
        "2026-08-22",
    ),
    (
        "Usage and Cost API",
        "https://platform.claude.com/docs/en/manage-claude/usage-cost-api",
        "2026-08-22",
    ),
    (
        "Rate Limits API",
        "https://platform.claude.com/docs/en/manage-claude/rate-limits-api",
        "2026-08-22",
    ),
    (
        "OpenAI SDK compatibility",
        "https://platform.claude.com/docs/en/api/openai-sdk",
        "2026-08-22",
    ),
    (
        "Migrating to API version 2026-10-21",
        "https://platform.claude.com/docs/en/api/migration-2026-10-21",
        "2026-11-21",
    ),
    ("The Python SDK, 2.12.0", "https://github.com/anthropics/anthropic-sdk-python", "2026-11-21"),
    ("LiteLLM 1.110.2", "https://github.com/BerriAI/litellm", "2026-11-24"),
    ("mintoken: the Anthropic proxy", "https://mintoken.dev/docs/anthropic", "2026-11-24"),
    ("mintoken: errors", "https://mintoken.dev/docs/errors", "2026-11-24"),
    (
        "The twin-plane contract, 0.2.0",
        "https://github.com/twins-la/twins-la/blob/main/TWIN_PLANE.md",
        "2026-11-21",
    ),
)

"""The variables by which clients are told where the API is, and who they are."""

from __future__ import annotations

from collections.abc import Mapping

#: What a client reads first must not point elsewhere.
CLEARED = ("ANTHROPIC_AUTH_TOKEN",)


def environment(base_url: str, api_key: str) -> Mapping[str, str]:
    """What points every common client at a twin.

    Args:
        base_url: without a slash at its end.
        api_key: the key.
    """
    return {
        # The official SDKs of every language.
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_API_KEY": api_key,
        # LiteLLM.
        "ANTHROPIC_API_BASE": base_url,
        "OPENAI_API_BASE": f"{base_url}/v1",
        # OpenAI's SDKs.
        "OPENAI_BASE_URL": f"{base_url}/v1",
        "OPENAI_API_KEY": api_key,
        # A proxy would answer for the twin, and turn its resets into closes.
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
    }

"""The variables by which clients are told where the API is, and who they are."""

from __future__ import annotations

from collections.abc import Mapping

#: Where a client may tell what no server can see: whether a call raised, or what it returned.
OUTCOME_URL = "SIMTWIN_OUTCOME_URL"
#: What a client reads first must not point elsewhere.
CLEARED = ("ANTHROPIC_AUTH_TOKEN",)
#: A proxy would answer for the twin, and turn its resets into closes.
_DIRECT = "127.0.0.1,localhost,::1"


def environment(
    base_url: str, api_key: str, ca_file: str | None = None, outcome_url: str | None = None
) -> Mapping[str, str]:
    """What points every common client at a twin.

    Args:
        base_url: without a slash at its end.
        api_key: the key.
        ca_file: what clients are to trust, None where there is no TLS.
        outcome_url: where they may tell what became of their calls, None for nowhere.
    """
    found = {
        # The official SDKs of every language.
        "ANTHROPIC_BASE_URL": base_url,
        "ANTHROPIC_API_KEY": api_key,
        # LangChain, which reads it before the SDK's.
        "ANTHROPIC_API_URL": base_url,
        # LiteLLM.
        "ANTHROPIC_API_BASE": base_url,
        "OPENAI_API_BASE": f"{base_url}/v1",
        # OpenAI's SDKs.
        "OPENAI_BASE_URL": f"{base_url}/v1",
        "OPENAI_API_KEY": api_key,
        "NO_PROXY": _DIRECT,
        "no_proxy": _DIRECT,
    }
    if outcome_url is not None:
        found[OUTCOME_URL] = outcome_url
    if ca_file is not None:
        found |= {"SSL_CERT_FILE": ca_file, "NODE_EXTRA_CA_CERTS": ca_file}
    return found

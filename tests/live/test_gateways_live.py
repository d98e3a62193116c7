"""Gateways of one twin on real sockets: the official SDK as its users point it at them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
from live.served import NOBODY, Served
from live.ways import ASKED

MASTER = "sk-the-master-key"


def sdk(base_url: str, **options: Any) -> anthropic.Anthropic:
    return anthropic.Anthropic(base_url=base_url, max_retries=1, timeout=30, **options)


def test_the_sdk_behind_both_gateways_of_one_twin(
    own_twin: Callable[..., Served], tmp_path: Path
) -> None:
    rules, master = tmp_path / "rules", tmp_path / "master"
    rules.write_text("Be brief.\n")
    master.write_text(f"{MASTER}\n")
    served = own_twin(
        *("--pace", "instant", "--gateway", "litellm", "--gateway", "mintoken"),
        *("--litellm-master-key", f"@{master}", "--mintoken-rules", f"@{rules}"),
    )
    with (
        httpx2.Client(base_url=served.base_url, trust_env=False, verify=NOBODY) as http,
        served.plane() as plane,
    ):
        made = http.post(
            "/key/generate",
            headers={"authorization": f"Bearer {MASTER}"},
            json={"max_budget": 0.001, "models": ["claude-sonnet-*"]},
        ).json()
        with sdk(f"{served.base_url}/anthropic", auth_token=made["key"]) as litellm:
            whole = litellm.messages.create(**ASKED)
            with litellm.messages.stream(**ASKED) as stream:
                streamed = stream.get_final_message()
            info = http.get("/key/info", headers={"authorization": f"Bearer {made['key']}"}).json()
            with pytest.raises(anthropic.PermissionDeniedError):
                litellm.messages.create(**{**ASKED, "model": "claude-opus-4-8"})
        gone = http.post(
            "/key/delete",
            headers={"authorization": f"Bearer {MASTER}"},
            json={"keys": [made["key"]]},
        ).json()
        with (
            sdk(f"{served.base_url}/anthropic", auth_token=made["key"]) as late,
            pytest.raises(anthropic.AuthenticationError, match="Invalid API key provided"),
        ):
            late.messages.create(**ASKED)
        with sdk(
            f"{served.base_url}/mintoken",
            api_key="mt_live_x",
            default_headers={"X-Provider-Key": served.api_key},
        ) as mintoken:
            ruled = mintoken.messages.create(**ASKED)
        with sdk(served.base_url, api_key=served.api_key) as plain:
            same = plain.messages.create(**ASKED, system="Be brief.")
        entries = [httpx2.Response(200, text=line).json() for line in journal(plane)]
    served.tell()

    assert text(whole) == text(streamed)
    assert info["info"]["spend"] > 0
    assert gone == {"deleted_keys": [made["key"]]}
    assert ruled.usage == same.usage
    assert [entry.get("gateway") for entry in entries] == [*["litellm"] * 3, "mintoken", None]
    assert served.ended() == (0, b"", "")


def text(message: anthropic.types.Message) -> str:
    (block,) = message.content
    assert block.type == "text"
    return block.text


def journal(plane: httpx2.Client) -> list[str]:
    return plane.get("/_twin/journal").text.splitlines()

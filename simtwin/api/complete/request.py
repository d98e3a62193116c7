"""A request for a text completion as the request for a message that it is.

As of the SDK's 0.125.0, the last one that had it, and of two recordings (2024).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.models import resolve
from simtwin.api.request.phrases import EXTRA, MISSING, shown
from simtwin.api.request.shape.check import Check, no_less, text
from simtwin.api.request.shape.settings import MESSAGES_BEFORE

_SAME = ("model", "stop_sequences", "stream", "temperature", "top_k", "top_p", "metadata")
_FIELDS: Mapping[str, Check] = {
    "model": MESSAGES_BEFORE["model"],
    "prompt": text,
    "max_tokens_to_sample": no_less(1),
    **{name: MESSAGES_BEFORE[name] for name in _SAME if name != "model"},
}
_NEEDED = ("model", "prompt", "max_tokens_to_sample")
_ROLES = {"Human": "user", "Assistant": "assistant"}
_TURN = re.compile(r"\n\n(Human|Assistant):")


def translate(doc: Mapping[str, Any]) -> dict[str, Any]:
    """The request for a message that a decoded body comes to, the rest yet to be validated.

    Raises:
        Rejected: a field is none, missing or of the wrong shape, or the prompt has no turns.
    """
    for name, check in _FIELDS.items():
        if name in doc:
            fault = check(doc[name])
            if fault is not None:
                raise invalid(f"{name}{fault}")
        elif name in _NEEDED:
            raise invalid(f"{name}: {MISSING}")
    for name in doc:
        if name not in _FIELDS:
            raise invalid(f"{shown(name)}: {EXTRA}")
    model, most = resolve(doc["model"]), doc["max_tokens_to_sample"]
    if model is not None and most > model.max_tokens:
        raise invalid(
            f"max_tokens_to_sample: {most} > {model.max_tokens}, which is the maximum allowed "
            f"number of output tokens for {model.id}"
        )
    system, turns = _turns(doc["prompt"])
    asked = {name: doc[name] for name in _SAME if name in doc}
    asked |= {"max_tokens": most, "messages": turns}
    if system:
        asked["system"] = system
    return asked


def _turns(prompt: str) -> tuple[str, list[dict[str, str]]]:
    """The system prompt, and the turns that have something in them."""
    system, *parts = _TURN.split(prompt)
    roles = parts[::2]
    # Both as recalled from 2023.
    if not roles or roles[0] != "Human":
        raise invalid('prompt must start with "\\n\\nHuman:" turn after an optional system prompt')
    if roles[-1] != "Assistant":
        raise invalid('prompt must end with "\\n\\nAssistant:" turn')
    turns = [
        {"role": _ROLES[role], "content": said.strip()}
        for role, said in zip(roles, parts[1::2], strict=True)
        if said.strip()
    ]
    return system.strip(), turns

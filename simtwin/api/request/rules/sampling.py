"""Which sampling parameters go with which model, and with thinking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from simtwin.api.errors import invalid
from simtwin.api.model import Model
from simtwin.api.request.rules.generation import takes_both_samplings, takes_sampling

#: The least top_p with thinking (docs, extended thinking).
_LEAST_TOP_P = 0.95
# Seen in 2026-07 and 2026-08 (theopenco/llmgateway#3108, MayDay-wpf/snow-app#42); that of top_k is
# the words of 2025 with the end of the newer ones.
_THINKING = (
    "when thinking is enabled or in adaptive mode. Please consult our documentation at "
    "https://platform.claude.com/docs/en/build-with-claude/extended-thinking"
)


def check_sampling(doc: Mapping[str, Any], model: Model) -> None:
    """Hold a request of the older edition against its model.

    Raises:
        Rejected: a parameter does not go with the model, with another one, or with thinking.
    """
    temperature, top_p, top_k = (doc.get(name) for name in ("temperature", "top_p", "top_k"))
    if temperature is None and top_p is None and top_k is None:
        return
    if not takes_sampling(model):
        # Seen in 2026 (cline/cline#10572); a temperature of 1 changes nothing and is taken.
        for name, set_ in (
            ("temperature", temperature is not None and temperature != 1),
            ("top_p", top_p is not None),
            ("top_k", top_k is not None),
        ):
            if set_:
                raise invalid(f"`{name}` is deprecated for this model.")
    if temperature is not None and top_p is not None and not takes_both_samplings(model):
        raise invalid(
            "`temperature` and `top_p` cannot both be specified for this model. "
            "Please use only one."
        )
    thinking = (doc.get("thinking") or {}).get("type")
    if thinking not in ("enabled", "adaptive"):
        return
    if temperature is not None and temperature != 1:
        raise invalid(f"`temperature` may only be set to 1 {_THINKING}")
    if top_p is not None and top_p < _LEAST_TOP_P:
        raise invalid(
            f"`top_p` must be greater than or equal to {_LEAST_TOP_P} or unset {_THINKING}"
        )
    if top_k is not None:
        raise invalid(f"`top_k` must be unset {_THINKING}")

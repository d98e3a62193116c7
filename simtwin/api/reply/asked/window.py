"""How much room a request leaves in the model's context window, and that it fits into it at all."""

from __future__ import annotations

from collections.abc import Collection

from simtwin.api.errors import invalid
from simtwin.api.model import Model

#: With this beta Sonnet 4 and 4.5 have a window of a million tokens.
_LARGE_WINDOW, _LARGE_FROM, _LARGE = "context-1m-2025-08-07", "2025-05-14", 1_000_000
#: From Sonnet 4.5 on, or with this beta, an answer that fills the window ends there; before, a
#: request that could fill it is refused.
_ENDS_AT_WINDOW, _ENDS_FROM = "model-context-window-exceeded-2025-08-26", "2025-09-29"

CUT_BY_REQUEST, CUT_BY_WINDOW = "max_tokens", "model_context_window_exceeded"


def room(
    model: Model, input_tokens: int, max_tokens: int, betas: Collection[str]
) -> tuple[int, str]:
    """The most output tokens, and why an answer ends that takes them all.

    Raises:
        Rejected: the prompt alone is larger than the window, or together with `max_tokens` on a
            model that must not get so far.
    """
    window = model.max_input_tokens
    if _LARGE_WINDOW in betas and model.line == "sonnet" and model.created_at >= _LARGE_FROM:
        window = max(window, _LARGE)
    if input_tokens > window:
        raise invalid(f"prompt is too long: {input_tokens} tokens > {window} maximum")
    if input_tokens + max_tokens <= window:
        return max_tokens, CUT_BY_REQUEST
    if model.created_at < _ENDS_FROM and _ENDS_AT_WINDOW not in betas:
        raise invalid(
            f"input length and `max_tokens` exceed context limit: {input_tokens} + {max_tokens} > "
            f"{window}, decrease input length or `max_tokens` and try again"
        )
    return window - input_tokens, CUT_BY_WINDOW
